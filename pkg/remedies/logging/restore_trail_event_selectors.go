package logging

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// maxBasicSelectors is how many basic selectors a trail can have.
const maxBasicSelectors = 5

// RestoreTrailEventSelectors lets a trail record all management events again. CloudTrail replaces selectors as a whole, so
// that all of them are the aspect.
func RestoreTrailEventSelectors(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*cloudtrail.Client, detect.TrailSelectors]{
		Action: actions.RestoreTrailEventSelectors(),
		Lens: remedy.Lens[*cloudtrail.Client, detect.TrailSelectors]{
			Client: client(accounts, cloudtrail.NewFromConfig),
			Read:   readSelectors,
			Write:  writeSelectors,
			Equal:  detect.TrailSelectors.Equal,
		},
		Find:   findSelectors,
		Want:   wantSelectors,
		Aspect: "trail-event-selectors",
		Restore: func(_ context.Context, _ *cloudtrail.Client, _ detect.Finding, t remedy.Target, before, good detect.TrailSelectors) (detect.TrailSelectors, error) {
			if before.Hash() != t.Params[detect.ParamDocumentHash] || len(good.Basic)+len(good.Advanced) == 0 {
				return before, nil
			}
			return good, nil
		},
		Summary: func(t remedy.Target, before, after detect.TrailSelectors) string {
			if len(after.Basic)+len(after.Advanced) > len(before.Basic)+len(before.Advanced) {
				return fmt.Sprintf("trail %s: a selector for management events was added to %s", t.ID, countOf(before))
			}
			return fmt.Sprintf("event selectors of trail %s: %s → %s", t.ID, countOf(before), countOf(after))
		},
		Nothing: func(t remedy.Target, live detect.TrailSelectors) string {
			if live.Hash() != t.Params[detect.ParamDocumentHash] {
				return fmt.Sprintf("the event selectors of trail %s are no longer those of the event", t.ID)
			}
			return fmt.Sprintf("trail %s records all management events", t.ID)
		},
	})
}

func countOf(s detect.TrailSelectors) string {
	if len(s.Advanced) > 0 {
		return fmt.Sprintf("%d advanced", len(s.Advanced))
	}
	return fmt.Sprintf("%d basic", len(s.Basic))
}

func findSelectors(f detect.Finding) (remedy.Target, error) {
	t, err := findTrail(f)
	if err != nil {
		return t, err
	}
	if f.Event.Name != "PutEventSelectors" || f.Params[detect.ParamDocumentHash] == "" {
		return t, remedy.Refuse("the finding does not say which event selectors trail %s was given", t.ID)
	}
	t.Params = map[string]string{detect.ParamDocumentHash: f.Params[detect.ParamDocumentHash]}
	return t, nil
}

func readSelectors(ctx context.Context, api *cloudtrail.Client, t remedy.Target) (detect.TrailSelectors, error) {
	var live detect.TrailSelectors
	err := atHome(ctx, api, t, func(id string, region func(*cloudtrail.Options)) error {
		out, err := api.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: aws.String(id)}, region)
		if err == nil {
			live = selectorsOf(out.EventSelectors, out.AdvancedEventSelectors)
		}
		return err
	})
	return live, err
}

func writeSelectors(ctx context.Context, api *cloudtrail.Client, t remedy.Target, _, to detect.TrailSelectors) error {
	return atHome(ctx, api, t, func(id string, region func(*cloudtrail.Options)) error {
		in := &cloudtrail.PutEventSelectorsInput{TrailName: aws.String(id)}
		in.EventSelectors, in.AdvancedEventSelectors = forAPI(to)
		_, err := api.PutEventSelectors(ctx, in, region)
		return err
	})
}

// wantSelectors adds the narrowest selector by which the trail records all management events, while its selectors still
// are the event's; the others stay.
func wantSelectors(_ context.Context, _ *cloudtrail.Client, _ detect.Finding, t remedy.Target, before detect.TrailSelectors) (detect.TrailSelectors, error) {
	after := before
	switch {
	case before.Hash() != t.Params[detect.ParamDocumentHash], recordsAll(before):
	case len(before.Advanced) > 0:
		after.Advanced = append(slices.Clone(before.Advanced), detect.AdvancedSelector{
			Name:   "Management events",
			Fields: []detect.SelectedField{{Field: "eventCategory", Equals: []string{"Management"}}},
		})
	case len(before.Basic) >= maxBasicSelectors:
		return before, remedy.Refuse("trail %s has %d event selectors, as many as it can have: none can be added", t.ID, len(before.Basic))
	default:
		after.Basic = append(slices.Clone(before.Basic), detect.BasicSelector{ReadWriteType: "All", ManagementEvents: true})
	}
	return after, nil
}

// recordsAll reports whether one selector alone records all management events.
func recordsAll(s detect.TrailSelectors) bool {
	return slices.ContainsFunc(s.Basic, func(b detect.BasicSelector) bool {
		return b.ManagementEvents && b.ReadWriteType == "All" && len(b.Excluded) == 0
	}) || slices.ContainsFunc(s.Advanced, func(a detect.AdvancedSelector) bool {
		return len(a.Fields) == 1 && a.Fields[0].Field == "eventCategory" && slices.Contains(a.Fields[0].Equals, "Management")
	})
}
