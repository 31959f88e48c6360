package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"riposte/pkg/answer"
	"riposte/pkg/config"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/schema"
	"riposte/pkg/remedy"
)

// A Replier tells whoever has answered what came of it, so that only they see it.
type Replier interface {
	Reply(ctx context.Context, to answer.ReplyURL, text string) error
}

// Answers carries out what people answered from Slack. Whoever took an answer has checked the person and the incident; both
// are checked again, because the job may have waited, and because the queue is one more door.
type Answers struct {
	Remediator  *Remediator
	Who         config.Answers
	ConfigError error // why it is not known who may answer; every answer is then refused
	Replier     Replier
	Log         *slog.Logger
}

const (
	// answerLease is how long an answer may take before another delivery may try it.
	answerLease = 5 * time.Minute
	// answerReceipt is how long it is remembered that an answer was taken.
	answerReceipt = 15 * 24 * time.Hour
)

// Handle carries an answer out, once, and tells whoever gave it what came of it. An error means that the job has to come
// again; with last set it will not, and then the person is told that it was not done.
func (s *Answers) Handle(ctx context.Context, a answer.Answer, last bool) error {
	if err := a.Check(); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	store, key := s.Remediator.Store, "answer/"+a.ID
	done, err := store.Begin(ctx, key, answerLease)
	if err != nil {
		return fmt.Errorf("answer %s about %s: %w", a.Verb, a.Incident, err)
	}
	if done {
		return nil
	}
	text, err := s.carryOut(ctx, a, last)
	if err != nil {
		return errors.Join(fmt.Errorf("answer %s about %s: %w", a.Verb, a.Incident, err), store.Release(context.WithoutCancel(ctx), key))
	}
	ctx = context.WithoutCancel(ctx) // what is not told now never is
	s.tell(ctx, a, text)
	return store.Finish(ctx, key, answerReceipt)
}

// tell replies to whoever answered. The card shows the outcome too, so that a reply that fails is no reason to do anything
// again.
func (s *Answers) tell(ctx context.Context, a answer.Answer, text string) {
	if a.ReplyTo == "" {
		return
	}
	telling, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.Replier.Reply(telling, a.ReplyTo, text); err != nil {
		s.Log.WarnContext(ctx, "whoever answered could not be told", "answer", a, "err", err)
	}
}

// carryOut does what an answer says, and returns what to tell whoever gave it.
func (s *Answers) carryOut(ctx context.Context, a answer.Answer, last bool) (string, error) {
	in, err := s.Remediator.Store.Get(ctx, a.Incident)
	if errors.Is(err, ledger.ErrNotFound) {
		return s.refuse(ctx, a, "There is no such incident. Nothing was done."), nil
	}
	if err != nil {
		return "", err
	}
	b, known, err := s.begun(ctx, a)
	if err != nil {
		return "", err
	}
	by := Person{Name: b.By}
	if known && round(in) > b.Round && !underWayNow(in) { // a delivery that died before it could say so has done it
		return outcome(in), nil
	}
	if !known {
		var text string
		if by, text, err = s.admit(ctx, in, a); text != "" || err != nil {
			return text, err
		}
	}
	in, outcome, err := s.do(ctx, in, a, by)
	if err != nil {
		return s.failed(ctx, a, err, last)
	}
	s.Log.InfoContext(ctx, "answer carried out", "answer", a, "by", by.Name, "state", string(in.State), "account", in.Account)
	return outcome, nil
}

// admit decides whether an answer is to be carried out, and as whom. A text says that it is not, or not yet.
func (s *Answers) admit(ctx context.Context, in ledger.Incident, a answer.Answer) (by Person, text string, err error) {
	who, refused := answer.Approver(s.Who, a.Slack, in.Account)
	if s.ConfigError != nil {
		refused = "Riposte cannot read its configuration, and so does not know who may answer. Nothing was done."
	}
	if refused == "" {
		refused = answer.Outdated(in, a.Verb, a.Seen)
	}
	if refused != "" {
		return by, s.refuse(ctx, a, refused), nil
	}
	by = Person{Name: answer.Named(who.Name, a.Slack)}
	if answer.NeedsTwo(s.Who, a.Verb, in.Account) {
		both, agreed, err := s.Remediator.Second(ctx, in, Consent{Verb: a.Verb, Who: a.Slack, ID: a.ID, By: by})
		switch {
		case errors.Is(err, ErrSameOne):
			return by, s.refuse(ctx, a, "The first of the two approvals is yours already: somebody else has to give the second. Nothing was done."), nil
		case err != nil:
			return by, "", err
		case !agreed:
			s.Log.InfoContext(ctx, "first of two approvals", "answer", a, "by", by.Name, "account", in.Account)
			return by, fmt.Sprintf("Your approval to %s incident %s counts. Account %s takes two: somebody else has to give the second within %s.",
				a.Verb, in.ID, in.Account, hours(answer.SecondWithin)), nil
		}
		by = both
	}
	return by, "", s.begin(ctx, a, begun{By: by.Name, Round: round(in)})
}

// refuse records that an answer was refused.
func (s *Answers) refuse(ctx context.Context, a answer.Answer, why string) string {
	s.Log.WarnContext(ctx, "answer refused", "answer", a, "why", why)
	return why
}

// begun is what is remembered of an answer that is being carried out.
type begun struct {
	By    string `json:"by"`
	Round int    `json:"round"` // how often the incident had been approved or undone before
}

// begin records that an answer is being carried out: should the process die, the next delivery finishes it, although the
// incident has moved on from what the person saw.
func (s *Answers) begin(ctx context.Context, a answer.Answer, b begun) error {
	value, err := json.Marshal(b)
	if err != nil {
		return err
	}
	_, err = s.Remediator.Store.PutSlot(ctx, schema.Approvals, ledger.Slot{
		Key: begunKey(a), Value: value, Expires: s.Remediator.Now().Add(begunFor),
	})
	if errors.Is(err, ledger.ErrConflict) {
		return nil // by this answer itself, whose claim we hold
	}
	return err
}

// begun returns whether an answer has been begun, and what is remembered of that.
func (s *Answers) begun(ctx context.Context, a answer.Answer) (b begun, known bool, err error) {
	slot, err := s.Remediator.Store.Slot(ctx, schema.Approvals, begunKey(a))
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return b, false, nil
	case err != nil:
		return b, false, err
	}
	return b, true, json.Unmarshal(slot.Value, &b)
}

// underWayNow reports whether something is being changed or put back for an incident.
func underWayNow(in ledger.Incident) bool {
	return slices.Contains([]ledger.State{ledger.Approved, ledger.Remediating, ledger.Undoing}, in.State)
}

func begunKey(a answer.Answer) string { return "begun/" + a.ID }

// do carries an answer out and says in words how it ended.
func (s *Answers) do(ctx context.Context, in ledger.Incident, a answer.Answer, by Person) (ledger.Incident, string, error) {
	r, err := s.Remediator, error(nil)
	switch a.Verb {
	case answer.Approve:
		in, err = r.Approve(ctx, a.Incident, by)
	case answer.Undo:
		if in.State != ledger.Undone { // by a delivery that died before it could say so
			in, err = r.Undo(ctx, a.Incident, by)
		}
	case answer.Keep:
		in, err = r.Keep(ctx, a.Incident, by)
	case answer.Dismiss:
		in, err = r.Dismiss(ctx, a.Incident, by)
	case answer.Except:
		return s.except(ctx, in, a, by)
	}
	if err != nil {
		return in, "", err
	}
	if answer.NeedsTwo(s.Who, a.Verb, in.Account) {
		r.Agreed(ctx, in, a.Verb)
	}
	return in, outcome(in), nil
}

func (s *Answers) except(ctx context.Context, in ledger.Incident, a answer.Answer, by Person) (ledger.Incident, string, error) {
	length, err := a.Length()
	if err != nil {
		return in, "", err
	}
	in, x, err := s.Remediator.Except(ctx, a.Incident, by, a.Reason, length)
	if err != nil {
		return in, "", err
	}
	return in, fmt.Sprintf("Excepted: until %s, %s by %s in account %s is neither told nor acted on. Incident %s stays as it is. "+
		"To end it earlier: riposte exceptions end %s", x.Expires.Format(time.RFC3339), x.Rule, x.Principal, x.Account, in.ID, x.Key), nil
}

// outcome says how an incident stands after an answer.
func outcome(in ledger.Incident) string {
	switch in.State {
	case ledger.Remediated:
		return fmt.Sprintf("Done: the change for incident %s is made and verified.", in.ID)
	case ledger.Resolved:
		return fmt.Sprintf("Incident %s is resolved: nothing was left to do.", in.ID)
	case ledger.Failed:
		return fmt.Sprintf("NOT done: incident %s has failed. %s", in.ID, in.Error)
	case ledger.Undone:
		return fmt.Sprintf("Undone: the account is as it was before incident %s was answered.", in.ID)
	case ledger.Kept:
		return fmt.Sprintf("Kept: the change for incident %s stays.", in.ID)
	case ledger.Dismissed:
		return fmt.Sprintf("Dismissed: incident %s is closed.", in.ID)
	case ledger.Open, ledger.Asked, ledger.Approved, ledger.Remediating, ledger.Undoing, ledger.Suppressed:
	}
	return fmt.Sprintf("Incident %s is %s.", in.ID, in.State)
}

// failed decides what becomes of an answer that could not be carried out: what may work later, or is still on its way, comes
// again, and what the incident refuses is told.
func (s *Answers) failed(ctx context.Context, a answer.Answer, cause error, last bool) (string, error) {
	in, err := s.Remediator.Store.Get(context.WithoutCancel(ctx), a.Incident)
	final := remedy.Final(cause) || errors.Is(cause, ledger.ErrTransition)
	if !last && (err != nil || !final || underWayNow(in)) {
		return "", cause
	}
	s.Log.ErrorContext(ctx, "answer not carried out", "answer", a, "state", string(in.State), "err", Loggable(cause), "do", lookAt(a.Incident))
	return fmt.Sprintf("NOT done, and incident %s is %s: %v", a.Incident, cmp.Or(in.State, "in an unknown state"), cause), nil
}

// hours writes a duration of whole hours for a person.
func hours(d time.Duration) string { return fmt.Sprintf("%d hours", int(d.Hours())) }
