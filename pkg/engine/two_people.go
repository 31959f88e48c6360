package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"riposte/pkg/answer"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/schema"
	"riposte/pkg/notify"
)

// ErrSameOne says that the first of two people approves once more.
var ErrSameOne = errors.New("the first of the two approvals is yours: somebody else has to give the second")

// A Consent is one person's approval where two are needed.
type Consent struct {
	Verb answer.Verb
	Who  string // what tells two people apart
	ID   string // of the answer, so that one that comes again is known; may be empty
	By   Person
}

// consented is the first of two approvals as it is kept.
type consented struct {
	Who   string       `json:"who"`
	ID    string       `json:"id,omitempty"`
	Name  string       `json:"name"`
	Seen  ledger.State `json:"seen"`
	Round int          `json:"round"` // how often the incident had been approved or undone before
}

// Second takes one person's approval of what takes two. It returns false where it is the first, which waits for
// answer.SecondWithin, is told, and stands in the incident's history; the second returns both as the person to act as. The
// caller says with Agreed that it was carried out.
func (r *Remediator) Second(ctx context.Context, in ledger.Incident, c Consent) (both Person, agreed bool, err error) {
	for range 5 {
		slot, first, stands, err := r.firstOf(ctx, in, c.Verb)
		switch {
		case err != nil:
			return both, false, err
		case stands && first.Who != c.Who:
			return Person{Name: first.Name + " and " + c.By.Name, Principal: c.By.Principal}, true, nil
		case stands && (c.ID == "" || first.ID != c.ID):
			return both, false, ErrSameOne
		case stands:
			return both, false, r.recordFirst(ctx, in.ID, c)
		}
		slot.Expires = r.Now().Add(answer.SecondWithin)
		slot.Value, err = json.Marshal(consented{Who: c.Who, ID: c.ID, Name: c.By.Name, Seen: in.State, Round: round(in)})
		if err != nil {
			return both, false, err
		}
		_, err = r.Store.PutSlot(ctx, schema.Approvals, slot)
		if err == nil {
			return both, false, r.recordFirst(ctx, in.ID, c)
		}
		if !errors.Is(err, ledger.ErrConflict) {
			return both, false, fmt.Errorf("keep the first approval of %s: %w", in.ID, err)
		}
	}
	return both, false, fmt.Errorf("keep the first approval of %s: %w", in.ID, ledger.ErrConflict)
}

// firstOf returns the first approval of an incident, and whether it counts for the incident as it stands.
func (r *Remediator) firstOf(ctx context.Context, in ledger.Incident, v answer.Verb) (slot ledger.Slot, first consented, stands bool, err error) {
	slot, err = r.Store.Slot(ctx, schema.Approvals, consentKey(in, v))
	if errors.Is(err, ledger.ErrNotFound) {
		return ledger.Slot{Key: consentKey(in, v)}, first, false, nil
	}
	if err != nil {
		return slot, first, false, fmt.Errorf("look for the first approval of %s: %w", in.ID, err)
	}
	readable := json.Unmarshal(slot.Value, &first) == nil
	return slot, first, readable && first.Seen == in.State && first.Round == round(in), nil
}

// recordFirst writes the first of two approvals into the incident's history, once, and tells people.
func (r *Remediator) recordFirst(ctx context.Context, id string, c Consent) error {
	in, err := r.Store.Update(ctx, id, func(i *ledger.Incident) error {
		if first, verb, until, ok := answer.Waiting(*i); ok && verb == c.Verb && first.By == c.By.Name && r.Now().Before(until) {
			return nil
		}
		i.Notes = append(i.Notes, ledger.Note{Time: r.Now(), By: c.By.Name, Principal: c.By.Principal, Text: answer.FirstNote(c.Verb)})
		owe(i, notify.ApprovalGiven)
		return nil
	})
	if err != nil {
		return fmt.Errorf("record the first approval of %s: %w", id, err)
	}
	_, err = publish(ctx, r.Store, r.Bus, in)
	return err
}

// Agreed forgets the first approval of what was carried out. Where that fails, nothing is lost: it is of a former round.
func (r *Remediator) Agreed(ctx context.Context, in ledger.Incident, v answer.Verb) {
	slot, err := r.Store.Slot(ctx, schema.Approvals, consentKey(in, v))
	if err == nil {
		err = r.Store.DropSlot(ctx, schema.Approvals, slot)
	}
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		r.Log.WarnContext(ctx, "an approval that was used is still kept; it counts for nothing", "incident", in.ID, "err", err)
	}
}

func consentKey(in ledger.Incident, v answer.Verb) string { return in.ID + "/" + string(v) }

// round counts how often an incident has been approved or undone.
func round(in ledger.Incident) int {
	n := 0
	for _, note := range in.Notes {
		if slices.Contains([]string{noteApproved, noteUndo}, note.Text) {
			n++
		}
	}
	return n
}

// begunFor is how long it is remembered that an answer has been begun. Queues redeliver for 14 days at the most.
const begunFor = 15 * 24 * time.Hour
