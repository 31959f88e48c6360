package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

func trailSettingHandlers() handlers {
	h := handlers{}
	reads(h, readTrail)
	reads(h, getEventSelectors)
	writes(h, updateTrail)
	writes(h, putEventSelectors)
	return h
}

// describe returns a trail as the API shows it, without its home region.
func (t *trail) describe(key string) types.Trail {
	return types.Trail{
		Name: aws.String(t.name), TrailARN: aws.String(key), S3BucketName: aws.String(t.bucket), S3KeyPrefix: given(t.prefix),
		SnsTopicARN: given(t.topic), KmsKeyId: given(t.key), IsMultiRegionTrail: aws.Bool(t.multiRegion),
		IncludeGlobalServiceEvents: aws.Bool(t.globalServices), LogFileValidationEnabled: aws.Bool(t.validation),
		IsOrganizationTrail: aws.Bool(t.organization),
	}
}

// given returns nil for a text that is not set.
func given(text string) *string {
	if text == "" {
		return nil
	}
	return aws.String(text)
}

func readTrail(r *request, in *cloudtrail.GetTrailInput) (*cloudtrail.GetTrailOutput, error) {
	t, err := r.trail(in.Name)
	if err != nil {
		return nil, err
	}
	described := t.describe(r.trailARN(t.region, t.name))
	return &cloudtrail.GetTrailOutput{Trail: &described}, nil
}

func updateTrail(r *request, in *cloudtrail.UpdateTrailInput) (*cloudtrail.UpdateTrailOutput, error) {
	t, err := r.ownTrail(in.Name)
	if err != nil {
		return nil, err
	}
	for field, value := range map[*bool]*bool{
		&t.multiRegion: in.IsMultiRegionTrail, &t.globalServices: in.IncludeGlobalServiceEvents,
		&t.validation: in.EnableLogFileValidation, &t.organization: in.IsOrganizationTrail,
	} {
		if value != nil {
			*field = *value
		}
	}
	for field, value := range map[*string]*string{
		&t.bucket: in.S3BucketName, &t.prefix: in.S3KeyPrefix, &t.topic: in.SnsTopicName, &t.key: in.KmsKeyId,
	} {
		if value != nil {
			*field = *value
		}
	}
	return &cloudtrail.UpdateTrailOutput{Name: aws.String(t.name), TrailARN: aws.String(r.trailARN(t.region, t.name))}, nil
}

func getEventSelectors(r *request, in *cloudtrail.GetEventSelectorsInput) (*cloudtrail.GetEventSelectorsOutput, error) {
	t, err := r.trail(in.TrailName)
	if err != nil {
		return nil, err
	}
	return &cloudtrail.GetEventSelectorsOutput{
		TrailARN: aws.String(r.trailARN(t.region, t.name)), EventSelectors: t.basic, AdvancedEventSelectors: t.advanced,
	}, nil
}

// putEventSelectors replaces the selectors of either kind by the given ones.
func putEventSelectors(r *request, in *cloudtrail.PutEventSelectorsInput) (*cloudtrail.PutEventSelectorsOutput, error) {
	t, err := r.ownTrail(in.TrailName)
	if err != nil {
		return nil, err
	}
	if (len(in.EventSelectors) == 0) == (len(in.AdvancedEventSelectors) == 0) || len(in.EventSelectors) > 5 {
		return nil, &types.InvalidEventSelectorsException{Message: aws.String("one to five basic selectors, or advanced ones")}
	}
	t.basic, t.advanced = in.EventSelectors, in.AdvancedEventSelectors
	return &cloudtrail.PutEventSelectorsOutput{
		TrailARN: aws.String(r.trailARN(t.region, t.name)), EventSelectors: t.basic, AdvancedEventSelectors: t.advanced,
	}, nil
}
