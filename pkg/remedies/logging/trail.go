package logging

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// The settings of a trail, by the names that UpdateTrail gives them.
const (
	multiRegion    = "IsMultiRegionTrail"
	globalServices = "IncludeGlobalServiceEvents"
	validation     = "EnableLogFileValidation"
	bucket         = "S3BucketName"
	keyPrefix      = "S3KeyPrefix"
	topic          = "SnsTopicName"
	key            = "KmsKeyId"
)

// settings are settings of a trail as texts; "" stands for what is not set.
type settings map[string]string

// settingsOf returns the settings that remedies put back. The log group and the organization are not among them: CloudTrail
// takes them only from those who may pass a role, or manage the organization.
func settingsOf(trail *types.Trail) settings {
	return settings{
		multiRegion:    fmt.Sprint(aws.ToBool(trail.IsMultiRegionTrail)),
		globalServices: fmt.Sprint(aws.ToBool(trail.IncludeGlobalServiceEvents)),
		validation:     fmt.Sprint(aws.ToBool(trail.LogFileValidationEnabled)),
		bucket:         aws.ToString(trail.S3BucketName),
		keyPrefix:      aws.ToString(trail.S3KeyPrefix),
		topic:          aws.ToString(trail.SnsTopicARN),
		key:            aws.ToString(trail.KmsKeyId),
	}
}

// flag returns a setting as the API takes it; nil where it is not among the settings.
func (s settings) flag(name string) *bool {
	value, ok := s[name]
	if !ok {
		return nil
	}
	return aws.Bool(value == "true")
}

// text returns a setting as the API takes it; nil where it is not among the settings.
func (s settings) text(name string) *string {
	value, ok := s[name]
	if !ok {
		return nil
	}
	return aws.String(value)
}

func getTrail(ctx context.Context, api *cloudtrail.Client, id string, region func(*cloudtrail.Options)) (*types.Trail, error) {
	out, err := api.GetTrail(ctx, &cloudtrail.GetTrailInput{Name: aws.String(id)}, region)
	if err != nil {
		return nil, err
	}
	if out.Trail == nil {
		return nil, fmt.Errorf("read trail %s: the answer is empty", id)
	}
	return out.Trail, nil
}
