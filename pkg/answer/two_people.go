package answer

import (
	"slices"
	"time"

	"riposte/pkg/ledger"
)

// SecondWithin is how long a first approval waits for the second.
const SecondWithin = 24 * time.Hour

// FirstNote is the line of an incident's history that the first of two approvals leaves.
func FirstNote(v Verb) string {
	if v == Undo {
		return "undo wanted, the first of two"
	}
	return "approval given, the first of two"
}

// Waiting returns the first approval that waits for a second one, as the incident's history has it, until when it holds,
// and what it is for.
func Waiting(in ledger.Incident) (first ledger.Note, verb Verb, until time.Time, ok bool) {
	for _, v := range []Verb{Approve, Undo} {
		at := -1
		for n, note := range in.Notes {
			switch note.Text {
			case FirstNote(v):
				at = n
			case "approved", "undo": // carried out
				at = -1
			}
		}
		if at >= 0 && slices.Contains(Offered(in), v) {
			first = in.Notes[at]
			return first, v, first.Time.Add(SecondWithin), true
		}
	}
	return ledger.Note{}, "", time.Time{}, false
}
