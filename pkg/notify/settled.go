package notify

import (
	"slices"
	"strings"

	"riposte/pkg/ledger"
)

// byRiposte reports whether a note's author is no person: "riposte", or "riposte, since nobody decided within 4h0m0s".
func byRiposte(author string) bool {
	name, _, _ := strings.Cut(author, ",")
	return name == "riposte"
}

// contain is the mode in which a person decides whether a change stays.
const contain = "contain"

// Settled reports whether nobody has to look at the incident any more: it was reversed and verified, or a person has
// decided. What it does not know for certain it calls not settled.
func (m Message) Settled() bool {
	in := m.Incident
	if m.DetailType == UndoFailed || m.DetailType == RemediationFailed {
		return false
	}
	switch in.State {
	case ledger.Remediated:
		return in.Mode != contain && verified(in)
	case ledger.Kept, ledger.Dismissed, ledger.Resolved:
		return true
	case ledger.Undone:
		return m.Answered() // where silence undid it, the risky change is in effect and nobody has seen it
	case ledger.Open, ledger.Asked, ledger.Approved, ledger.Remediating, ledger.Failed, ledger.Undoing, ledger.Suppressed:
		return false
	}
	return false
}

// Answered reports whether the incident was closed by a person's decision: kept, dismissed or undone.
func (m Message) Answered() bool {
	switch m.Incident.State {
	case ledger.Kept, ledger.Dismissed, ledger.Undone:
	default:
		return false
	}
	for _, note := range slices.Backward(m.Incident.Notes) {
		if note.By != "" {
			return !byRiposte(note.By)
		}
	}
	return false
}

func verified(in ledger.Incident) bool {
	return len(in.Changes) > 0 && !slices.ContainsFunc(in.Changes, func(c ledger.Change) bool { return c.State != ledger.Verified })
}
