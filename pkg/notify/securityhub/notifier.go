// Package securityhub records incidents as findings in AWS Security Hub CSPM, one finding an incident, in the AWS Security
// Finding Format: a finding is made once and then updated from state to state.
//
// What BatchImportFindings takes from a product that is no partner of AWS is a finding whose AwsAccountId is the account
// that calls. All findings are therefore those of the account that Riposte runs in, also those about other accounts of the
// organization; the account that an incident is about is in Resources, and in ProductFields as "riposte/account".
//
// A finding's UpdatedAt grows with the version of the incident, and Security Hub leaves alone what is not newer, so that
// messages that come twice or in another order never put an old state back. RecordState is ARCHIVED once nobody has to look
// any more. Workflow belongs to people: Riposte sets it when a finding is made, and to RESOLVED when it archives one that
// is still NEW or NOTIFIED; Note, UserDefinedFields and VerificationState it never writes.
//
// Every import makes an event "Security Hub Findings - Imported" on the account's default bus. No rule of Riposte matches
// those, and none may: it would tell itself what it has just told.
package securityhub

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"riposte/pkg/notify"
)

// API is the part of Security Hub that a Notifier calls.
type API interface {
	BatchImportFindings(ctx context.Context, in *securityhub.BatchImportFindingsInput, opts ...func(*securityhub.Options),
	) (*securityhub.BatchImportFindingsOutput, error)
	GetFindings(ctx context.Context, in *securityhub.GetFindingsInput, opts ...func(*securityhub.Options),
	) (*securityhub.GetFindingsOutput, error)
	BatchUpdateFindings(ctx context.Context, in *securityhub.BatchUpdateFindingsInput, opts ...func(*securityhub.Options),
	) (*securityhub.BatchUpdateFindingsOutput, error)
}

// A Hub is where findings go: the account and the region whose credentials call.
type Hub struct {
	Partition string // "aws"
	Region    string
	Account   string
}

// product returns the ARN of the product for an account's own findings.
func (h Hub) product() string {
	return fmt.Sprintf("arn:%s:securityhub:%s:%s:product/%s/default", h.Partition, h.Region, h.Account, h.Account)
}

// String names the hub for a person.
func (h Hub) String() string {
	return fmt.Sprintf("Security Hub of account %s in %s", h.Account, h.Region)
}

const (
	attempts  = 3
	firstWait = time.Second
)

// A Notifier records in one hub. It is safe for concurrent use.
type Notifier struct {
	// Sleep waits between attempts. New sets one that ends early with the context.
	Sleep func(ctx context.Context, d time.Duration) error

	api API
	hub Hub
}

// New returns a Notifier that imports into a hub.
func New(api API, hub Hub) *Notifier { return &Notifier{Sleep: sleep, api: api, hub: hub} }

// Name returns "securityhub".
func (n *Notifier) Name() string { return "securityhub" }

// Notify imports the finding of a message, which makes or updates it, and closes its workflow where nobody has to look any
// more. The SDK tries again where the call was throttled, and Notify where Security Hub refuses the one finding for a while.
func (n *Notifier) Notify(ctx context.Context, m notify.Message) error {
	f, err := finding(n.hub, m)
	if err != nil {
		return fmt.Errorf("%s: %w", n.hub, err)
	}
	if err := n.importFinding(ctx, f); err != nil {
		return fmt.Errorf("%s: import finding %s: %w", n.hub, *f.Id, err)
	}
	if f.RecordState != types.RecordStateArchived {
		return nil
	}
	if err := n.resolve(ctx, f); err != nil {
		return fmt.Errorf("%s: set the workflow of finding %s to RESOLVED: %w", n.hub, *f.Id, err)
	}
	return nil
}

func (n *Notifier) importFinding(ctx context.Context, f types.AwsSecurityFinding) error {
	for attempt := 0; ; attempt++ {
		out, err := n.api.BatchImportFindings(ctx, &securityhub.BatchImportFindingsInput{Findings: []types.AwsSecurityFinding{f}})
		if err != nil {
			return n.explain(err, "securityhub:BatchImportFindings", n.hub.product())
		}
		if aws.ToInt32(out.FailedCount) == 0 && len(out.FailedFindings) == 0 {
			return nil
		}
		refused := &refusal{code: "unknown"}
		if len(out.FailedFindings) > 0 {
			first := out.FailedFindings[0]
			refused = &refusal{code: aws.ToString(first.ErrorCode), says: aws.ToString(first.ErrorMessage)}
		}
		if !refused.transient() || attempt == attempts-1 {
			return refused
		}
		if err := n.Sleep(ctx, firstWait<<attempt); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
