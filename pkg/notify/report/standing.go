package report

import (
	"slices"
	"strings"

	"riposte/pkg/decide"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// standing says how an incident stands: a few words, and one sentence more.
func standing(m notify.Message) (lead, more string) {
	in := m.Incident
	switch m.DetailType {
	case notify.IncidentOpened:
		return opened(in)
	case notify.IncidentRemediated:
		return remediated(in)
	case notify.RemediationFailed:
		return failed(in)
	case notify.IncidentResolved:
		return "Nothing left to do.", "The risk was gone before Riposte changed anything."
	case notify.IncidentUndone:
		return "Undone.", "Riposte has put back what it had changed: the risky change is in effect again."
	case notify.UndoFailed:
		if in.State == ledger.Failed {
			return "Undo refused.", "Only a part of Riposte's change stands; a person has to look. Nothing was overwritten."
		}
		return "Undo refused.", "Riposte's change still stands. Nothing was overwritten."
	case notify.IncidentKept:
		return "Kept.", "Riposte's change stays."
	case notify.IncidentDismissed:
		if stands(in) {
			return "Dismissed.", "The incident is closed; what Riposte has changed stays."
		}
		return "Dismissed.", "The incident is closed; Riposte has changed nothing."
	}
	return later(m)
}

// later says how an incident stands by what came after its decision without a change of the account.
func later(m notify.Message) (lead, more string) {
	switch m.DetailType {
	case notify.IncidentRaised:
		return "Now " + m.Weight().String() + ", graver than told before.", "What belongs to it has made it graver; the timeline says what."
	case notify.IncidentReminder:
		return "Still contained, and nobody has decided.", "Please decide now whether to keep or to undo it."
	case notify.ApprovalGiven:
		return "One of two approvals.", "Nothing is changed until a second person approves within a day."
	case notify.ExceptionMade:
		return "Excepted for a while.", "Until then the same by the same principal is neither told nor acted on; what was done here stays as it is."
	}
	return "News.", "The incident has reached a state that this version of Riposte has no words for."
}

func opened(in ledger.Incident) (lead, more string) {
	const follows = "Another message follows when it is done or has failed."
	switch {
	case in.Finding.Unjudged != "":
		return "Cannot be judged.", "Riposte has changed nothing; a person has to look at the resource itself."
	case in.Finding.Attempt:
		return "The call failed.", "Neither the caller nor Riposte has changed anything."
	case in.State == ledger.Asked || in.Mode == string(decide.Ask):
		return "Waiting for approval.", "Riposte changes nothing until a person approves."
	case in.Mode == string(decide.Contain):
		return "Being contained now.", follows
	case in.Mode == string(decide.Act):
		return "Being reversed now.", follows
	case in.Mode == string(decide.Alert):
		return "A person has to look.", "Riposte has changed nothing."
	}
	return "Open.", "Riposte has changed nothing yet."
}

func remediated(in ledger.Incident) (lead, more string) {
	verified := true
	for _, c := range in.Changes {
		verified = verified && c.State == ledger.Verified
	}
	contain := in.Mode == string(decide.Contain)
	switch {
	case !verified:
		return "Reversed, but not verified.", "A person should look whether the change holds."
	case contain:
		return "Contained and verified.", "Please decide whether to keep or to undo it."
	}
	return "Reversed and verified.", "Only what the event changed was reversed."
}

func failed(in ledger.Incident) (lead, more string) {
	if stands(in) {
		return "NOT fully reversed.", "Riposte made a change that it could not finish or verify; a person has to act."
	}
	return "NOT reversed.", "Riposte has changed nothing; a person has to act."
}

// stands reports whether some change of Riposte's is in force, verified or not.
func stands(in ledger.Incident) bool {
	for _, c := range in.Changes {
		switch c.State {
		case ledger.Applied, ledger.Verified, ledger.Reverting:
			return true
		case ledger.Planned, ledger.Reverted, ledger.Broken:
		}
	}
	return false
}

// failure says why something failed, or why nothing was left to do.
func failure(m notify.Message) Paragraph {
	in := m.Incident
	switch m.DetailType {
	case notify.RemediationFailed:
		return Paragraph{"Why it failed", clean(in.Error, maxProse)}
	case notify.UndoFailed:
		return Paragraph{"Why it was refused", clean(ownNote(in), maxProse)}
	case notify.IncidentResolved:
		return Paragraph{"What was found", clean(ownNote(in), maxProse)}
	case notify.IncidentOpened:
		if !strings.Contains(in.Summary, in.Finding.Unjudged) {
			return Paragraph{"Why it cannot be judged", clean(in.Finding.Unjudged, maxProse)}
		}
	}
	return Paragraph{}
}

// ownNote returns what Riposte itself wrote into an incident's history last.
func ownNote(in ledger.Incident) string {
	for _, note := range slices.Backward(in.Notes) {
		if note.By == riposte {
			return note.Text
		}
	}
	return ""
}

// riposte is the author of the notes that no person wrote.
const riposte = "riposte"
