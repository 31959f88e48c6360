package report

import (
	"riposte/pkg/actions"
	"riposte/pkg/decide"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// notDone says what a reader might take for done and is not.
func notDone(m notify.Message) []Line {
	in := m.Incident
	switch m.DetailType {
	case notify.IncidentOpened:
		return notDoneYet(in)
	case notify.IncidentRemediated, notify.IncidentKept:
		return exposed(in)
	case notify.RemediationFailed, notify.UndoFailed:
		if in.State == ledger.Failed {
			return []Line{{words("The risky change may still be in effect: look at the resource itself.")}}
		}
		return exposed(in)
	case notify.IncidentDismissed:
		if !stands(in) {
			return []Line{{words("The risky change was not reversed.")}}
		}
	}
	return nil
}

func notDoneYet(in ledger.Incident) []Line {
	f := in.Finding
	switch {
	case f.Attempt:
		return nil
	case f.Unjudged != "":
		return []Line{{words("Nothing was reversed: what cannot be judged is never acted on.")}}
	case in.State == ledger.Asked || in.Mode == string(decide.Ask):
		return []Line{{words("The risky change stays in effect until somebody approves: "), remedy(in.Action)}}
	case in.Mode == string(decide.Contain) || in.Mode == string(decide.Act):
		return []Line{{words("Not yet made: "), remedy(in.Action)}}
	case len(f.Actions) > 0:
		return []Line{{words("The risky change is still in effect. In mode ask, contain or act Riposte could: "), remedy(f.Actions[0])}}
	}
	return []Line{{words("Riposte has no remedy for this: a person has to act.")}}
}

// remedy names an action for a person.
func remedy(id string) Span {
	if a, ok := actions.ByID(id); ok && a.Title != "" {
		return words(a.Title + ".")
	}
	return value(id)
}

// exposed says for how long the risky change was in effect: what was done in that time stays done.
func exposed(in ledger.Incident) []Line {
	gap, ok := between(in.Times.Event, in.Times.Acted)
	if !ok {
		return []Line{{words("What was done before the reversal stays done: look at what else the caller did.")}}
	}
	return []Line{{words("The risky change was in effect for " + gap +
		". What was done in that time stays done: look at what else the caller did.")}}
}
