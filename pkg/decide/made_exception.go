package decide

import (
	"fmt"
	"strings"
	"time"

	"riposte/pkg/detect"
)

// identityCenter is in the path of the roles by which people of IAM Identity Center come in. Many people share one.
const identityCenter = ":role/aws-reserved/sso.amazonaws.com/"

// ExceptedPrincipal returns whom an exception that somebody makes of what an actor did is for: the role of a session, whose
// name may differ each time, but the session itself where many people share the role and IAM Identity Center names the
// session after the person. It is empty where the event names nobody.
func ExceptedPrincipal(a detect.Actor) string {
	if a.Role != "" && !strings.Contains(a.Role, identityCenter) {
		return a.Role
	}
	return a.ARN
}

// madeException asks the exceptions that people made at run time. They are narrower than the configuration's: each is for
// one rule, one account and one principal, by their exact names. None covers what could not be judged, nor anything that
// has to do with a break-glass principal: a click must not silence that.
func (q *question) madeException() (answer, bool) {
	if err := q.facts.ExceptionsUnknown; err != nil {
		return alert(fmt.Sprintf("The exceptions that people made could not be read, so Riposte only alerts: %v.", err)), true
	}
	f := q.f
	for _, e := range q.facts.Exceptions {
		switch {
		case e.Rule != f.Rule && !q.facts.CameBack || e.Account != f.Event.Account || string(e.Principal.Pattern) != ExceptedPrincipal(f.Actor):
		case e.Account == "" || e.Principal.Pattern == "" || f.Unjudged != "" || q.brokenGlass() || !e.Holds(q.facts.Now):
		default:
			return decided(Decision{
				Mode: Alert, Suppressed: true, Exception: e.Key(), Until: e.Expires,
				Reason: fmt.Sprintf("%s made an exception that covers it until %s: %s.", e.Owner, e.Expires.UTC().Format(time.RFC3339), e.Reason),
			}), true
		}
	}
	return answer{}, false
}

// brokenGlass reports whether a break-glass principal made the change or is changed by it.
func (q *question) brokenGlass() bool {
	for _, b := range q.p.breakGlass {
		if b.made(q.f.Actor) || b.target(q.f) {
			return true
		}
	}
	return false
}
