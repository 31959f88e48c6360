package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/ledger/schema"
	"riposte/pkg/notify"
	"riposte/pkg/notify/gate"
)

// people are told message by message, and in digests.
type people struct {
	name    string
	err     error
	told    []notify.Message
	digests []notify.Digest
}

func (p *people) Name() string { return p.name }

func (p *people) Notify(_ context.Context, m notify.Message) error {
	if p.err == nil {
		p.told = append(p.told, m)
	}
	return p.err
}

func (p *people) Digest(_ context.Context, d notify.Digest) error {
	if p.err == nil {
		p.digests = append(p.digests, d)
	}
	return p.err
}

// records are told every message: they take no digests.
type records struct{ told int }

func (r *records) Name() string { return "records" }

func (r *records) Notify(context.Context, notify.Message) error { r.told++; return nil }

// A house has a default receiver and another, pci, which gets all that happens in an account.
type house struct {
	*world
	general, pci *people
	records      *records
	n            *engine.Notifications
}

func newHouse(t *testing.T) *house {
	h := &house{world: newWorld(t), general: &people{name: "sns"}, pci: &people{name: "slack"}, records: &records{}}
	clock := func() time.Time { return h.now }
	h.store = memory.New(clock)
	h.n = &engine.Notifications{
		Notifiers: []notify.Notifier{h.general}, Receivers: map[string][]notify.Notifier{"pci": {h.pci, h.records}},
		Route: func(in ledger.Incident) []string {
			if in.Account == "444455556666" {
				return []string{"pci"}
			}
			return []string{"default"}
		},
		Gate: &gate.Gate{Store: h.store, Now: clock}, Silence: engine.Silence{After: 4 * time.Hour, Undo: true},
		Store: h.store, Now: clock, Sleep: h.sleep, Log: silent(), Flags: "--bus B",
	}
	return h
}

func (h *house) handle(m notify.Message) error { return h.n.Handle(h.t.Context(), m) }

func (h *house) tick() {
	h.t.Helper()
	if err := h.n.Tick(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func in444(n int) notify.Message {
	return notify.Message{DetailType: notify.IncidentOpened, Due: 1, Incident: ledger.Incident{
		ID: fmt.Sprint("inc-", n), Account: "444455556666", Rule: "IAM-002", Severity: detect.High, Title: "Key",
	}}
}

func TestNotificationsRoute(t *testing.T) {
	h := newHouse(t)
	other := in444(1)
	other.Incident.Account = "111122223333"
	for range 2 {
		if err := errors.Join(h.handle(in444(0)), h.handle(other)); err != nil {
			t.Fatal(err)
		}
	}
	if len(h.pci.told) != 1 || h.records.told != 1 || len(h.general.told) != 1 || h.general.told[0].Incident.ID != "inc-1" {
		t.Errorf("pci %d, records %d, default %d", len(h.pci.told), h.records.told, len(h.general.told))
	}
	if m := h.pci.told[0]; m.Flags != "--bus B" || !m.At.Equal(h.now) {
		t.Errorf("told %+v", m)
	}
	h.n.Route = func(ledger.Incident) []string { return []string{"gone", "default"} } // which no configuration lets in
	if err := h.handle(in444(2)); err != nil || len(h.general.told) != 2 {
		t.Errorf("a receiver that nobody knows: default told %d times, %v", len(h.general.told), err)
	}
}

// TestNotificationsLead holds that a part of a chain is told with what leads it, also to whoever follows that, and without
// it where it cannot be read.
func TestNotificationsLead(t *testing.T) {
	h := newHouse(t)
	lead := ledger.Incident{ID: "inc-lead", State: ledger.Open, Account: "444455556666", Severity: detect.Critical}
	if _, _, err := h.store.Open(t.Context(), lead); err != nil {
		t.Fatal(err)
	}
	part := in444(1)
	part.Incident.Account, part.Incident.PartOf = "111122223333", "inc-lead"
	if err := h.handle(part); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*people{h.general, h.pci} {
		if len(p.told) != 1 || p.told[0].Lead == nil || p.told[0].Lead.ID != "inc-lead" || p.told[0].Weight() != detect.Critical {
			t.Errorf("%s: told %+v", p.name, p.told)
		}
	}
	part.Incident.PartOf, part.Due = "inc-gone", 2
	if err := h.handle(part); err != nil || h.general.told[1].Lead != nil {
		t.Errorf("a lead that is gone: %v", err)
	}
	part.Due, h.n.Store = 3, unreadable{h.store}
	if err := h.handle(part); err != nil || len(h.general.told) != 3 || h.general.told[2].Lead != nil {
		t.Errorf("a lead that cannot be read keeps people from being told: %v", err)
	}
}

type unreadable struct{ ledger.Store }

func (unreadable) Get(context.Context, string) (ledger.Incident, error) {
	return ledger.Incident{}, errors.New("denied")
}

// TestNotificationsInstead holds that the default receiver is told once, at once, what another cannot be told, and that the
// other is told as soon as it can be.
func TestNotificationsInstead(t *testing.T) {
	h := newHouse(t)
	h.pci.err = errors.New("no line")
	for range 3 {
		if err := h.handle(in444(0)); err == nil || !strings.Contains(err.Error(), "pci/slack: no line") {
			t.Fatalf("Handle = %v, want the cause, so that the delivery comes again", err)
		}
	}
	if h.records.told != 1 || len(h.general.told) != 1 {
		t.Fatalf("records told %d times, default %d times, want once each", h.records.told, len(h.general.told))
	}
	if want := "It came here because pci by slack could not be reached; it is tried again there."; h.general.told[0].Remark != want {
		t.Errorf("remark %q, want %q", h.general.told[0].Remark, want)
	}
	h.pci.err = nil
	if err := h.handle(in444(0)); err != nil || len(h.pci.told) != 1 || h.pci.told[0].Remark != "" || h.pci.told[0].Stands != 1 {
		t.Errorf("pci told %+v, %v", h.pci.told, err)
	}

	// Who is told anyway is not told twice.
	h.pci.err = errors.New("no line")
	h.n.Route = func(ledger.Incident) []string { return []string{"pci", "default"} }
	if err := h.handle(in444(1)); err == nil || len(h.general.told) != 2 || h.general.told[1].Remark != "" {
		t.Errorf("default told %+v, %v", h.general.told, err)
	}
}

// TestNotificationsBurst holds that people get a handful and records all, and that the tick tells the rest.
func TestNotificationsBurst(t *testing.T) {
	h := newHouse(t)
	for i := range 100 {
		for range 2 {
			if err := h.handle(in444(i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	var stands []int
	for _, m := range h.pci.told {
		stands = append(stands, m.Stands)
	}
	if diff := cmp.Diff([]int{1, 1, 1, 7, 20, 70}, stands); diff != "" || h.records.told != 100 {
		t.Errorf("records told %d times; people's messages stand for (-want +got):\n%s", h.records.told, diff)
	}
	h.tick()
	if len(h.pci.digests) != 0 {
		t.Error("the burst is told before it is over")
	}
	h.now = h.now.Add(5 * time.Minute)
	h.tick()
	h.tick()
	if len(h.pci.digests) != 1 || h.pci.digests[0].Total != 94 || h.pci.digests[0].Flags != "--bus B" {
		t.Errorf("digests %+v, want one of 94", h.pci.digests)
	}
	if len(h.general.digests) != 0 {
		t.Errorf("the default receiver is told %+v", h.general.digests)
	}
}

// TestNotificationsDigestInstead holds that a digest of a receiver that is out of reach waits, and goes to the default one
// after an hour, as do those of a receiver that is gone.
func TestNotificationsDigestInstead(t *testing.T) {
	h := newHouse(t)
	for i := range 5 {
		if err := h.handle(in444(i)); err != nil {
			t.Fatal(err)
		}
	}
	h.pci.err = errors.New("no line")
	h.now = h.now.Add(5 * time.Minute)
	if err := h.n.Tick(t.Context()); err == nil || len(h.general.digests) != 0 {
		t.Errorf("Tick = %v, and default has %v", err, h.general.digests)
	}
	h.now = h.now.Add(time.Hour)
	h.tick()
	if len(h.general.digests) != 1 || h.general.digests[0].Title != "2 more messages for pci/slack, which could not be reached" {
		t.Errorf("default has %+v", h.general.digests)
	}
	h.pci.err = nil
	for i := range 5 {
		if err := h.handle(in444(10 + i)); err != nil {
			t.Fatal(err)
		}
	}
	h.n.Receivers = nil
	h.now = h.now.Add(5 * time.Minute)
	h.tick()
	if len(h.general.digests) != 2 {
		t.Errorf("what a receiver that is gone was to be told is lost: %+v", h.general.digests)
	}
}

// TestTickAlone holds that one tick works at a time.
func TestTickAlone(t *testing.T) {
	h := newHouse(t)
	for i := range 5 {
		if err := h.handle(in444(i)); err != nil {
			t.Fatal(err)
		}
	}
	h.now = h.now.Add(5 * time.Minute)
	if _, err := h.store.Begin(t.Context(), "tick/notify", 2*time.Minute); err != nil {
		t.Fatal(err)
	}
	h.tick()
	if len(h.pci.digests) != 0 {
		t.Error("a second tick worked beside the first")
	}
	h.now = h.now.Add(2 * time.Minute) // the other has died
	h.tick()
	if len(h.pci.digests) != 1 {
		t.Error("no tick after one that died")
	}
}

// contained is a containment that was verified now.
func (h *house) contained(id string) notify.Message {
	h.t.Helper()
	in := ledger.Incident{
		ID: id, State: ledger.Remediated, Mode: "contain", Account: "444455556666", Rule: "IAM-002", Severity: detect.Medium,
		Times: ledger.Times{Received: h.now, Verified: h.now},
	}
	stored, _, err := h.store.Open(h.t.Context(), in)
	if err != nil {
		h.t.Fatal(err)
	}
	return notify.Message{DetailType: notify.IncidentRemediated, Due: 4, Incident: stored}
}

// TestReminder holds that a containment which waits is reminded of once, before its end, and that one about which somebody has
// decided is not.
func TestReminder(t *testing.T) {
	h := newHouse(t)
	waits, decided := h.contained("inc-waits"), h.contained("inc-decided")
	for range 2 {
		if err := errors.Join(h.handle(waits), h.handle(decided)); err != nil {
			t.Fatal(err)
		}
	}
	end := h.now.Add(4 * time.Hour)
	if m := h.pci.told[0]; !m.Deadline.Equal(end) || !m.EndsUndone {
		t.Errorf("told of deadline %s, undone %t", m.Deadline, m.EndsUndone)
	}
	if _, err := h.store.Update(t.Context(), "inc-decided", func(in *ledger.Incident) error { return in.Move(ledger.Kept) }); err != nil {
		t.Fatal(err)
	}
	h.now = end.Add(-time.Hour - time.Second)
	h.tick()
	if len(h.pci.told) != 2 {
		t.Error("reminded too early")
	}
	h.now = end.Add(-time.Hour)
	h.pci.err = errors.New("no line")
	if err := h.n.Tick(t.Context()); err == nil {
		t.Error("no error although nobody was reminded")
	}
	h.pci.err = nil
	for range 3 {
		h.tick()
	}
	if len(h.pci.told) != 3 || h.pci.told[2].DetailType != notify.IncidentReminder || h.pci.told[2].Incident.ID != "inc-waits" || !h.pci.told[2].Deadline.Equal(end) {
		t.Errorf("told %+v, want one reminder of what waits", h.pci.told[2:])
	}
	if left, err := h.store.Slots(t.Context(), schema.Waiting); err != nil || len(left) != 0 {
		t.Errorf("%d slots are left, %v", len(left), err)
	}
}

// TestReminderTimes holds when people are reminded: a quarter of the time before the end, an hour at the least, but not before
// half of it has passed.
func TestReminderTimes(t *testing.T) {
	for after, want := range map[time.Duration]time.Duration{
		24 * time.Hour: 6 * time.Hour, 4 * time.Hour: time.Hour, 3 * time.Hour: time.Hour, time.Hour: 30 * time.Minute, 10 * time.Minute: 5 * time.Minute,
	} {
		h := newHouse(t)
		h.n.Silence.After = after
		if err := h.handle(h.contained("inc-1")); err != nil {
			t.Fatal(err)
		}
		h.now = h.now.Add(after - want - time.Second)
		h.tick()
		early := len(h.pci.told)
		h.now = h.now.Add(time.Second)
		h.tick()
		if early != 1 || len(h.pci.told) != 2 {
			t.Errorf("after %s: %d told a second before, %d then; want the reminder %s before the end", after, early, len(h.pci.told), want)
		}
	}
}

// TestWithoutGate holds that nothing is held, or noted for later, where no tick tells it.
func TestWithoutGate(t *testing.T) {
	h := newHouse(t)
	h.n.Gate = nil
	for i := range 20 {
		if err := h.handle(in444(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.handle(h.contained("inc-waits")); err != nil || len(h.pci.told) != 21 {
		t.Errorf("told %d, %v", len(h.pci.told), err)
	}
	if left, err := h.store.Slots(t.Context(), schema.Waiting); err != nil || len(left) != 0 {
		t.Errorf("%d slots, %v", len(left), err)
	}
}
