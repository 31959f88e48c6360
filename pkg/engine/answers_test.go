package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"riposte/pkg/answer"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// desk takes answers about a world and remembers what people were told.
type desk struct {
	*world
	who  config.Answers
	bad  error
	said []string
	n    int
}

func (d *desk) Reply(_ context.Context, _ answer.ReplyURL, text string) error {
	d.said = append(d.said, text)
	return nil
}

// newDesk makes a world with an incident that waits for approval.
func newDesk(t *testing.T) (*desk, ledger.Incident) {
	d := &desk{world: newWorld(t), who: config.Answers{Approvers: []config.Approver{
		{Slack: "U0ANN", Name: "Ann"}, {Slack: "U0BOB", Name: "Bob"}, {Slack: "U0CAT", Name: "Cat", Accounts: []string{"999988887777"}},
	}}}
	d.mode = decide.Ask
	in, err := d.detector().Handle(t.Context(), lampEvent("e1", "hall", d.now, bob()))
	if err != nil || len(in) != 1 || in[0].State != ledger.Asked {
		t.Fatalf("incidents %+v, %v", in, err)
	}
	return d, in[0]
}

func (d *desk) answers() *engine.Answers {
	return &engine.Answers{Remediator: d.remediator(), Who: d.who, ConfigError: d.bad, Replier: d, Log: silent()}
}

// about makes an answer about an incident as it stands.
func (d *desk) about(id string, v answer.Verb, slack string) answer.Answer {
	d.t.Helper()
	d.n++
	return answer.Answer{
		ID: fmt.Sprint("answer-", d.n), Incident: id, Verb: v, Seen: d.get(id).State, Slack: slack, Name: "somebody", Reason: "a reason", ReplyTo: "x",
	}
}

func (d *desk) get(id string) ledger.Incident {
	d.t.Helper()
	in, err := d.store.Get(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return in
}

func (d *desk) handle(a answer.Answer) string {
	d.t.Helper()
	if err := d.answers().Handle(d.t.Context(), a, false); err != nil {
		d.t.Fatal(err)
	}
	if len(d.said) == 0 {
		return ""
	}
	return d.said[len(d.said)-1]
}

func (d *desk) want(text, part string) {
	d.t.Helper()
	if !strings.Contains(text, part) {
		d.t.Errorf("told %q, want %q", text, part)
	}
}

func TestAnswers(t *testing.T) {
	d, in := newDesk(t)
	a := d.about(in.ID, answer.Approve, "U0ANN")
	d.want(d.handle(a), "made and verified")
	if d.lamps["hall"] != "off" || d.get(in.ID).State != ledger.Remediated {
		t.Errorf("the lamp is %s and the incident %s", d.lamps["hall"], d.get(in.ID).State)
	}
	if by := d.get(in.ID).Notes[0].By; by != "Ann (Slack U0ANN)" {
		t.Errorf("the history names %q", by)
	}
	told, writes := len(d.said), d.writes
	if d.handle(a); len(d.said) != told || d.writes != writes {
		t.Error("the same answer once more was carried out or told again")
	}
	d.want(d.handle(d.about(in.ID, answer.Undo, "U0BOB")), "Undone")
	if d.lamps["hall"] != "on" {
		t.Error("the lamp was not put back")
	}
}

func TestAnswersRefused(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit func(*desk, *answer.Answer)
		told string
	}{
		{"a stranger", func(_ *desk, a *answer.Answer) { a.Slack = "U0EVE" }, "not among the people"},
		{"another account's", func(_ *desk, a *answer.Answer) { a.Slack = "U0CAT" }, "does not let you answer about account 111122223333"},
		{"stale", func(_ *desk, a *answer.Answer) { a.Seen = ledger.Failed }, "out of date"},
		{"not offered", func(_ *desk, a *answer.Answer) { a.Verb = answer.Undo }, "leaves nothing to undo"},
		{"unknown incident", func(_ *desk, a *answer.Answer) { a.Incident = "inc-unknown" }, "no such incident"},
		{"no configuration", func(d *desk, _ *answer.Answer) { d.bad = errors.New("bad") }, "cannot read its configuration"},
		{"stopped", func(d *desk, _ *answer.Answer) {
			if err := d.store.SetSwitch(d.t.Context(), ledger.Switch{Stopped: true, By: "ops", Reason: "drill"}); err != nil {
				d.t.Fatal(err)
			}
		}, "the kill switch is on"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, in := newDesk(t)
			a := d.about(in.ID, answer.Approve, "U0ANN")
			tc.edit(d, &a)
			d.want(d.handle(a), tc.told)
			if d.lamps["hall"] != "on" || d.get(in.ID).State != ledger.Asked {
				t.Errorf("the lamp is %s and the incident %s", d.lamps["hall"], d.get(in.ID).State)
			}
		})
	}
}

func TestTwoPeople(t *testing.T) {
	d, in := newDesk(t)
	d.who.TwoPeople = []string{"111122223333"}
	first := d.about(in.ID, answer.Approve, "U0ANN")
	d.want(d.handle(first), "Account 111122223333 takes two")
	d.want(d.handle(d.about(in.ID, answer.Approve, "U0ANN")), "somebody else has to give the second")
	if d.lamps["hall"] != "on" || d.toldOf(notify.ApprovalGiven) != 1 {
		t.Errorf("the lamp is %s after one person, who was told of %d times", d.lamps["hall"], d.toldOf(notify.ApprovalGiven))
	}
	if by, _, _, ok := answer.Waiting(d.get(in.ID)); !ok || by.By != "Ann (Slack U0ANN)" {
		t.Errorf("the incident does not say that Ann's approval waits: %+v", by)
	}
	d.want(d.handle(d.about(in.ID, answer.Approve, "U0BOB")), "made and verified")
	both := "Ann (Slack U0ANN) and Bob (Slack U0BOB)"
	if notes := d.get(in.ID).Notes; d.lamps["hall"] != "off" || notes[len(notes)-1].By != both {
		t.Errorf("the lamp is %s, history %+v", d.lamps["hall"], notes)
	}
	// The approvals do not count for the undo.
	d.want(d.handle(d.about(in.ID, answer.Undo, "U0BOB")), "takes two")
	if d.lamps["hall"] != "off" {
		t.Error("one person undid it")
	}
	// What one person may do alone stays so.
	d.want(d.handle(d.about(in.ID, answer.Keep, "U0BOB")), "Kept")
}

func TestFirstApprovalExpires(t *testing.T) {
	d, in := newDesk(t)
	d.who.TwoPeople = []string{"111122223333"}
	d.handle(d.about(in.ID, answer.Approve, "U0ANN"))
	d.now = d.now.Add(answer.SecondWithin + time.Minute)
	d.want(d.handle(d.about(in.ID, answer.Approve, "U0BOB")), "takes two")
	if d.lamps["hall"] != "on" {
		t.Error("an approval of more than a day ago counted")
	}
}

// TestAnswersSurviveDeath lets the process die at every step of an approval; the answer that comes again finishes it, once.
func TestAnswersSurviveDeath(t *testing.T) {
	for _, after := range []bool{false, true} {
		for dieAt := 1; ; dieAt++ {
			d, in := newDesk(t)
			a := d.about(in.ID, answer.Approve, "U0ANN")
			d.steps, d.dieAt, d.after = 0, dieAt, after
			alive := d.lives(func() { _ = d.answers().Handle(t.Context(), a, false) })
			d.dieAt = 0
			if alive {
				break
			}
			d.now = d.now.Add(10 * time.Minute) // the claims of the dead end
			d.handle(a)
			if d.lamps["hall"] != "off" || d.get(in.ID).State != ledger.Remediated {
				t.Errorf("death at step %d: the lamp is %s and the incident %s", dieAt, d.lamps["hall"], d.get(in.ID).State)
			}
			if dieAt > 200 {
				t.Fatal("it never survives")
			}
		}
	}
}

func TestExceptions(t *testing.T) {
	d, in := newDesk(t)
	d.want(d.handle(d.about(in.ID, answer.Except, "U0ANN")), "Excepted: until")
	list, err := engine.Exceptions{Slots: d.store, Now: d.clock}.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Rule != in.Rule || list[0].Account != in.Account || list[0].Owner != "Ann (Slack U0ANN)" {
		t.Fatalf("exceptions %+v, %v", list, err)
	}
	if d.get(in.ID).State != ledger.Asked || d.toldOf(notify.ExceptionMade) != 1 {
		t.Error("the exception changed its incident, or nobody was told of it")
	}
	d.lamps["kitchen"] = "on"
	if _, err := d.detector().Handle(t.Context(), lampEvent("e2", "kitchen", d.now, bob())); err != nil || len(d.facts.Exceptions) != 1 {
		t.Errorf("the policy heard of %d exceptions, %v", len(d.facts.Exceptions), err)
	}
	if _, err := (engine.Exceptions{Slots: d.store, Now: d.clock}).End(t.Context(), list[0].Key); err != nil {
		t.Fatal(err)
	}
	d.lamps["attic"] = "on"
	if _, err := d.detector().Handle(t.Context(), lampEvent("e3", "attic", d.now, bob())); err != nil || len(d.facts.Exceptions) != 0 {
		t.Errorf("the policy heard of %d exceptions that were ended, %v", len(d.facts.Exceptions), err)
	}
}
