package decide

import (
	"fmt"
	"strings"
	"time"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

// A guard looks at one thing that may keep Riposte from acting.
type guard struct {
	name string
	ask  func(*question) answer
}

// guards lists the guards in the order in which they are asked; the first that decides ends it. Nothing silences what
// Riposte's own role did without a journal entry or what an event that cannot be trusted says, so those come before
// everything that silences. All that only alerts comes before the modes that act.
func guards() []guard {
	return []guard{
		{"configuration", askConfig},
		{"own calls", askOwnCall},
		{"off", askOff},
		{"trust", askTrust},
		{"journal", askJournal},
		{"exceptions", askExceptions},
		{"break-glass", askBreakGlass},
		{"protected roles", askProtected},
		{"failed calls", askAttempt},
		{"judgement", askJudged},
		{"caller", askCaller},
		{"age", askAge},
		{"action", askAction},
		{"fight", askFight},
		{"mode", askMode},
	}
}

func askConfig(q *question) answer {
	if err := q.facts.ConfigError; err != nil {
		return alert(fmt.Sprintf("The configuration could not be read, so Riposte only alerts: %v.", err))
	}
	return pass("the configuration was read")
}

func askOwnCall(q *question) answer {
	switch {
	case !q.p.Own(q.f.Actor):
		return pass("not made by one of Riposte's own roles")
	case q.facts.OwnIncident != "":
		return pass("made by one of Riposte's own roles, and the journal explains it")
	}
	return alert("Critical: Riposte's own role made this call and no journal entry explains it. " +
		"Somebody else may be using the role; Riposte never acts on its own calls.")
}

func askOff(q *question) answer {
	switch {
	case q.setting.mode == Off:
		return decided(Decision{Mode: Off, Reason: q.setting.says() + "."})
	case q.setting.mode == "" && q.f.Severity == detect.Info && q.f.Unjudged == "":
		return decided(Decision{
			Mode:   Off,
			Reason: fmt.Sprintf("Ordinary changes are not told one by one; rules.%s.mode: alert tells them.", q.f.Rule),
		})
	}
	return pass("not turned off")
}

func askTrust(q *question) answer {
	switch {
	case q.facts.Untrusted != "":
		return alert(fmt.Sprintf("The event cannot be relied on, so Riposte only alerts: %s.", q.facts.Untrusted))
	case q.f.Event.Account == "":
		return alert("The event does not say in which account it happened, so Riposte only alerts.")
	}
	return pass("envelope and record agree")
}

func askJournal(q *question) answer {
	if id := q.facts.OwnIncident; id != "" {
		return decided(Decision{
			Mode: Alert, Suppressed: true,
			Reason: fmt.Sprintf("The journal of incident %s explains this call: it is Riposte's own change or its undo.", id),
		})
	}
	return pass("no journal entry explains the call")
}

func askBreakGlass(q *question) answer {
	for _, b := range q.p.breakGlass {
		switch {
		case b.made(q.f.Actor):
			return alert(fmt.Sprintf("Made by the break-glass principal %s (%s): Riposte tells a person and never acts.",
				b.principal.Pattern, b.key()))
		case b.target(q.f):
			return alert(fmt.Sprintf("Changes the break-glass principal %s (%s): Riposte tells a person and never acts.",
				b.principal.Pattern, b.key()))
		}
	}
	return pass(fmt.Sprintf("neither made by nor done to one of the %d break-glass principals", len(q.p.breakGlass)))
}

func askProtected(q *question) answer {
	if q.f.Resource.Type == detect.Function {
		return q.askOwnFunction()
	}
	if q.f.Resource.Type != detect.Role {
		return pass("the resource is no role")
	}
	name := lastPart(q.f.Resource.ID)
	for _, own := range q.p.own {
		if strings.EqualFold(own.name, name) {
			return alert(fmt.Sprintf("Critical: this changes Riposte's own role %s. Riposte never changes its own roles; a person has to look.", own.name))
		}
	}
	if actions.ProtectedRole(q.f.Resource.ID) {
		return alert(fmt.Sprintf("Role %s is one that Riposte never changes: AWS or the organization's own set-up relies on it.", detect.Text(name)))
	}
	return pass("the role is not protected")
}

// askOwnFunction keeps Riposte from changing its own functions, such as the one whose address is open to Slack. Each has the
// name of its role.
func (q *question) askOwnFunction() answer {
	name := q.f.Resource.ID
	if _, of, arn := strings.Cut(name, ":function:"); arn {
		name = of
	}
	name, _, _ = strings.Cut(name, ":") // the version or alias
	for _, own := range q.p.own {
		if strings.EqualFold(own.name, name) {
			return alert(fmt.Sprintf("This changes Riposte's own function %s. Riposte never changes itself; a person has to look, unless it was a deployment.", own.name))
		}
	}
	return pass("the function is not Riposte's own")
}

func askAttempt(q *question) answer {
	if q.f.Attempt {
		return alert("The call failed and changed nothing: there is nothing to reverse.")
	}
	return pass("the call succeeded")
}

func askJudged(q *question) answer {
	if q.f.Unjudged != "" {
		return alert(fmt.Sprintf("The event could not be judged, so Riposte only alerts: %s.", q.f.Unjudged))
	}
	return pass("the event could be judged")
}

// askCaller lets calls by a service on a principal's behalf pass: what CloudFormation does with somebody's credentials is
// that somebody's change.
func askCaller(q *question) answer {
	a := q.f.Actor
	switch {
	case a.Kind == "AWSService", a.Kind == "" && a.InvokedBy != "":
		return alert("An AWS service made this call of its own accord: reversing it could break the service, so Riposte only alerts.")
	case strings.Contains(a.Role, ":role/aws-service-role/"):
		return alert("An AWS service made this call by its service-linked role: reversing it could break the service, so Riposte only alerts.")
	case a.ARN == "" && a.Role == "":
		return alert("The event names no IAM principal as the caller, so no guard for principals could look: Riposte only alerts.")
	}
	return pass("a principal of the account made the call")
}

// maxSkew is how far in the future an event may be: clocks differ a little.
const maxSkew = 5 * time.Minute

func askAge(q *question) answer {
	at := q.f.Event.Time
	age := q.facts.Now.Sub(at)
	switch {
	case at.IsZero():
		return alert("The event has no readable time, so Riposte cannot tell how old it is and only alerts.")
	case age < -maxSkew:
		return alert(fmt.Sprintf("The event's time %s is in the future, so Riposte only alerts.", at.UTC().Format(time.RFC3339)))
	case q.p.maxAge > 0 && age > q.p.maxAge:
		return alert(fmt.Sprintf("The event happened %s ago and %s is %s: the account may have moved on, so Riposte only alerts.",
			age.Round(time.Second), q.p.maxAgeFrom, q.p.maxAge))
	case q.p.maxAge <= 0:
		return pass("no limit on the event's age")
	}
	return pass(fmt.Sprintf("%s old, and %s is the limit", max(age, 0).Round(time.Second), q.p.maxAge))
}

func askAction(q *question) answer {
	switch {
	case q.actionID != "":
		return pass(fmt.Sprintf("%s fits", q.actionID))
	case len(q.f.Actions) > 0:
		if len(q.p.beyond(q.f)) > 0 {
			return alert(fmt.Sprintf("Only root could answer this, and the root user of account %s cannot be taken on from here, so Riposte only alerts.",
				detect.Text(q.f.Event.Account)))
		}
		return alert(fmt.Sprintf("This version has none of the actions %s, so Riposte only alerts.", strings.Join(q.f.Actions, ", ")))
	}
	return alert("No action answers this finding: a person has to look.")
}

// askFight ends a fight with whatever keeps making the same change: a war of two programs helps nobody.
func askFight(q *question) answer {
	if q.facts.Fight == "" {
		return pass("nobody keeps making the change again")
	}
	advice := "Find out who or what makes it."
	if tool := Tool(q.f.Actor); tool != "" {
		advice = fmt.Sprintf("It looks like %s: change its code, or what it does comes back each time it runs.", tool)
	}
	return heldBy(HeldAsFight, fmt.Sprintf("%s, so Riposte only alerts. %s", q.facts.Fight, advice))
}
