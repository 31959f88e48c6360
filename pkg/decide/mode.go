package decide

import (
	"fmt"

	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// askMode is the last guard and always decides: what the configuration asks for, within what can be undone, what the
// kill switch allows and what the breaker has left.
func askMode(q *question) answer {
	mode, reason := q.wanted()
	mode, reason = q.undoable(mode, reason)
	if mode.Acts() {
		if why, by := q.held(); why != "" {
			return heldBy(by, why+" Without that: "+reason)
		}
	}
	d := Decision{Mode: mode, Reason: reason}
	if mode != Alert {
		d.Action = q.actionID
	}
	return decided(d)
}

// wanted returns the mode that the configuration asks for, and why.
func (q *question) wanted() (Mode, string) {
	says := q.setting.says()
	switch q.setting.mode {
	case Alert:
		return Alert, says + ": Riposte only alerts."
	case Ask:
		return Ask, fmt.Sprintf("%s: %s waits for a person to approve it.", says, q.actionID)
	case Contain:
		return Contain, fmt.Sprintf("%s: %s is done at once, then a person keeps or undoes it.", says, q.actionID)
	case Act:
		return Act, fmt.Sprintf("%s: %s is done at once.", says, q.actionID)
	case Off, "":
	default:
		return Alert, fmt.Sprintf("%s, which is no mode: Riposte only alerts.", says)
	}
	return q.preset(says)
}

// preset returns the mode that a stance gives.
func (q *question) preset(says string) (Mode, string) {
	switch q.setting.stance {
	case config.Observe:
		return Alert, says + ": Riposte tells a person and changes nothing."
	case config.Guard, config.Enforce:
	default:
		return Alert, says + ", which is no stance: Riposte only alerts."
	}
	severe := q.f.Severity >= detect.High && q.f.Severity <= detect.Critical
	if !severe && q.f.Severity == detect.Medium && q.facts.ChainSeverity == detect.Critical {
		severe = true
		says = fmt.Sprintf("%s, and it is part of the critical chain %s", says, q.facts.Chain)
	}
	switch {
	case !severe:
		return Alert, fmt.Sprintf("%s acts on severity high and above, and this is %s: Riposte only alerts.", says, q.f.Severity)
	case q.action.Drastic && !q.facts.CameBack:
		return Ask, fmt.Sprintf("%s, and %s stops all that somebody does: it waits for a person to approve it.", says, q.actionID)
	case !q.action.Reversible && q.setting.stance == config.Guard:
		return Alert, fmt.Sprintf("%s does only what can be undone, and %s cannot: Riposte only alerts.", says, q.actionID)
	case q.setting.stance == config.Guard:
		return Contain, fmt.Sprintf("%s: %s can be undone; it is done at once, then a person keeps or undoes it.", says, q.actionID)
	case !q.action.Reversible:
		return Act, fmt.Sprintf("%s: %s cannot be undone, but irreversible names it; it is done at once.", says, q.actionID)
	}
	return Act, fmt.Sprintf("%s: %s can be undone; it is done at once.", says, q.actionID)
}

// undoable lowers a mode that acts to ask where the action cannot be undone. Containment promises an undo, so not even
// an action that the configuration names under irreversible is contained.
func (q *question) undoable(mode Mode, reason string) (Mode, string) {
	if !mode.Acts() || q.action.Reversible {
		return mode, reason
	}
	_, named := q.p.irreversible[q.actionID]
	says := q.setting.says()
	switch {
	case mode == Act && named:
		return mode, reason
	case mode == Contain && named:
		return Ask, fmt.Sprintf("%s, but %s cannot be undone and so contains nothing: it waits for a person to approve it.", says, q.actionID)
	}
	return Ask, fmt.Sprintf("%s, but %s cannot be undone and irreversible does not name it: it waits for a person to approve it.", says, q.actionID)
}

// held says why nothing may be acted on at present, or "".
func (q *question) held() (why string, by Hold) {
	switch {
	case q.facts.Stopped != "":
		return fmt.Sprintf("The kill switch is on, so Riposte only alerts: %s.", q.facts.Stopped), ""
	case q.facts.StopUnknown != nil:
		return fmt.Sprintf("The kill switch could not be read, so Riposte only alerts: %v.", q.facts.StopUnknown), ""
	case q.facts.Spent != "":
		return fmt.Sprintf("The breaker is open, so Riposte only alerts: %s.", q.facts.Spent), HeldByBreaker
	}
	return "", ""
}
