// Package notifytest makes messages for the tests of the ways of telling people: ordinary incidents of several classes
// in every state that is told, and hostile ones.
package notifytest

import (
	"riposte/pkg/decide"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// A Case is a message with a name that fits a file.
type Case struct {
	Name    string
	Message notify.Message
}

// Cases returns one message for every state that is told, over several classes of finding.
func Cases() []Case {
	var out []Case
	add := func(name, detailType string, in ledger.Incident) {
		out = append(out, Case{name, notify.Message{DetailType: detailType, Due: in.Version, Incident: in}})
	}
	add("key-opened-act", notify.IncidentOpened, opened(decided(KeyForOtherUser(), decide.Act)))
	add("key-remediated-act", notify.IncidentRemediated, Remediated(decided(KeyForOtherUser(), decide.Act)))
	add("key-undone", notify.IncidentUndone, undone(Remediated(decided(KeyForOtherUser(), decide.Act))))
	add("key-undo-failed", notify.UndoFailed, undoFailed(Remediated(decided(KeyForOtherUser(), decide.Act))))
	add("key-unjudged", notify.IncidentOpened, unjudged(decided(KeyForOtherUser(), decide.Alert)))
	add("admin-opened-contain", notify.IncidentOpened, opened(decided(AdminAttached(), decide.Contain)))
	add("admin-remediated-contain", notify.IncidentRemediated, Remediated(decided(AdminAttached(), decide.Contain)))
	add("admin-kept", notify.IncidentKept, kept(Remediated(decided(AdminAttached(), decide.Contain))))
	add("trail-remediated-act", notify.IncidentRemediated, Remediated(decided(TrailStopped(), decide.Act)))
	add("trail-failed", notify.RemediationFailed, failed(decided(TrailStopped(), decide.Act)))
	add("group-opened-alert", notify.IncidentOpened, decided(GroupOpened(), decide.Alert))
	add("group-remediated-act", notify.IncidentRemediated, Remediated(decided(GroupOpened(), decide.Act)))
	add("group-failed-half", notify.RemediationFailed, failedHalf(decided(GroupOpened(), decide.Act)))
	add("inline-opened-ask", notify.IncidentOpened, asked(decided(InlinePolicy(), decide.Ask)))
	add("inline-remediated-ask", notify.IncidentRemediated, Remediated(approved(asked(decided(InlinePolicy(), decide.Ask)))))
	add("inline-dismissed", notify.IncidentDismissed, dismissed(asked(decided(InlinePolicy(), decide.Ask))))
	add("inline-resolved", notify.IncidentResolved, resolved(decided(InlinePolicy(), decide.Act)))
	add("version-remediated-contain", notify.IncidentRemediated, Remediated(decided(VersionWritten(), decide.Contain)))
	add("root-login-opened-alert", notify.IncidentOpened, decided(RootLogin(), decide.Alert))
	add("root-activity-opened-alert", notify.IncidentOpened, decided(RootActivity(), decide.Alert))
	add("group-attempt", notify.IncidentOpened, attempt(decided(GroupOpened(), decide.Alert)))
	add("china-remediated-act", notify.IncidentRemediated, Remediated(decided(inChina(GroupOpened()), decide.Act)))
	key, admin := aimed(KeyForOtherUser(), "persistence"), aimed(AdminAttached(), "privilege-escalation")
	trail := aimed(TrailStopped(), "defense-evasion")
	add("chain-part-opened-contain", notify.IncidentOpened, chained(opened(decided(trail, decide.Contain)), key.ID, key, admin))
	add("chain-lead-remediated-act", notify.IncidentRemediated, chained(Remediated(decided(key, decide.Act)), key.ID, admin, trail))
	add("chain-same-event", notify.IncidentOpened, chained(decided(RootLogin(), decide.Alert), RootLogin().ID, RootActivity()))
	return out
}
