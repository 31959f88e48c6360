package decide

import (
	"fmt"
	"regexp"
	"time"

	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// An exception is one of the configuration's, ready to be matched. A nil pattern matches everything.
type exception struct {
	config.Exception
	principal, resource *regexp.Regexp
}

func compileException(e config.Exception) exception {
	x := exception{Exception: e}
	if e.Principal.Pattern != "" {
		x.principal = e.Principal.Regexp(false)
	}
	if e.Resource != "" {
		x.resource = e.Resource.Regexp(false)
	}
	return x
}

// matches reports whether the exception is about a finding, whether or not it still holds.
func (x exception) matches(f detect.Finding) bool {
	switch {
	case x.Account == "" && x.principal == nil && x.resource == nil:
		return false // it would match everything
	case x.Rule != "*" && x.Rule != f.Rule && x.Rule != f.Class:
		return false
	case x.Account != "" && x.Account != f.Event.Account:
		return false
	case x.principal != nil && !x.madeBy(f.Actor):
		return false
	case x.resource != nil && f.Unjudged != "":
		return false // what was done to the resource is not known to be what the exception is for
	}
	return x.resource == nil || x.about(f.Resource)
}

// madeBy compares with the role behind a session, path included, and with the caller's own ARN.
func (x exception) madeBy(a detect.Actor) bool {
	return a.Role != "" && x.principal.MatchString(a.Role) || a.ARN != "" && x.principal.MatchString(a.ARN)
}

func (x exception) about(r detect.Resource) bool {
	if x.resource.MatchString(r.String()) {
		return true
	}
	return r.Type == detect.AccessKey && r.Parent != "" &&
		x.resource.MatchString(detect.Resource{Type: detect.User, ID: r.Parent}.String())
}

// vouchesFor reports whether the exception is for a principal, whatever it lets them do: containing them would stop that too.
func (x exception) vouchesFor(f detect.Finding) bool {
	return x.principal != nil && x.madeBy(f.Actor) && (x.Account == "" || x.Account == f.Event.Account)
}

func askExceptions(q *question) answer {
	expired := ""
	for i, x := range q.p.exceptions {
		switch {
		case q.facts.CameBack && x.vouchesFor(q.f):
			return alert(fmt.Sprintf("An exception of %s is for this principal (exceptions[%d]: %s): what it is for would stop as well, "+
				"so nobody is contained.", x.Owner, i, x.Reason))
		case !x.matches(q.f):
		case x.Holds(q.facts.Now):
			return decided(Decision{
				Mode: Alert, Suppressed: true, Exception: x.Key(), Until: x.Expires,
				Reason: fmt.Sprintf("An exception covers it until %s: %s (%s, exceptions[%d]).",
					x.Expires.Format(time.RFC3339), x.Reason, x.Owner, i),
			})
		case expired == "":
			expired = fmt.Sprintf("An exception of %s covered it until %s (exceptions[%d]: %s): Riposte only alerts. "+
				"Renew the exception where it is still meant, or remove it.", x.Owner, x.Expires.Format(time.RFC3339), i, x.Reason)
		}
	}
	if made, ok := q.madeException(); ok {
		return made
	}
	if expired != "" {
		return heldBy(HeldByException, expired)
	}
	return pass(fmt.Sprintf("none of the %d exceptions matches", len(q.p.exceptions)))
}
