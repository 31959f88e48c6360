package simaws

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

func trailHandlers() handlers {
	h := handlers{}
	reads(h, getTrailStatus)
	reads(h, describeTrails)
	writes(h, createTrail)
	writes(h, deleteTrail)
	writes(h, startLogging)
	writes(h, stopLogging)
	return h
}

func (r *request) trailARN(region, name string) string {
	return fmt.Sprintf("arn:aws:cloudtrail:%s:%s:trail/%s", region, r.account, name)
}

// trail returns the trail that a name means in the region of the call, or that an ARN names.
func (r *request) trail(nameOrARN *string) (*trail, error) {
	key := aws.ToString(nameOrARN)
	if !strings.HasPrefix(key, "arn:") {
		key = r.trailARN(r.region, key)
	}
	if t, ok := r.trails[key]; ok {
		return t, nil
	}
	return nil, &types.TrailNotFoundException{Message: aws.String("Unknown trail: " + aws.ToString(nameOrARN))}
}

// ownTrail is trail for calls that only the home region takes.
func (r *request) ownTrail(nameOrARN *string) (*trail, error) {
	t, err := r.trail(nameOrARN)
	if err == nil && t.region != r.region {
		return nil, &types.InvalidHomeRegionException{Message: aws.String("Trail " + t.name + " has its home in " + t.region)}
	}
	return t, err
}

func getTrailStatus(r *request, in *cloudtrail.GetTrailStatusInput) (*cloudtrail.GetTrailStatusOutput, error) {
	t, err := r.trail(in.Name)
	if err != nil {
		return nil, err
	}
	return &cloudtrail.GetTrailStatusOutput{IsLogging: aws.Bool(t.logging)}, nil
}

func describeTrails(r *request, in *cloudtrail.DescribeTrailsInput) (*cloudtrail.DescribeTrailsOutput, error) {
	out := &cloudtrail.DescribeTrailsOutput{TrailList: []types.Trail{}}
	for _, key := range slices.SortedFunc(maps.Keys(r.trails), cmp.Compare) {
		t := r.trails[key]
		shadow := t.region != r.region
		if shadow && (!t.multiRegion || in.IncludeShadowTrails != nil && !*in.IncludeShadowTrails) {
			continue
		}
		if len(in.TrailNameList) > 0 && !slices.Contains(in.TrailNameList, t.name) && !slices.Contains(in.TrailNameList, key) {
			continue
		}
		described := t.describe(key)
		described.HomeRegion = aws.String(t.region)
		out.TrailList = append(out.TrailList, described)
	}
	return out, nil
}

func createTrail(r *request, in *cloudtrail.CreateTrailInput) (*cloudtrail.CreateTrailOutput, error) {
	key := r.trailARN(r.region, *in.Name)
	if r.trails[key] != nil {
		return nil, &types.TrailAlreadyExistsException{Message: aws.String("Trail " + *in.Name + " already exists")}
	}
	t := &trail{
		name: *in.Name, region: r.region, bucket: *in.S3BucketName, prefix: aws.ToString(in.S3KeyPrefix),
		topic: aws.ToString(in.SnsTopicName), key: aws.ToString(in.KmsKeyId), multiRegion: aws.ToBool(in.IsMultiRegionTrail),
		globalServices: in.IncludeGlobalServiceEvents == nil || *in.IncludeGlobalServiceEvents,
		validation:     aws.ToBool(in.EnableLogFileValidation), organization: aws.ToBool(in.IsOrganizationTrail),
	}
	r.trails[key] = t
	return &cloudtrail.CreateTrailOutput{
		Name: in.Name, TrailARN: aws.String(key), S3BucketName: in.S3BucketName, IsMultiRegionTrail: aws.Bool(t.multiRegion),
	}, nil
}

func deleteTrail(r *request, in *cloudtrail.DeleteTrailInput) (*cloudtrail.DeleteTrailOutput, error) {
	t, err := r.ownTrail(in.Name)
	if err != nil {
		return nil, err
	}
	delete(r.trails, r.trailARN(t.region, t.name))
	return &cloudtrail.DeleteTrailOutput{}, nil
}

func startLogging(r *request, in *cloudtrail.StartLoggingInput) (*cloudtrail.StartLoggingOutput, error) {
	t, err := r.ownTrail(in.Name)
	if err != nil {
		return nil, err
	}
	t.logging = true
	return &cloudtrail.StartLoggingOutput{}, nil
}

func stopLogging(r *request, in *cloudtrail.StopLoggingInput) (*cloudtrail.StopLoggingOutput, error) {
	t, err := r.ownTrail(in.Name)
	if err != nil {
		return nil, err
	}
	t.logging = false
	return &cloudtrail.StopLoggingOutput{}, nil
}
