// Package ledger keeps incidents, the journal of changes, counters, receipts and the kill switch. The Store interface
// has three implementations with one behaviour: DynamoDB for a deployed system, an embedded file for one machine, and
// memory for the demo, simulations and tests.
package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// State is where an incident stands.
type State string

// The states of an incident. DESIGN: open → (asked → approved | dismissed) → remediating → remediated | failed →
// undone | kept; suppressed; resolved.
const (
	Open        State = "open"
	Asked       State = "asked"       // a person has to approve before anything is changed
	Approved    State = "approved"    // a person approved; the change is on its way
	Dismissed   State = "dismissed"   // a person decided that nothing is to be done
	Remediating State = "remediating" // the journal may hold changes that are not finished
	Remediated  State = "remediated"  // every change is applied and verified
	Failed      State = "failed"      // a change was refused or could not be made; a person has to look
	Undoing     State = "undoing"     // an undo has been started and is not finished
	Undone      State = "undone"      // the account is as it was before the remediation
	Kept        State = "kept"        // a person decided that the remediation stays
	Suppressed  State = "suppressed"  // an exception or Riposte's own journal explains the event
	Resolved    State = "resolved"    // nothing was left to do
)

// States lists every state.
func States() []State {
	return []State{
		Open, Asked, Approved, Dismissed, Remediating, Remediated, Failed, Undoing, Undone, Kept, Suppressed, Resolved,
	}
}

// next lists the moves that an incident may make.
func next(s State) []State {
	switch s {
	case Open:
		return []State{Asked, Remediating, Failed, Resolved, Dismissed}
	case Asked:
		return []State{Approved, Dismissed}
	case Approved:
		return []State{Remediating, Failed, Resolved}
	case Remediating:
		return []State{Remediated, Failed, Resolved}
	case Remediated:
		return []State{Undoing, Kept}
	case Kept:
		return []State{Undoing}
	case Undoing:
		return []State{Undone, Remediated, Failed}
	case Failed:
		// Only a person tries again, by approving: a delivery that comes late must not revive what people were told
		// has failed.
		return []State{Approved, Undoing, Dismissed, Resolved}
	case Dismissed:
		return []State{Undoing} // one that failed may have changed the account before it was dismissed
	case Undone:
		return []State{Approved} // an undo can be undone: a person lets the change be made again
	case Suppressed, Resolved:
		return nil
	}
	return nil
}

// Finished reports whether nothing is under way and nothing waits for Riposte in this state. A state that this
// version does not know is not finished.
func (s State) Finished() bool {
	switch s {
	case Asked, Dismissed, Remediated, Failed, Undone, Kept, Suppressed, Resolved:
		return true
	case Open, Approved, Remediating, Undoing:
		return false
	}
	return false
}

// Over reports whether nothing more will happen to the incident of Riposte's own accord: it is finished, or it was only
// told and a person has to look.
func (i *Incident) Over() bool {
	return i.State.Finished() || i.State == Open && i.Action == ""
}

// ErrTransition is returned for a move that an incident cannot make from where it stands.
var ErrTransition = errors.New("not possible in this state")

// ChangeState is where a change of the journal stands.
type ChangeState string

// The states of a change. Planned is durable before Apply is called; Undoing before Undo is.
const (
	Planned   ChangeState = "planned"
	Applied   ChangeState = "applied"
	Verified  ChangeState = "verified"
	Reverting ChangeState = "undoing"
	Reverted  ChangeState = "undone"
	Broken    ChangeState = "failed"
)

// A Change is a journal entry.
type Change struct {
	remedy.Change
	State    ChangeState     `json:"state"`
	ReadBack json.RawMessage `json:"read_back,omitempty"` // the live state that verification saw
	Error    string          `json:"error,omitempty"`
	// Again counts how often the change was made once more because what it reversed had come back.
	Again int `json:"again,omitempty"`
}

// Times are the moments of an incident, in UTC. Zero values are left out.
type Times struct {
	Event    time.Time `json:"event,omitzero"`    // when the change happened
	Received time.Time `json:"received,omitzero"` // when the detector got it
	Decided  time.Time `json:"decided,omitzero"`
	Acted    time.Time `json:"acted,omitzero"`
	Verified time.Time `json:"verified,omitzero"`
	Closed   time.Time `json:"closed,omitzero"` // undone, kept, dismissed, resolved
}

// A Note is a line of an incident's history that a person or a guard wrote.
type Note struct {
	Time      time.Time `json:"time"`
	By        string    `json:"by"`                  // a person's name, or "riposte"
	Principal string    `json:"principal,omitempty"` // the ARN under which By changed the account, or the access key of its session, if it did
	Text      string    `json:"text"`
}

// An Owed message is one that people have still to be told: the detail type of the bus event, and the version of the
// incident that made it due, which tells two messages of one type apart, such as two undos that were refused.
type Owed struct {
	DetailType string `json:"detail_type"`
	Version    int64  `json:"version"`
}

// An Incident is one finding and all that came of it. Its JSON form is what the command line, the bus and the messages
// carry.
type Incident struct {
	ID       string          `json:"id"`
	State    State           `json:"state"`
	Mode     string          `json:"mode"`
	Reason   string          `json:"reason"`
	Rule     string          `json:"rule"`
	Class    string          `json:"class"`
	Severity detect.Severity `json:"severity"`
	Title    string          `json:"title"`
	Summary  string          `json:"summary"`
	EventIDs []string        `json:"event_ids"`
	Account  string          `json:"account"`
	Region   string          `json:"region"`
	Actor    string          `json:"actor"`    // ARN, or name where there is none
	Resource string          `json:"resource"` // "AccessKey/AKIA…"
	Changes  []Change        `json:"changes"`
	Times    Times           `json:"times"`
	Error    string          `json:"error,omitempty"` // why the incident failed, for a person
	Notes    []Note          `json:"notes,omitempty"`
	Finding  detect.Finding  `json:"finding"`

	// PartOf is the incident that leads the chain to which this one belongs; empty where it stands alone or leads. Chain is
	// the whole chain where the incident leads it, and the chain as it was when it was joined where it is a part.
	PartOf string `json:"part_of,omitempty"`
	Chain  *Chain `json:"chain,omitempty"`
	// Joining says that it is not known yet whether the incident belongs to a chain; people are told after that.
	Joining bool `json:"joining,omitempty"`

	// Exception is the key of the exception that covers the incident; empty where none does.
	Exception string `json:"exception,omitempty"`
	// ExceptionEnds is when that exception ends.
	ExceptionEnds time.Time `json:"exception_ends,omitzero"`
	// Escalation is the action that contains the actor where what was reversed keeps coming back; empty where the policy
	// does not let Riposte do that.
	Escalation string `json:"escalation,omitempty"`

	// Action is the remedy that the decision chose; empty when the mode does not act.
	Action string `json:"action,omitempty"`
	// Outbox holds the messages that have to be published and have not been yet. One leaves it only after the bus has
	// taken it.
	Outbox []Owed `json:"outbox,omitempty"`
	// Version counts the writes. The store moves an incident only from the version that was read.
	Version int64 `json:"version"`
}

// Move puts the incident into a state and reports ErrTransition where that is not possible.
func (i *Incident) Move(to State) error {
	if i.State == to {
		return nil
	}
	if !slices.Contains(next(i.State), to) {
		return fmt.Errorf("incident %s is %s and cannot become %s: %w", i.ID, i.State, to, ErrTransition)
	}
	i.State = to
	return nil
}

// AfterRefusedUndo returns the state that an incident takes when its undo is refused: Remediated while every change of
// the journal still stands, Failed where one was never made, broke, or has been undone already, so that a person looks.
func (i *Incident) AfterRefusedUndo() State {
	for _, c := range i.Changes {
		switch c.State {
		case Applied, Verified, Reverting:
		case Planned, Broken, Reverted:
			return Failed
		}
	}
	return Remediated
}
