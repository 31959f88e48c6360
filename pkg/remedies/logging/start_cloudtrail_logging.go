// Package logging holds the remedies for changes to what records an account.
package logging

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// StartCloudTrailLogging starts the logging of a trail.
func StartCloudTrailLogging(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*cloudtrail.Client, bool]{
		Action: actions.StartCloudTrailLogging(),
		Lens: remedy.Lens[*cloudtrail.Client, bool]{
			Client: client(accounts, cloudtrail.NewFromConfig),
			Read:   readLogging,
			Write:  writeLogging,
		},
		Find: findTrail,
		Want: func(context.Context, *cloudtrail.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return true, nil
		},
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("logging of trail %s: stopped → started", t.ID)
		},
		Nothing: func(t remedy.Target, _ bool) string { return fmt.Sprintf("trail %s is logging", t.ID) },
	})
}

// findTrail returns the trail, which an event names by its name or by its ARN. An ARN tells the home region, where alone
// a trail can be started.
func findTrail(f detect.Finding) (remedy.Target, error) {
	t := remedy.TargetOf(f)
	if f.Resource.Type != detect.Trail || t.ID == "" {
		return t, remedy.Refuse("%s is no trail", f.Resource)
	}
	if !arn.IsARN(t.ID) {
		return t, nil
	}
	a, err := arn.Parse(t.ID)
	if err != nil || a.Service != "cloudtrail" || a.Partition != t.Partition || a.Region == "" {
		return t, remedy.Refuse("%q is not the ARN of a trail in partition %s", t.ID, t.Partition)
	}
	if a.AccountID != t.Account {
		return t, remedy.Refuse("trail %s belongs to account %s: it can only be started there", t.ID, a.AccountID)
	}
	t.Region = a.Region
	return t, nil
}

func readLogging(ctx context.Context, api *cloudtrail.Client, t remedy.Target) (bool, error) {
	var logging bool
	err := atHome(ctx, api, t, func(name string, region func(*cloudtrail.Options)) error {
		out, err := api.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String(name)}, region)
		if err == nil {
			logging = aws.ToBool(out.IsLogging)
		}
		return err
	})
	return logging, err
}

// writeLogging names the trail by its name: in the home region that is as good as the ARN, and emulators of AWS start
// trails by name only. Should the name ever mean another trail, reading by ARN tells when the change is verified.
//
// A trail of all regions is read from each of them and started in its own alone.
func writeLogging(ctx context.Context, api *cloudtrail.Client, t remedy.Target, _, to bool) error {
	home, id, err := homeOf(ctx, api, t)
	if err != nil {
		return err
	}
	if home != "" {
		t.Region, t.ID = home, id
	}
	return atHome(ctx, api, t, func(id string, region func(*cloudtrail.Options)) (err error) {
		name := aws.String(nameOf(id))
		at := func(o *cloudtrail.Options) {
			o.Region = t.Region
			region(o)
		}
		if to {
			_, err = api.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: name}, at)
		} else {
			_, err = api.StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: name}, at)
		}
		return err
	})
}

// nameOf returns the name of a trail, which may be given by its ARN.
func nameOf(id string) string {
	a, err := arn.Parse(id)
	if err != nil {
		return id
	}
	return strings.TrimPrefix(a.Resource, "trail/")
}

// atHome makes a call on a trail, and makes it again in the trail's home region where it turns out that the target's
// region only shows a shadow of the trail.
func atHome(ctx context.Context, api *cloudtrail.Client, t remedy.Target, call func(id string, region func(*cloudtrail.Options)) error) error {
	err := call(t.ID, func(*cloudtrail.Options) {})
	var absent *types.TrailNotFoundException
	var elsewhere *types.InvalidHomeRegionException
	if !errors.As(err, &absent) && !errors.As(err, &elsewhere) {
		return final(err)
	}
	home, id, homeErr := homeOf(ctx, api, t)
	switch {
	case homeErr != nil:
		return fmt.Errorf("look for the home region: %w", errors.Join(homeErr, err))
	case home == "" && errors.As(err, &absent):
		return remedy.ErrGone
	case home == "" || home == t.Region: // the answers disagree, as they may just after a change
		return err
	}
	err = call(id, func(o *cloudtrail.Options) { o.Region = home })
	if errors.As(err, &absent) {
		return remedy.ErrGone
	}
	return final(err)
}

// homeOf returns the home region of a trail and its ARN, "" where there is no such trail.
func homeOf(ctx context.Context, api *cloudtrail.Client, t remedy.Target) (region, id string, err error) {
	out, err := api.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{TrailNameList: []string{t.ID}, IncludeShadowTrails: aws.Bool(true)})
	if err != nil {
		return "", "", err
	}
	for _, trail := range out.TrailList {
		if home := aws.ToString(trail.HomeRegion); home != "" && same(trail, t) {
			return home, aws.ToString(trail.TrailARN), nil
		}
	}
	return "", "", nil
}

// same reports whether a trail of the account is the target.
func same(trail types.Trail, t remedy.Target) bool {
	a, err := arn.Parse(aws.ToString(trail.TrailARN))
	return err == nil && a.AccountID == t.Account && (t.ID == aws.ToString(trail.TrailARN) || t.ID == aws.ToString(trail.Name))
}

// final makes refusals of errors that stay however often the call is repeated.
func final(err error) error {
	if _, ok := errors.AsType[*types.NotOrganizationMasterAccountException](err); ok {
		return &remedy.Refusal{Reason: "the trail belongs to the organization and can only be changed from its management account", Err: err}
	}
	if access.Coded(err, "S3BucketDoesNotExistException", "InsufficientS3BucketPolicyException", "KmsKeyNotFoundException", "KmsException",
		"KmsKeyDisabledException", "InsufficientEncryptionPolicyException", "InsufficientSnsTopicPolicyException",
		"MaximumNumberOfTrailsExceededException") {
		return &remedy.Refusal{Reason: "CloudTrail does not accept the trail as it was", Err: err}
	}
	return err
}
