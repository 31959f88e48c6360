package securityhub

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
)

// resolve sets the workflow of an archived finding to RESOLVED. BatchImportFindings does that only where it makes the
// finding, and BatchUpdateFindings does it whatever state the finding is in: so the hub is asked first, and the workflow is
// left alone where a newer state is there already, where a person has closed or suppressed it, and where the hub does not
// show the import yet. The finding is archived in any case, and no longer among the active ones. Security Hub itself sets
// RESOLVED back to NEW when a finding becomes active again.
func (n *Notifier) resolve(ctx context.Context, f types.AwsSecurityFinding) error {
	for attempt := range attempts {
		stored, err := n.stored(ctx, f)
		if err != nil {
			return err
		}
		switch {
		case stored == nil || older(stored, f): // not there yet
		case !sameMoment(stored, f), stored.RecordState != types.RecordStateArchived, closed(stored.Workflow):
			return nil
		default:
			return n.setResolved(ctx, f, attempt)
		}
		if attempt == attempts-1 {
			break
		}
		if err := n.Sleep(ctx, firstWait<<attempt); err != nil {
			return err
		}
	}
	return nil
}

func (n *Notifier) stored(ctx context.Context, f types.AwsSecurityFinding) (*types.AwsSecurityFinding, error) {
	is := func(value *string) []types.StringFilter {
		return []types.StringFilter{{Value: value, Comparison: types.StringFilterComparisonEquals}}
	}
	out, err := n.api.GetFindings(ctx, &securityhub.GetFindingsInput{
		Filters: &types.AwsSecurityFindingFilters{Id: is(f.Id), ProductArn: is(f.ProductArn)}, MaxResults: aws.Int32(10),
	})
	if err != nil {
		return nil, n.explain(err, "securityhub:GetFindings", n.hubARN())
	}
	for i := range out.Findings {
		if s := &out.Findings[i]; aws.ToString(s.Id) == *f.Id && aws.ToString(s.ProductArn) == *f.ProductArn {
			return s, nil
		}
	}
	return nil, nil //nolint:nilnil // documented by its callers: no such finding is no error
}

func (n *Notifier) setResolved(ctx context.Context, f types.AwsSecurityFinding, attempt int) error {
	for ; ; attempt++ {
		out, err := n.api.BatchUpdateFindings(ctx, &securityhub.BatchUpdateFindingsInput{
			FindingIdentifiers: []types.AwsSecurityFindingIdentifier{{Id: f.Id, ProductArn: f.ProductArn}},
			Workflow:           &types.WorkflowUpdate{Status: types.WorkflowStatusResolved},
		})
		if err != nil {
			return n.explain(err, "securityhub:BatchUpdateFindings", n.hubARN())
		}
		if len(out.UnprocessedFindings) == 0 {
			return nil
		}
		first := out.UnprocessedFindings[0]
		refused := &refusal{code: aws.ToString(first.ErrorCode), says: aws.ToString(first.ErrorMessage)}
		if !refused.transient() || attempt >= attempts-1 {
			return refused
		}
		if err := n.Sleep(ctx, firstWait<<attempt); err != nil {
			return err
		}
	}
}

func (n *Notifier) hubARN() string {
	return "arn:" + n.hub.Partition + ":securityhub:" + n.hub.Region + ":" + n.hub.Account + ":hub/default"
}

// closed reports whether a person, or an earlier delivery, has closed a workflow.
func closed(w *types.Workflow) bool {
	return w != nil && (w.Status == types.WorkflowStatusResolved || w.Status == types.WorkflowStatusSuppressed)
}

func older(stored *types.AwsSecurityFinding, f types.AwsSecurityFinding) bool {
	a, b, ok := moments(stored, f)
	return ok && a.Before(b)
}

func sameMoment(stored *types.AwsSecurityFinding, f types.AwsSecurityFinding) bool {
	a, b, ok := moments(stored, f)
	return ok && a.Equal(b)
}

func moments(stored *types.AwsSecurityFinding, f types.AwsSecurityFinding) (a, b time.Time, ok bool) {
	a, errA := time.Parse(time.RFC3339, aws.ToString(stored.UpdatedAt))
	b, errB := time.Parse(time.RFC3339, aws.ToString(f.UpdatedAt))
	return a, b, errA == nil && errB == nil
}
