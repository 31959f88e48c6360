// Package ledgertest holds every store to what ledger.Store promises.
package ledgertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// A Ledger opens one more handle on one and the same ledger. A store that cannot have several returns the same one again.
type Ledger func() ledger.Store

// Run runs the whole suite. open makes a new, empty ledger that tells the time by now.
func Run(t *testing.T, open func(t *testing.T, now func() time.Time) Ledger) {
	tests := []struct {
		name string
		run  func(t *testing.T, b *bench)
	}{
		{"Open", testOpen},
		{"OpenRace", testOpenRace},
		{"OpenRefusesIDs", testOpenRefusesIDs},
		{"GetNotFound", testGetNotFound},
		{"SharesNoMemory", testSharesNoMemory},
		{"Update", testUpdate},
		{"UpdateError", testUpdateError},
		{"UpdateCannotMove", testUpdateCannotMove},
		{"UpdateRace", testUpdateRace},
		{"UpdateInsideUpdate", testUpdateInsideUpdate},
		{"ListOrder", testListOrder},
		{"ListFilters", testListFilters},
		{"ListLimit", testListLimit},
		{"Count", testCount},
		{"CountRace", testCountRace},
		{"BeginFinish", testBeginFinish},
		{"BeginLease", testBeginLease},
		{"BeginRace", testBeginRace},
		{"Release", testRelease},
		{"ReleaseForeign", testReleaseForeign},
		{"FinishKeepsLonger", testFinishKeepsLonger},
		{"Switch", testSwitch},
		{"Touch", testTouch},
		{"TouchRange", testTouchRange},
		{"TouchMax", testTouchMax},
		{"TouchRetention", testTouchRetention},
		{"Series", testSeries},
		{"SeriesTies", testSeriesTies},
		{"SeriesMax", testSeriesMax},
		{"SeriesRetention", testSeriesRetention},
		{"SeriesRace", testSeriesRace},
		{"SeriesHostile", testSeriesHostile},
		{"Thread", testThread},
		{"ThreadTimes", testThreadTimes},
		{"ThreadRefuses", testThreadRefuses},
		{"ThreadRetention", testThreadRetention},
		{"ThreadRace", testThreadRace},
		{"ThreadModel", testThreadModel},
		{"ThreadOrders", testThreadOrders},
		{"Baseline", testBaseline},
		{"BaselineOrders", testBaselineOrders},
		{"BaselineContested", testBaselineContested},
		{"BaselineMax", testBaselineMax},
		{"BaselineRetention", testBaselineRetention},
		{"BaselineRace", testBaselineRace},
		{"BaselineStates", testBaselineStates},
		{"BaselineTooLarge", testBaselineTooLarge},
		{"Beats", testBeats},
		{"BeatRetention", testBeatRetention},
		{"BeatRefuses", testBeatRefuses},
		{"BeatRace", testBeatRace},
		{"Slots", testSlots},
		{"SlotExpiry", testSlotExpiry},
		{"SlotRefuses", testSlotRefuses},
		{"SlotMax", testSlotMax},
		{"SlotMemory", testSlotMemory},
		{"SlotRace", testSlotRace},
		{"Retention", testRetention},
		{"OpenAfterRetention", testOpenAfterRetention},
		{"Hostile", testHostile},
		{"HostileKeys", testHostileKeys},
		{"LargeIncident", testLargeIncident},
		{"Cancelled", testCancelled},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			clock := &clock{now: start}
			ledger := open(t, clock.Now)
			b := &bench{clock: clock, a: ledger(), b: ledger()}
			t.Cleanup(func() {
				if err := errors.Join(b.a.Close(), b.b.Close()); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			test.run(t, b)
		})
	}
}

// start is when the suite's clock begins: not at a full second, so that rounding shows.
var start = time.Date(2026, 3, 14, 9, 26, 53, 589_793_238, time.UTC)

// A bench is two handles on one ledger, and its clock.
type bench struct {
	clock *clock
	a, b  ledger.Store
}

// shared reports whether the two handles are one and the same.
func (b *bench) shared() bool { return b.a == b.b }

type clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// keyID is the access key of AWS's documentation.
const keyID = "AKIAIOSFODNN7EXAMPLE" //nolint:gosec // an example, no credential

// incident returns an incident with something in every field, as the detector would open it.
func incident(id string) ledger.Incident {
	return ledger.Incident{
		ID: id, State: ledger.Open, Mode: "act", Reason: "stance enforce", Rule: "IAM-002", Class: "access-key-created",
		Severity: detect.High, Title: "Access key created", Summary: "alice created an access key for bob",
		EventIDs: []string{"8c1f2a3b-0000-4000-8000-000000000001"}, Account: "111122223333", Region: "us-east-1",
		Actor: "arn:aws:iam::111122223333:user/alice", Resource: "AccessKey/" + keyID,
		Changes: []ledger.Change{{
			Change: remedy.Change{
				Action: "deactivate-access-key", Before: json.RawMessage(`"Active"`), After: json.RawMessage(`"Inactive"`),
				Target: remedy.Target{
					Account: "111122223333", Region: "us-east-1", Partition: "aws", Type: "AccessKey", ID: keyID, Parent: "bob",
				},
				Summary: "access key " + keyID + " of bob: Active → Inactive",
			},
			State: ledger.Planned,
		}},
		Times: ledger.Times{Event: start.Add(-time.Minute), Received: start, Decided: start.Add(time.Nanosecond)},
		Notes: []ledger.Note{{Time: start, By: "riposte", Text: "opened"}},
		Finding: detect.Finding{
			Rule: "IAM-002", Class: "access-key-created", Severity: detect.High,
			Resource: detect.Resource{Type: detect.AccessKey, ID: keyID, Parent: "bob"},
			Params:   map[string]string{detect.ParamRuleIDs: "sgr-1,sgr-2"}, Actions: []string{"deactivate-access-key"},
			Actor: detect.Actor{Kind: "IAMUser", Name: "alice", SourceIP: "198.51.100.7"},
			Event: detect.EventRef{ID: "8c1f2a3b-0000-4000-8000-000000000001", Time: start.Add(-time.Minute)},
		},
		Action: "deactivate-access-key",
		Outbox: []ledger.Owed{{DetailType: "Incident Opened", Version: 1}},
	}
}

func mustOpen(t *testing.T, s ledger.Store, in ledger.Incident) ledger.Incident {
	t.Helper()
	stored, created, err := s.Open(t.Context(), in)
	if err != nil || !created {
		t.Fatalf("Open(%.40q) = created %t, %v; want created", in.ID, created, err)
	}
	return stored
}

func mustGet(t *testing.T, s ledger.Store, id string) ledger.Incident {
	t.Helper()
	in, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("Get(%.40q): %v", id, err)
	}
	return in
}

func mustUpdate(t *testing.T, s ledger.Store, id string, change func(*ledger.Incident) error) ledger.Incident {
	t.Helper()
	in, err := s.Update(t.Context(), id, change)
	if err != nil {
		t.Fatalf("Update(%.40q): %v", id, err)
	}
	return in
}

// moveTo returns a change that sets the state.
func moveTo(state ledger.State) func(*ledger.Incident) error {
	return func(in *ledger.Incident) error {
		in.State = state
		return nil
	}
}

func wantEqual(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(sameRaw)); diff != "" {
		t.Errorf("%s (-want +got):\n%.5000s", what, diff)
	}
}

// sameRaw spares cmp from walking large documents byte by byte.
func sameRaw(a, b json.RawMessage) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

// together runs work in n goroutines, alternately on both handles, and waits for all.
func together(t *testing.T, b *bench, n int, work func(ctx context.Context, s ledger.Store, i int) error) {
	t.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			s := b.a
			if i%2 == 1 {
				s = b.b
			}
			errs[i] = work(t.Context(), s, i)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
