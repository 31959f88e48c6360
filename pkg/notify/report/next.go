package report

import (
	"regexp"

	"riposte/pkg/actions"
	"riposte/pkg/decide"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// identifier is what may stand in a command that people paste into a shell.
var identifier = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,63}$`)

// steps returns what a person can do now.
func steps(m notify.Message) []Step {
	in := m.Incident
	if !identifier.MatchString(in.ID) {
		return []Step{{"riposte incidents list", Line{words("Finds the incident, whose identifier is too odd for a command.")}}}
	}
	step := func(verb, does string) Step { return Step{"riposte " + verb + " " + in.ID, Line{words(does)}} }
	approve := step("approve", "Makes the change: ")
	approve.Does = append(approve.Does, remedy(in.Action))
	dismiss := step("dismiss", "Closes the incident; nothing is changed.")
	keep := step("keep", "Closes the incident; the change stays.")
	show := step("incidents show", "Shows how it stands.")
	switch asIf(m) {
	case notify.IncidentOpened, notify.ApprovalGiven:
		switch {
		case in.State == ledger.Asked:
			return []Step{approve, dismiss}
		case decide.Mode(in.Mode).Acts():
			return []Step{show}
		}
		return []Step{step("dismiss", "Closes the incident when you have looked.")}
	case notify.IncidentRemediated:
		if in.Mode == string(decide.Contain) {
			return append([]Step{keep}, undo(in)...)
		}
		return append(undo(in), keep)
	case notify.IncidentKept:
		return undo(in)
	case notify.RemediationFailed:
		again := step("approve", "Tries once more: ")
		again.Does = append(again.Does, remedy(in.Action))
		if stands(in) {
			return append(append([]Step{again}, undo(in)...), step("dismiss", "Closes the incident; what was changed stays."))
		}
		return []Step{again, dismiss}
	case notify.UndoFailed:
		if in.State == ledger.Failed {
			return []Step{show}
		}
		return []Step{show, keep}
	case notify.IncidentUndone, notify.IncidentDismissed, notify.IncidentResolved:
		return nil
	}
	return []Step{show}
}

// asIf returns the detail type whose steps fit where a message tells of no new state.
func asIf(m notify.Message) string {
	if m.DetailType != notify.IncidentRaised && m.DetailType != notify.IncidentReminder {
		return m.DetailType
	}
	switch m.Incident.State {
	case ledger.Open, ledger.Asked:
		return notify.IncidentOpened
	case ledger.Remediated:
		return notify.IncidentRemediated
	case ledger.Failed:
		return notify.RemediationFailed
	case ledger.Kept:
		return notify.IncidentKept
	case ledger.Approved, ledger.Dismissed, ledger.Remediating, ledger.Undoing, ledger.Undone, ledger.Suppressed, ledger.Resolved:
	}
	return m.DetailType
}

// undo returns how to put back what was changed, as far as that can be done.
func undo(in ledger.Incident) []Step {
	does := "Puts back what Riposte has changed."
	if a, ok := actions.ByID(in.Action); ok {
		if !a.Reversible {
			return nil
		}
		does = a.UndoDoc
	}
	return []Step{{"riposte undo " + in.ID, Line{words(does)}}}
}
