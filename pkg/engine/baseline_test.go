package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// knowing is a rule that finds lamps that were switched on and remembers what a harmless switching left behind.
func knowing() *detect.Rule {
	r := lampRule()
	r.Pattern[0].Names = []string{"SwitchOn", "Dim"}
	match := r.Match
	r.Match = func(e *cloudtrail.Event) ([]detect.Finding, error) {
		if e.Name == "Dim" {
			return nil, nil
		}
		return match(e)
	}
	r.Good = func(e *cloudtrail.Event) (detect.State, bool) {
		request, err := cloudtrail.RequestOf[struct{ Lamp, To string }](e)
		if err != nil {
			return detect.State{}, false
		}
		raw, err := json.Marshal(request.To)
		if request.To == "unseen" {
			raw = []byte("null")
		}
		return detect.State{Aspect: "brightness", Resource: detect.Resource{Type: "Lamp", ID: request.Lamp}, State: raw}, err == nil
	}
	return r
}

func dim(id, to string, at time.Time) *cloudtrail.Event {
	e := &cloudtrail.Event{
		ID: id, Source: "lamps.amazonaws.com", Name: "Dim", Account: "111122223333", Region: "us-east-1", Time: at,
		Identity: cloudtrail.Identity{Type: "IAMUser", UserName: "bob", ARN: "arn:aws:iam::111122223333:user/bob"},
		Request:  cloudtrail.NewPayload([]byte(`{"lamp":"hall","to":"` + to + `"}`)),
	}
	return e
}

// TestRemember holds that harmless changes are remembered by the time of their events, that a failed, replayed or untrusted
// one is not, and that a risky one is remembered as its incident's.
func TestRemember(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = detect.NewIndex([]*detect.Rule{knowing()})
	start := w.now
	failed := dim("4", "failed", start.Add(3*time.Minute))
	failed.ErrorCode = "AccessDenied"
	replayed := dim("5", "replayed", start.Add(3*time.Minute))
	replayed.Envelope = &cloudtrail.Envelope{Source: "aws.lamps", Account: "111122223333", ReplayName: "r"}
	elsewhere := dim("6", "elsewhere", start.Add(3*time.Minute))
	elsewhere.Account = "444455556666"
	risky := dim("7", "risky", start.Add(3*time.Minute))
	risky.Name = "SwitchOn"
	w.mode = decide.Alert
	for _, e := range []*cloudtrail.Event{
		dim("2", "half", start.Add(2*time.Minute)), dim("1", "low", start.Add(time.Minute)), failed, replayed, elsewhere, risky,
	} {
		if _, err := d.Process(t.Context(), e, w.now); err != nil {
			t.Fatal(err)
		}
	}
	for before, want := range map[time.Duration]string{
		time.Minute: "", 2 * time.Minute: `"low"`, 3 * time.Minute: `"half"`, time.Hour: `"risky"`,
	} {
		key := ledger.BaselineKey("111122223333", "us-east-1", "brightness", detect.AspectKey("Lamp", "", "hall", ""))
		b, err := w.store.Remembered(t.Context(), key, start.Add(before))
		if want == "" {
			if !errors.Is(err, ledger.ErrNotFound) {
				t.Errorf("before %s: %s, %v; want nothing", before, b.State, err)
			}
			continue
		}
		if err != nil || string(b.State) != want {
			t.Errorf("before %s: %s, %v; want %s", before, b.State, err, want)
		}
		if strings.HasPrefix(b.By, "incident/") != (want == `"risky"`) {
			t.Errorf("before %s: by %s", before, b.By)
		}
	}
}

// TestRestore holds that a remedy puts back what was last known to be good before the event, and does without where nobody
// knows.
func TestRestore(t *testing.T) {
	for name, known := range map[string]bool{"known": true, "unknown": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.restores = true
			d := w.detector()
			d.Index = detect.NewIndex([]*detect.Rule{knowing()})
			start := w.now
			if known {
				if _, err := d.Process(t.Context(), dim("1", "half", start), w.now); err != nil {
					t.Fatal(err)
				}
				if _, err := d.Process(t.Context(), dim("3", "later", start.Add(time.Hour)), w.now); err != nil {
					t.Fatal(err)
				}
			}
			w.deliver(lampEvent("2", "hall", start.Add(time.Minute), bob()))
			w.onlyIncident(ledger.Remediated, ledger.Verified)
			want := map[bool]string{true: "half", false: "off"}[known]
			if w.lamps["hall"] != want {
				t.Errorf("lamp is %s, want %s", w.lamps["hall"], want)
			}
		})
	}
}

// TestWhatPeopleKept takes a lamp through a harmless change, a risky one about which people or the policy decide, and another
// risky one that is put back: to what people kept, to what was there before where they did not, and to neither where nobody
// knows.
func TestWhatPeopleKept(t *testing.T) {
	ann := engine.Person{Name: "ann"}
	type outcome func(t *testing.T, w *world, in ledger.Incident) error
	nothing := func(*testing.T, *world, ledger.Incident) error { return nil }
	undo := func(t *testing.T, w *world, in ledger.Incident) error {
		_, err := w.remediator().Undo(t.Context(), in.ID, ann)
		return err
	}
	dismiss := func(t *testing.T, w *world, in ledger.Incident) error {
		_, err := w.remediator().Dismiss(t.Context(), in.ID, ann)
		return err
	}
	keep := func(t *testing.T, w *world, in ledger.Incident) error {
		_, err := w.remediator().Keep(t.Context(), in.ID, ann)
		return err
	}
	for name, tt := range map[string]struct {
		mode    decide.Mode
		excepts bool
		off     bool
		narrow  bool // what reverses the second change is not what was known
		low     bool // the second change is hardly worth telling
		broken  bool // what reverses the second change cannot
		event   string
		then    outcome
		want    string
	}{
		"dismissed":                            {mode: decide.Alert, then: dismiss, want: "bright"},
		"dismissed after asking":               {mode: decide.Ask, then: dismiss, want: "bright"},
		"excepted":                             {mode: decide.Act, excepts: true, then: nothing, want: "bright"},
		"turned off":                           {mode: decide.Off, then: nothing, want: "bright"},
		"reversed and undone":                  {mode: decide.Act, then: undo, want: "bright"},
		"reversed":                             {mode: decide.Act, then: nothing, want: "half"},
		"reversed and kept":                    {mode: decide.Contain, then: keep, want: "half"},
		"reversed, though low":                 {mode: decide.Act, low: true, then: nothing, want: "half"},
		"only alerted, and low":                {mode: decide.Alert, low: true, then: nothing, want: "bright"},
		"only its risky part reversed":         {mode: decide.Act, narrow: true, then: nothing, want: "off"},
		"only alerted":                         {mode: decide.Alert, then: nothing, want: "off"},
		"asked":                                {mode: decide.Ask, then: nothing, want: "off"},
		"could not be reversed":                {mode: decide.Act, broken: true, then: nothing, want: "half"},
		"could not be reversed, and dismissed": {mode: decide.Act, broken: true, then: dismiss, want: "bright"},
		"not shown, and dismissed":             {mode: decide.Alert, event: "unseen", then: dismiss, want: "off"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.restores = true
			rule := knowing()
			match := rule.Match
			rule.Match = func(e *cloudtrail.Event) ([]detect.Finding, error) {
				found, err := match(e)
				for n := range found {
					if tt.low && e.ID == "2" {
						found[n].Severity = detect.Low
					}
				}
				return found, err
			}
			index := detect.NewIndex([]*detect.Rule{rule})
			process := func(e *cloudtrail.Event) []ledger.Incident {
				t.Helper()
				d := w.detector()
				d.Index = index
				incidents, err := d.Process(t.Context(), e, w.now)
				if err != nil {
					t.Fatal(err)
				}
				return incidents
			}
			start := w.now
			process(dim("1", "half", start))
			second := dim("2", "bright", start.Add(time.Minute))
			if tt.event != "" {
				second = dim("2", tt.event, start.Add(time.Minute))
			}
			second.Name = "SwitchOn"
			w.mode, w.excepts, w.narrow = tt.mode, tt.excepts, tt.narrow
			if tt.broken {
				w.writeErr = remedy.Refuse("no")
			}
			for _, in := range process(second) {
				w.work()
				if err := tt.then(t, w, in); err != nil {
					t.Fatal(err)
				}
			}
			w.mode, w.excepts, w.narrow, w.writeErr, w.lamps["hall"] = decide.Act, false, false, nil, "on"
			third := dim("3", "on", start.Add(2*time.Minute))
			third.Name = "SwitchOn"
			process(third)
			w.work()
			if w.lamps["hall"] != tt.want {
				t.Errorf("lamp is %s, want %s", w.lamps["hall"], tt.want)
			}
		})
	}
}

// A past is what the ledger gets to know of a lamp before a risky change of it is reversed.
type past struct {
	*world
	t     *testing.T
	index *detect.Index
	start time.Time
}

func newPast(t *testing.T) *past {
	w := newWorld(t)
	w.restores = true
	return &past{w, t, detect.NewIndex([]*detect.Rule{knowing()}), w.now.Truncate(time.Second)}
}

// happens lets somebody dim a lamp, or switch it on, some seconds after the start.
func (m *past) happens(id, name, to string, at int) ledger.Incident {
	m.t.Helper()
	e := dim(id, to, m.start.Add(time.Duration(at)*time.Second))
	e.Name = name
	d := m.detector()
	d.Index = m.index
	incidents, err := d.Process(m.t.Context(), e, m.now)
	if err != nil {
		m.t.Fatal(err)
	}
	if len(incidents) == 0 {
		return ledger.Incident{}
	}
	return incidents[0]
}

// TestOneSecond holds that nobody knows what was there before an event where something else happened in the same second, and
// neither where what is remembered is of a second in which something else was there too. CloudTrail tells the second only.
func TestOneSecond(t *testing.T) {
	for name, tt := range map[string]struct {
		dims []int // seconds after the start at which the lamp is dimmed, each time another way
		want string
	}{
		"a second before":               {[]int{0, 9}, "dim1"},
		"in the same second":            {[]int{0, 10}, "off"},
		"only in the same second":       {[]int{10}, "off"},
		"a second after":                {[]int{0, 11}, "dim0"},
		"two at one moment before":      {[]int{0, 5, 5}, "off"},
		"two at one moment, then one":   {[]int{0, 5, 5, 6}, "dim3"},
		"nothing":                       {nil, "off"},
		"two of the same second, after": {[]int{3, 11, 11}, "dim0"},
	} {
		for _, late := range []bool{false, true} { // the risky event is seen first, and worked on last
			m := newPast(t)
			if late {
				m.happens("risky", "SwitchOn", "bright", 10)
			}
			for n, at := range tt.dims {
				m.happens(fmt.Sprint("d", n), "Dim", fmt.Sprint("dim", n), at)
			}
			if !late {
				m.happens("risky", "SwitchOn", "bright", 10)
			}
			m.work()
			if m.lamps["hall"] != tt.want {
				t.Errorf("%s, late %v: lamp is %s, want %s", name, late, m.lamps["hall"], tt.want)
			}
		}
	}
}

// TestResolvedBefore holds that a reversal which found nothing left to do says that somebody has changed the lamp meanwhile, to
// what nobody knows; but not where that was the change which is reversed now.
func TestResolvedBefore(t *testing.T) {
	for _, tt := range []struct {
		resolved int // seconds after the start
		want     string
	}{{5, "off"}, {15, "half"}} {
		m := newPast(t)
		m.happens("good", "Dim", "half", 0)
		second := m.happens("second", "SwitchOn", "bright", 2)
		m.lamps["hall"] = "half"
		m.now = m.start.Add(time.Duration(tt.resolved) * time.Second)
		m.jobs = nil
		r := m.remediator()
		r.Sleep = func(context.Context, time.Duration) error { return nil }
		if in, err := r.Handle(t.Context(), engine.Job{Incident: second.ID}, false); err != nil || in.State != ledger.Resolved {
			t.Fatalf("%s, %v", in.State, err)
		}
		m.lamps["hall"] = "on"
		m.happens("third", "SwitchOn", "on", 10)
		m.work()
		if m.lamps["hall"] != tt.want {
			t.Errorf("resolved after %d s: lamp is %s, want %s", tt.resolved, m.lamps["hall"], tt.want)
		}
	}
}

// TestEndedException holds that what an exception let stand is not put back when the exception has ended.
func TestEndedException(t *testing.T) {
	for ends, want := range map[time.Duration]string{0: "bright", time.Hour: "bright", time.Second: "off"} {
		m := newPast(t)
		m.happens("good", "Dim", "half", 0)
		m.excepts = true
		if ends > 0 {
			m.exceptionEnds = m.start.Add(ends)
		}
		m.happens("second", "SwitchOn", "bright", 2)
		m.excepts = false
		m.now = m.start.Add(time.Minute)
		m.happens("third", "SwitchOn", "on", 10)
		m.work()
		if m.lamps["hall"] != want {
			t.Errorf("an exception of %s: lamp is %s, want %s", ends, m.lamps["hall"], want)
		}
	}
}

// TestUndoneContainmentKeepsNothing holds that who lets a contained caller go has not said that what the caller did may stay.
func TestUndoneContainmentKeepsNothing(t *testing.T) {
	m := newPast(t)
	m.happens("good", "Dim", "half", 0)
	m.stubborn, m.doors = true, map[string]string{"bob": "open"}
	in := m.happens("second", "SwitchOn", "bright", 2)
	m.jobs = nil
	r := m.remediator()
	r.Sleep = m.seenAgain(func() []byte { return lampEvent(fmt.Sprint("again ", m.now), "hall", m.now, bob()) })
	if _, err := r.Handle(t.Context(), engine.Job{Incident: in.ID}, false); err != nil || m.doors["bob"] != "shut" {
		t.Fatalf("%v, door %s", err, m.doors["bob"])
	}
	if in, err := m.remediator().Undo(t.Context(), in.ID, engine.Person{Name: "ann"}); err != nil || in.State != ledger.Undone {
		t.Fatalf("%s, %v", in.State, err)
	}
	m.stubborn, m.jobs = false, nil
	m.happens("third", "SwitchOn", "on", 100)
	m.work()
	if m.lamps["hall"] != "off" {
		t.Errorf("lamp is %s, want off", m.lamps["hall"])
	}
}
