package securityhub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
	"github.com/aws/smithy-go"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
)

// A fakeHub keeps findings as Security Hub does: an import with a later UpdatedAt updates, any other is left alone, and the
// workflow of a finding that is there already is not imported. Every import has to be valid.
type fakeHub struct {
	t        *testing.T
	findings map[string]types.AwsSecurityFinding
	lag      int // so many reads do not see the last import yet
	imports  int
	updates  int
	refuse   []string // the codes with which the next imports are refused
	err      error    // what every call answers
	missing  string   // the call that is not allowed
	busy     int      // so many updates are refused because others are under way
}

func (h *fakeHub) answer(call string) error {
	if h.missing == call {
		return &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized"}
	}
	return h.err
}

func (h *fakeHub) BatchImportFindings(_ context.Context, in *securityhub.BatchImportFindingsInput, _ ...func(*securityhub.Options),
) (*securityhub.BatchImportFindingsOutput, error) {
	if err := h.answer("import"); err != nil {
		return nil, err
	}
	h.imports++
	if len(h.refuse) > 0 {
		code := h.refuse[0]
		h.refuse = h.refuse[1:]
		return &securityhub.BatchImportFindingsOutput{
			FailedCount: aws.Int32(1), SuccessCount: aws.Int32(0),
			FailedFindings: []types.ImportFindingsError{{Id: in.Findings[0].Id, ErrorCode: aws.String(code), ErrorMessage: aws.String("because")}},
		}, nil
	}
	for _, f := range in.Findings {
		for _, fault := range asff(f, hub()) {
			h.t.Error(fault)
		}
		old, ok := h.findings[*f.Id]
		if ok && *f.UpdatedAt <= *old.UpdatedAt {
			continue
		}
		if ok {
			f.Workflow = old.Workflow
			if old.RecordState == types.RecordStateArchived && f.RecordState == types.RecordStateActive && old.Workflow.Status != types.WorkflowStatusSuppressed {
				f.Workflow = &types.Workflow{Status: types.WorkflowStatusNew}
			}
		}
		h.findings[*f.Id] = f
	}
	return &securityhub.BatchImportFindingsOutput{FailedCount: aws.Int32(0), SuccessCount: aws.Int32(int32(len(in.Findings)))}, nil
}

func (h *fakeHub) GetFindings(_ context.Context, in *securityhub.GetFindingsInput, _ ...func(*securityhub.Options),
) (*securityhub.GetFindingsOutput, error) {
	if err := h.answer("get"); err != nil {
		return nil, err
	}
	out := &securityhub.GetFindingsOutput{}
	if h.lag > 0 {
		h.lag--
		return out, nil
	}
	if f, ok := h.findings[*in.Filters.Id[0].Value]; ok {
		out.Findings = append(out.Findings, f)
	}
	return out, nil
}

func (h *fakeHub) BatchUpdateFindings(_ context.Context, in *securityhub.BatchUpdateFindingsInput, _ ...func(*securityhub.Options),
) (*securityhub.BatchUpdateFindingsOutput, error) {
	if err := h.answer("update"); err != nil {
		return nil, err
	}
	h.updates++
	id := in.FindingIdentifiers[0]
	if h.busy > 0 {
		h.busy--
		return &securityhub.BatchUpdateFindingsOutput{UnprocessedFindings: []types.BatchUpdateFindingsUnprocessedFinding{{
			FindingIdentifier: &id, ErrorCode: aws.String("ConcurrentUpdateError"), ErrorMessage: aws.String("Concurrent finding updates detected"),
		}}}, nil
	}
	f := h.findings[*id.Id]
	f.Workflow = &types.Workflow{Status: in.Workflow.Status}
	h.findings[*id.Id] = f
	return &securityhub.BatchUpdateFindingsOutput{ProcessedFindings: in.FindingIdentifiers}, nil
}

func started(t *testing.T) (*Notifier, *fakeHub) {
	h := &fakeHub{t: t, findings: map[string]types.AwsSecurityFinding{}}
	n := New(h, hub())
	n.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return n, h
}

// told is what the history of an incident tells, in order.
func told() []notify.Message {
	opened := notifytest.KeyForOtherUser()
	opened.Mode, opened.Changes = "contain", nil
	remediated := notifytest.Remediated(notifytest.KeyForOtherUser())
	remediated.Mode = "contain"
	kept := remediated
	kept.State, kept.Version = ledger.Kept, remediated.Version+1
	kept.Times.Closed = remediated.Times.Verified.Add(time.Minute)
	kept.Notes = []ledger.Note{{Time: kept.Times.Closed, By: "jane", Text: "kept"}}
	undone := kept
	undone.State, undone.Version = ledger.Undone, kept.Version+3
	undone.Notes = append(append([]ledger.Note(nil), kept.Notes...), ledger.Note{Time: kept.Times.Closed.Add(time.Hour), By: "jane", Text: "undo"})
	failed := undone
	failed.State, failed.Version, failed.Times.Closed, failed.Error = ledger.Failed, undone.Version+3, time.Time{}, "denied"
	return []notify.Message{
		{DetailType: notify.IncidentOpened, Due: 1, Incident: opened},
		{DetailType: notify.IncidentRemediated, Due: remediated.Version, Incident: remediated},
		{DetailType: notify.IncidentKept, Due: kept.Version, Incident: kept},
		{DetailType: notify.IncidentUndone, Due: undone.Version, Incident: undone},
		{DetailType: notify.RemediationFailed, Due: failed.Version, Incident: failed},
	}
}

// TestStates follows one finding through the states of its incident.
func TestStates(t *testing.T) {
	n, h := started(t)
	want := []struct {
		record   types.RecordState
		workflow types.WorkflowStatus
	}{
		{types.RecordStateActive, types.WorkflowStatusNew},
		{types.RecordStateActive, types.WorkflowStatusNew},
		{types.RecordStateArchived, types.WorkflowStatusResolved},
		{types.RecordStateArchived, types.WorkflowStatusResolved},
		{types.RecordStateActive, types.WorkflowStatusNew},
	}
	for i, m := range told() {
		if err := n.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		f := only(t, h)
		if f.RecordState != want[i].record || f.Workflow.Status != want[i].workflow || f.ProductFields["riposte/state"] != string(m.Incident.State) {
			t.Errorf("%s: %s, %s, state %s", m.DetailType, f.RecordState, f.Workflow.Status, f.ProductFields["riposte/state"])
		}
	}
	if h.updates != 1 {
		t.Errorf("%d updates of the workflow, want the one of the first closing", h.updates)
	}
}

func only(t *testing.T, h *fakeHub) types.AwsSecurityFinding {
	t.Helper()
	if len(h.findings) != 1 {
		t.Fatalf("%d findings of one incident", len(h.findings))
	}
	for _, f := range h.findings {
		return f
	}
	return types.AwsSecurityFinding{}
}

// TestAnyOrder holds that messages which come twice and in any order leave the finding in the newest state, and never
// close the workflow of one that a person has to look at.
func TestAnyOrder(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		messages := append(told(), told()...)
		r.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
		n, h := started(t)
		for _, m := range messages {
			h.lag = r.IntN(4)
			if err := n.Notify(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		if f := only(t, h); f.RecordState != types.RecordStateActive || f.Workflow.Status != types.WorkflowStatusNew ||
			f.ProductFields["riposte/state"] != string(ledger.Failed) {
			t.Fatalf("seed %d: %s, %s, state %s", seed, f.RecordState, f.Workflow.Status, f.ProductFields["riposte/state"])
		}
	}
}

// TestWorkflowOfPeople holds that a finding that a person has suppressed stays so, and that one that the hub does not show
// is left for the archive to speak.
func TestWorkflowOfPeople(t *testing.T) {
	n, h := started(t)
	messages := told()
	for _, m := range messages[:2] {
		if err := n.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	for id, f := range h.findings {
		f.Workflow = &types.Workflow{Status: types.WorkflowStatusSuppressed}
		h.findings[id] = f
	}
	if err := n.Notify(t.Context(), messages[2]); err != nil {
		t.Fatal(err)
	}
	if f := only(t, h); f.Workflow.Status != types.WorkflowStatusSuppressed || f.RecordState != types.RecordStateArchived || h.updates != 0 {
		t.Errorf("%s, %s after %d updates", f.RecordState, f.Workflow.Status, h.updates)
	}
	n, h = started(t)
	h.lag = attempts
	if err := n.Notify(t.Context(), messages[2]); err != nil || h.updates != 0 {
		t.Errorf("error %v, %d updates of what is not there", err, h.updates)
	}
}

// TestRetries holds that a finding whose first message closes it is made closed, and that the update of one
// that others update too is tried again.
func TestRetries(t *testing.T) {
	n, h := started(t)
	messages := told()
	if err := n.Notify(t.Context(), messages[2]); err != nil {
		t.Fatal(err)
	}
	if f := only(t, h); f.Workflow.Status != types.WorkflowStatusResolved || h.updates != 0 {
		t.Errorf("%s after %d updates", f.Workflow.Status, h.updates)
	}

	n, h = started(t)
	h.refuse, h.busy = []string{"InternalFailure", "ThrottlingException"}, 2
	for _, m := range messages[:3] {
		if err := n.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if f := only(t, h); f.Workflow.Status != types.WorkflowStatusResolved || h.imports != 5 || h.updates != 3 {
		t.Errorf("%s after %d imports and %d updates", f.Workflow.Status, h.imports, h.updates)
	}
}

func TestErrors(t *testing.T) {
	kept := told()[2]
	for name, tt := range map[string]struct {
		hub  func(*fakeHub)
		says []string
	}{
		"not enabled": {
			func(h *fakeHub) {
				h.err = &types.InvalidAccessException{Message: aws.String("Account 444455556666 is not subscribed to AWS Security Hub")}
			},
			[]string{"Security Hub of account 444455556666 in eu-central-1", "enable Security Hub CSPM", "not subscribed"},
		},
		"not allowed": {
			func(h *fakeHub) { h.missing = "import" },
			[]string{"securityhub:BatchImportFindings on arn:aws:securityhub:eu-central-1:444455556666:product/444455556666/default"},
		},
		"not allowed to read": {
			func(h *fakeHub) { h.missing = "get" },
			[]string{"securityhub:GetFindings on arn:aws:securityhub:eu-central-1:444455556666:hub/default"},
		},
		"not allowed to update": {
			func(h *fakeHub) { h.missing = "update" },
			[]string{"set the workflow", "securityhub:BatchUpdateFindings on arn:aws:securityhub:eu-central-1:444455556666:hub/default"},
		},
		"refused": {
			func(h *fakeHub) { h.refuse = []string{"InvalidInput"} },
			[]string{"import finding riposte/inc-", "refused with InvalidInput: because", "fault of Riposte"},
		},
		"another account": {
			func(h *fakeHub) { h.refuse = []string{"InvalidAccess"} },
			[]string{"the account that calls"},
		},
		"refused for good": {
			func(h *fakeHub) { h.refuse = []string{"InternalFailure", "InternalFailure", "InternalFailure"} },
			[]string{"InternalFailure", "later"},
		},
		"out of reach": {
			func(h *fakeHub) { h.err = errors.New("dial tcp: refused") },
			[]string{"dial tcp: refused"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			n, h := started(t)
			if strings.Contains(name, "update") { // of one that is there, and not closed
				if err := n.Notify(t.Context(), told()[0]); err != nil {
					t.Fatal(err)
				}
			}
			tt.hub(h)
			err := n.Notify(t.Context(), kept)
			for _, says := range tt.says {
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("error %v, want one that says %q", err, says)
				}
			}
		})
	}
	n, h := started(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.refuse = []string{"InternalFailure"}
	if err := n.Notify(ctx, kept); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the wait to end with the context", err)
	}
	if n.Name() != "securityhub" || fmt.Sprint(hub()) == "" {
		t.Error("no name")
	}
	if _, ok := any(n).(notify.Digests); ok {
		t.Error("a record takes digests: it has to get every message")
	}
}
