// Package answer is what a person may say about an incident, as data: which answers its state offers, what a button
// carries, and the job that an answer becomes. Those who show the buttons, those who take the clicks and those who carry
// the answers out agree by it.
package answer

import (
	"slices"

	"riposte/pkg/actions"
	"riposte/pkg/decide"
	"riposte/pkg/ledger"
)

// A Verb is what somebody answers.
type Verb string

// The verbs.
const (
	Approve Verb = "approve" // make the change, or try it once more
	Undo    Verb = "undo"    // put back what was changed
	Keep    Verb = "keep"    // close it; the change stays
	Dismiss Verb = "dismiss" // close it without a change
	Except  Verb = "except"  // do not tell or act on the same by the same principal for a while
)

// Verbs lists every verb.
func Verbs() []Verb { return []Verb{Approve, Undo, Keep, Dismiss, Except} }

// ChangesAccount reports whether carrying it out changes an account at once.
func (v Verb) ChangesAccount() bool { return v == Approve || v == Undo }

// Offered returns the answers that an incident's state offers, the most likely first; none where nothing is to be
// answered, or where Riposte is at work.
func Offered(in ledger.Incident) []Verb {
	var out []Verb
	switch in.State {
	case ledger.Asked:
		out = []Verb{Approve, Dismiss, Except}
	case ledger.Open:
		if !decide.Mode(in.Mode).Acts() {
			out = []Verb{Dismiss, Except}
		}
	case ledger.Remediated:
		out = []Verb{Undo, Keep, Except}
	case ledger.Failed:
		out = []Verb{Approve, Dismiss}
	case ledger.Approved, ledger.Dismissed, ledger.Remediating, ledger.Undoing, ledger.Undone, ledger.Kept, ledger.Suppressed, ledger.Resolved:
	}
	return slices.DeleteFunc(out, func(v Verb) bool {
		return v == Undo && !reversible(in) || v == Approve && in.Action == "" || v == Except && !Exceptable(in)
	})
}

// Offers reports whether an incident's state offers an answer.
func Offers(in ledger.Incident, v Verb) bool { return slices.Contains(Offered(in), v) }

// reversible reports whether every change of an incident can be undone.
func reversible(in ledger.Incident) bool {
	for _, c := range in.Changes {
		if a, ok := actions.ByID(c.Action); ok && !a.Reversible {
			return false
		}
	}
	return len(in.Changes) > 0
}

// Exceptable reports whether an exception can be made of an incident: it was judged, and it says who did it and where.
func Exceptable(in ledger.Incident) bool {
	return in.Finding.Unjudged == "" && in.Rule != "" && in.Account != "" && decide.ExceptedPrincipal(in.Finding.Actor) != ""
}
