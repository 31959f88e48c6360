package logging

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// A recording is what a trail of some name records, and where to: nothing where there is no such trail, or where it has
// been stopped. A trail that is being made anew is started last, so that it counts as absent until it is whole.
type recording struct {
	Settings     settings              `json:"settings,omitempty"`
	Selectors    detect.TrailSelectors `json:"selectors,omitzero"`
	Organization bool                  `json:"organization,omitempty"`
	LogGroup     string                `json:"log_group,omitempty"`
}

func (r recording) equal(o recording) bool {
	return maps.Equal(r.Settings, o.Settings) && r.Selectors.Equal(o.Selectors) && r.Organization == o.Organization && r.LogGroup == o.LogGroup
}

// RecreateTrail makes a deleted trail anew as it last was.
func RecreateTrail(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*cloudtrail.Client, recording]{
		Action: actions.RecreateTrail(),
		Lens: remedy.Lens[*cloudtrail.Client, recording]{
			Client: client(accounts, cloudtrail.NewFromConfig),
			Read:   readWholeTrail,
			Write:  writeWholeTrail,
			Equal:  recording.equal,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := findTrail(f)
			if err == nil && f.Event.Name != "DeleteTrail" {
				err = remedy.Refuse("%s on %s deletes no trail", f.Event.Name, f.Resource)
			}
			return t, err
		},
		Want:    wantWholeTrail,
		Aspect:  "trail-recording",
		Restore: restoreWholeTrail,
		Recall:  recallRecording,
		Summary: func(t remedy.Target, _, after recording) string {
			said := fmt.Sprintf("trail %s: deleted → made anew, writing to bucket %s", nameOf(t.ID), after.Settings[bucket])
			if after.Settings[multiRegion] == "true" {
				said += ", of all regions"
			}
			return said
		},
		Nothing: func(t remedy.Target, _ recording) string {
			return fmt.Sprintf("there is a trail %s that records", nameOf(t.ID))
		},
	})
}

// wantWholeTrail refuses where nobody knows the trail as it was, unless there is one again.
func wantWholeTrail(_ context.Context, _ *cloudtrail.Client, _ detect.Finding, t remedy.Target, before recording) (recording, error) {
	if before.Settings != nil {
		return before, nil
	}
	return before, remedy.Refuse("nobody knows what trail %s was like: a person has to make it anew", nameOf(t.ID))
}

// restoreWholeTrail refuses a stopped trail of that name: somebody made it, and undo would delete it.
func restoreWholeTrail(ctx context.Context, api *cloudtrail.Client, _ detect.Finding, t remedy.Target, before, good recording) (recording, error) {
	name := nameOf(t.ID)
	switch {
	case before.Settings != nil:
		return before, nil
	case good.Settings[bucket] == "":
		return before, remedy.Refuse("trail %s recorded nothing when it was last seen", name)
	case good.Organization:
		return before, remedy.Refuse("trail %s was one of the organization: a person has to make it anew in the management account", name)
	}
	if _, err := getTrail(ctx, api, t.ID, func(*cloudtrail.Options) {}); err == nil {
		return before, remedy.Refuse("there is a trail %s again, which is stopped: a person has to start it", name)
	} else if !absentTrail(err) {
		return before, final(err)
	}
	good.LogGroup = "" // its role would have to be passed
	return good, nil
}

func readWholeTrail(ctx context.Context, api *cloudtrail.Client, t remedy.Target) (recording, error) {
	here := func(*cloudtrail.Options) {}
	status, err := api.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String(t.ID)})
	if absentTrail(err) || err == nil && !aws.ToBool(status.IsLogging) {
		return recording{}, nil
	}
	if err != nil {
		return recording{}, final(err)
	}
	trail, err := getTrail(ctx, api, t.ID, here)
	if err != nil {
		return recording{}, final(err)
	}
	chosen, err := api.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: aws.String(t.ID)})
	if err != nil {
		return recording{}, final(err)
	}
	return recording{
		Settings: settingsOf(trail), Selectors: selectorsOf(chosen.EventSelectors, chosen.AdvancedEventSelectors),
		Organization: aws.ToBool(trail.IsOrganizationTrail), LogGroup: aws.ToString(trail.CloudWatchLogsLogGroupArn),
	}, nil
}

func writeWholeTrail(ctx context.Context, api *cloudtrail.Client, t remedy.Target, _, to recording) error {
	name := aws.String(nameOf(t.ID))
	if to.Settings == nil {
		_, err := api.DeleteTrail(ctx, &cloudtrail.DeleteTrailInput{Name: name})
		if absentTrail(err) {
			return nil // deleted meanwhile
		}
		return final(err)
	}
	if err := createTrail(ctx, api, t, to); err != nil {
		return err
	}
	if len(to.Selectors.Basic)+len(to.Selectors.Advanced) > 0 {
		in := &cloudtrail.PutEventSelectorsInput{TrailName: name}
		in.EventSelectors, in.AdvancedEventSelectors = forAPI(to.Selectors)
		if _, err := api.PutEventSelectors(ctx, in); err != nil {
			return final(err)
		}
	}
	_, err := api.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: name})
	return final(err)
}

// createTrail makes the trail, or finds the one that an earlier try has left behind.
func createTrail(ctx context.Context, api *cloudtrail.Client, t remedy.Target, to recording) error {
	trail, err := getTrail(ctx, api, t.ID, func(*cloudtrail.Options) {})
	if err == nil {
		if !maps.Equal(settingsOf(trail), to.Settings) {
			return remedy.Refuse("there is a trail %s that is stopped and is not the one that was deleted", nameOf(t.ID))
		}
		return nil
	}
	if !absentTrail(err) {
		return final(err)
	}
	in := &cloudtrail.CreateTrailInput{
		Name: aws.String(nameOf(t.ID)), S3BucketName: to.Settings.text(bucket),
		IsMultiRegionTrail: to.Settings.flag(multiRegion), IncludeGlobalServiceEvents: to.Settings.flag(globalServices),
		EnableLogFileValidation: to.Settings.flag(validation),
	}
	for name, field := range map[string]**string{keyPrefix: &in.S3KeyPrefix, topic: &in.SnsTopicName, key: &in.KmsKeyId} {
		if to.Settings[name] != "" {
			*field = to.Settings.text(name)
		}
	}
	_, err = api.CreateTrail(ctx, in)
	return final(err)
}

func absentTrail(err error) bool {
	_, ok := errors.AsType[*types.TrailNotFoundException](err)
	return ok
}
