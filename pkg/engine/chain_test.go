package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// deed is a rule that sees one event name and finds a change of a user; the technique gives its tactic.
func deed(id, name, technique string, severity detect.Severity) *detect.Rule {
	return &detect.Rule{
		ID: id, Title: name, Class: "class-" + id, Severity: severity,
		Refs:    []detect.Ref{{Kind: "ATT&CK", Name: technique}},
		Pattern: detect.Pattern{{Source: "iam.amazonaws.com", Names: []string{name}}},
		Match: func(e *cloudtrail.Event) ([]detect.Finding, error) {
			request, err := cloudtrail.RequestOf[struct{ User string }](e)
			if err != nil {
				return nil, err
			}
			r := detect.Resource{Type: detect.User, ID: request.User}
			if request.User == "" {
				r = detect.Resource{Type: detect.Account, ID: e.Account}
			}
			return []detect.Finding{{Summary: name + " by " + e.Identity.Name(), Resource: r}}, nil
		},
	}
}

// deeds are what the tests' attackers do.
func deeds() *detect.Index {
	return detect.NewIndex([]*detect.Rule{
		deed("KEY-001", "CreateKey", "T1098.001", detect.Medium), deed("ADM-001", "AttachAdmin", "T1098.003", detect.High),
		deed("LOG-001", "StopLogging", "T1562.008", detect.High), deed("LOW-001", "Look", "T1526", detect.Low),
	})
}

func event(id, name, user string, at time.Time, by string) *cloudtrail.Event {
	e := &cloudtrail.Event{
		ID: id, Source: "iam.amazonaws.com", Name: name, Account: "111122223333", Region: "us-east-1", Time: at,
		Identity: cloudtrail.Identity{Type: "IAMUser", UserName: by, ARN: "arn:aws:iam::111122223333:user/" + by, AccountID: "111122223333"},
	}
	e.Request = cloudtrail.NewPayload([]byte(fmt.Sprintf(`{"user":%q}`, user)))
	return e
}

// process takes events one after another and returns the incidents as the ledger has them in the end, by their events.
func process(t *testing.T, w *world, d *engine.Detector, events ...*cloudtrail.Event) map[string]ledger.Incident {
	t.Helper()
	w.mode = decide.Alert
	out := map[string]ledger.Incident{}
	for _, e := range events {
		if _, err := d.Process(t.Context(), e, w.now); err != nil {
			t.Fatal(err)
		}
	}
	all, err := w.store.List(t.Context(), ledger.Query{})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range all {
		if in.Joining || len(in.Outbox) > 0 {
			t.Errorf("%s of %v is not settled: joining %t, owes %v", in.ID, in.EventIDs, in.Joining, in.Outbox)
		}
		out[in.EventIDs[0]+" "+in.Rule] = in
	}
	return out
}

// TestChain plays a key, an administrator's policy and a trail that is stopped: one critical incident with a timeline, in
// whatever order the events come and however often.
func TestChain(t *testing.T) {
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	story := []*cloudtrail.Event{
		event("1", "CreateKey", "backup", start, "mallory"),                      // the actor makes a key for somebody else
		event("2", "AttachAdmin", "backup", start.Add(2*time.Minute), "mallory"), // who becomes administrator
		event("3", "StopLogging", "", start.Add(12*time.Minute), "backup"),       // and acts by that key
		event("4", "StopLogging", "", start.Add(13*time.Minute), "somebody"),     // another person's business
		event("5", "StopLogging", "", start.Add(3*time.Hour), "mallory"),         // long after
	}
	for seed := range uint64(30) {
		g := rand.New(rand.NewPCG(seed, 1))
		events := append(slices.Clone(story), story[g.IntN(len(story))], story[g.IntN(len(story))])
		if seed > 0 {
			g.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		}
		w := newWorld(t)
		d := w.detector()
		d.Index = deeds()
		got := process(t, w, d, events...)
		if len(got) != 5 {
			t.Fatalf("seed %d: %d incidents, want 5", seed, len(got))
		}
		var leads []ledger.Incident
		members := map[string]bool{}
		for _, in := range got {
			if in.PartOf == "" && in.Chain != nil {
				leads = append(leads, in)
				for _, s := range in.Chain.Timeline {
					members[s.Event] = true
				}
			}
		}
		if len(leads) != 1 || !cmp.Equal(members, map[string]bool{"1": true, "2": true, "3": true}) {
			t.Fatalf("seed %d: %d chains with events %v, want one of 1, 2 and 3", seed, len(leads), members)
		}
		lead := leads[0]
		if lead.Severity != detect.Critical || lead.Chain.Why != "3 tactics within 12m0s: persistence, privilege-escalation, defense-evasion" {
			t.Errorf("seed %d: severity %s, because %q", seed, lead.Severity, lead.Chain.Why)
		}
		if !slices.IsSortedFunc(lead.Chain.Timeline, func(a, b ledger.Step) int { return a.Time.Compare(b.Time) }) {
			t.Errorf("seed %d: timeline out of order: %+v", seed, lead.Chain.Timeline)
		}
		for _, s := range lead.Chain.Timeline {
			if s.Incident != lead.ID && got[s.Event+" "+s.Rule].PartOf != lead.ID {
				t.Errorf("seed %d: %s is in the timeline and no part", seed, s.Event)
			}
		}
		if told := w.toldOf(notify.IncidentOpened); told != 5 {
			t.Errorf("seed %d: %d incidents told, want each", seed, told)
		}
		if raised := w.toldOf(notify.IncidentRaised); raised < 1 || raised > 2 {
			t.Errorf("seed %d: told %d times that the chain is graver, of high and critical", seed, raised)
		}
	}
}

// TestChainDeathAtAnyStep lets the process die at every step of the second finding of a chain.
func TestChainDeathAtAnyStep(t *testing.T) {
	start := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	first, second := event("1", "CreateKey", "backup", start, "mallory"), event("2", "AttachAdmin", "bob", start.Add(time.Minute), "mallory")
	for _, after := range []bool{false, true} {
		for dieAt := 1; ; dieAt++ {
			w := newWorld(t)
			d := w.detector()
			d.Index = deeds()
			process(t, w, d, first)
			w.steps, w.dieAt, w.after = 0, dieAt, after
			died := !w.lives(func() { _, _ = d.Process(t.Context(), second, w.now) })
			w.dieAt = 0
			got := process(t, w, d, second, first)
			lead, part := got["1 KEY-001"], got["2 ADM-001"]
			if len(got) != 2 || part.PartOf != lead.ID || lead.Chain == nil || len(lead.Chain.Timeline) != 2 || lead.Severity != detect.High {
				t.Fatalf("step %d, after %t: lead %+v, part %+v", dieAt, after, lead, part)
			}
			if part.Chain == nil || part.Chain.Lead != lead.ID || part.Chain.Severity != detect.High {
				t.Errorf("step %d, after %t: the part knows of %+v", dieAt, after, part.Chain)
			}
			if diff := cmp.Diff([]string{notify.IncidentOpened, notify.IncidentRaised, notify.IncidentOpened}, w.told()); diff != "" {
				t.Errorf("step %d, after %t: messages (-want +got):\n%s", dieAt, after, diff)
			}
			if !died {
				if dieAt < 6 {
					t.Fatalf("the process survived %d steps: the test does not reach the steps any more", dieAt)
				}
				break
			}
		}
	}
}

// TestOneEventIsToldOnce holds that rules which see one event from their own side give one message: the gravest leads.
func TestOneEventIsToldOnce(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = detect.NewIndex([]*detect.Rule{
		deed("LOW-001", "CreateKey", "T1526", detect.Low), deed("KEY-001", "CreateKey", "T1098.001", detect.High),
	})
	got := process(t, w, d, event("1", "CreateKey", "backup", w.now, "mallory"))
	lead, part := got["1 KEY-001"], got["1 LOW-001"]
	if part.PartOf != lead.ID || lead.PartOf != "" {
		t.Errorf("lead %+v, part %+v", lead, part)
	}
	if len(w.published) != 1 || w.published[0].Incident.ID != lead.ID || len(w.published[0].Incident.Chain.Timeline) != 2 {
		t.Errorf("published %+v, want one message about %s with both", w.published, lead.ID)
	}
}

// TestNothingJoinsWhatAPersonPutAside holds that a dismissed incident leads nothing any more, and that what comes after it
// is a chain of its own all the same. A part that was dismissed changes nothing for the others.
func TestNothingJoinsWhatAPersonPutAside(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = deeds()
	dismiss := func(in ledger.Incident) {
		if _, err := w.remediator().Dismiss(t.Context(), in.ID, engine.Person{Name: "ann"}); err != nil {
			t.Fatal(err)
		}
	}
	dismiss(process(t, w, d, event("1", "StopLogging", "", w.now, "mallory"))["1 LOG-001"])
	got := process(t, w, d, event("2", "AttachAdmin", "bob", w.now, "mallory"), event("3", "CreateKey", "bob", w.now, "mallory"))
	lead := got["2 ADM-001"]
	if lead.PartOf != "" || lead.Chain == nil || len(lead.Chain.Timeline) != 2 || got["3 KEY-001"].PartOf != lead.ID || got["1 LOG-001"].Chain != nil {
		t.Errorf("after the dismissal: %+v", got)
	}
	dismiss(got["3 KEY-001"])
	got = process(t, w, d, event("4", "StopLogging", "", w.now, "bob"), event("5", "StopLogging", "", w.now, "mallory"))
	if got["4 LOG-001"].PartOf != lead.ID || got["5 LOG-001"].PartOf != lead.ID {
		t.Errorf("after the dismissal of a part: %+v", got)
	}
}

// TestExpectedChain holds that the decision is told of the same chain that the incident then joins.
func TestExpectedChain(t *testing.T) {
	joined := 0
	for seed := range uint64(100) {
		w := newWorld(t)
		s := newSchedule(w, seed)
		s.faults, s.processes = 0, 1
		d := s.detector(decide.Alert)
		expected := expects{w, map[string]string{}}
		d.Policy = expected
		s.run(t.Context(), d, entangled(s))
		for id, in := range s.check(t, seed, nil) {
			if in.Rule != "KEY-001" {
				continue
			}
			if expected.chains[id] != in.PartOf {
				t.Errorf("seed %d: %s was decided as part of %q and is part of %q", seed, id, expected.chains[id], in.PartOf)
			}
			if in.PartOf != "" {
				joined++
			}
		}
	}
	if joined < 50 {
		t.Errorf("only %d joined: the test proves nothing", joined)
	}
}

// expects keeps what decisions are told of chains.
type expects struct {
	*world
	chains map[string]string // by incident
}

func (e expects) Decide(f detect.Finding, facts decide.Facts) decide.Decision {
	e.chains[f.Incident()] = facts.Chain
	return e.world.Decide(f, facts)
}

// TestChainRaisesTheDecision holds that a medium finding which completes a critical chain is decided as part of it.
func TestChainRaisesTheDecision(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	key := deed("KEY-001", "CreateKey", "T1098.001", detect.Medium)
	key.Actions = []string{"switch-off"}
	d.Index = detect.NewIndex([]*detect.Rule{
		key, deed("ADM-001", "AttachAdmin", "T1098.003", detect.High), deed("LOG-001", "StopLogging", "T1562.008", detect.High),
	})
	process(t, w, d, event("1", "CreateKey", "a", w.now, "mallory"))
	if w.facts.ChainSeverity != detect.Inherit || w.facts.Chain != "" {
		t.Errorf("the first finding is told of a chain: %+v", w.facts)
	}
	lead := process(t, w, d, event("2", "AttachAdmin", "b", w.now, "mallory"), event("3", "StopLogging", "", w.now, "mallory"))["1 KEY-001"]
	process(t, w, d, event("4", "CreateKey", "c", w.now, "mallory"))
	if w.facts.ChainSeverity != detect.Critical || w.facts.Chain != lead.ID {
		t.Errorf("the decision was told of chain %q, %s, want %s", w.facts.Chain, w.facts.ChainSeverity, lead.ID)
	}
}

// TestOneEventIsToldOnceInAChain does the same where an earlier event began the chain: the gravest finding of the event is
// told, with what the others say.
func TestOneEventIsToldOnceInAChain(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = detect.NewIndex([]*detect.Rule{
		deed("LOW-001", "CreateKey", "T1526", detect.Low), deed("KEY-001", "CreateKey", "T1098.001", detect.High),
		deed("LOG-001", "StopLogging", "T1562.008", detect.High),
	})
	got := process(t, w, d, event("1", "StopLogging", "", w.now, "mallory"), event("2", "CreateKey", "backup", w.now.Add(time.Minute), "mallory"))
	lead, key, low := got["1 LOG-001"], got["2 KEY-001"], got["2 LOW-001"]
	if key.PartOf != lead.ID || low.PartOf != lead.ID || len(lead.Chain.Timeline) != 3 {
		t.Errorf("lead %+v, parts %+v and %+v", lead.Chain, key.PartOf, low.PartOf)
	}
	var about []string
	for _, m := range w.published {
		about = append(about, m.Incident.Rule)
	}
	if diff := cmp.Diff([]string{"LOG-001", "KEY-001"}, about); diff != "" {
		t.Fatalf("messages about (-want +got):\n%s", diff)
	}
	if m := w.published[1].Incident; !m.Chain.Has(low.ID) || !m.Chain.Has(lead.ID) {
		t.Errorf("the message tells of %+v", m.Chain.Timeline)
	}
}
