package iampolicy

import (
	"fmt"
	"slices"
)

// An Outcome is how a request ends.
type Outcome string

// The outcomes.
const (
	Allowed          Outcome = "Allowed"
	ImplicitlyDenied Outcome = "ImplicitlyDenied" // nothing allows it
	ExplicitlyDenied Outcome = "ExplicitlyDenied" // a Deny forbids it
)

// A Decision is an outcome and what it rests on, in words: the policy and the statement, or what is missing.
type Decision struct {
	Outcome Outcome `json:"decision"`
	By      string  `json:"by"`
}

// A Policy is one document that an evaluation weighs, or the reason why it cannot be read.
type Policy struct {
	Name     string // for people; where it is empty, the place of the policy is its name
	Document *Document
	Err      error
}

// ReadPolicy reads a policy for an evaluation. One that cannot be read keeps the reason, and lets nothing be allowed.
func ReadPolicy(name string, document []byte) Policy {
	d, err := Parse(document)
	return Policy{Name: name, Document: d, Err: err}
}

// Policies are all policies that bear on a request. A list that is empty stands for no policy of that kind; a level of
// SCPs without an Allow that applies stands for a level where nothing is allowed, so that FullAWSAccess has to be listed
// where it is attached. RCPFullAWSAccess need not be: it is attached to every level and cannot be detached, and RCPs of
// one's own only deny. A level that lists an Allow all the same is taken to be complete.
type Policies struct {
	Identity []Policy   // of the principal and its groups
	Resource *Policy    // of the resource; of a role it is the trust policy
	Boundary []Policy   // the permissions boundary of the principal
	Session  []Policy   // of the principal's session
	SCPs     [][]Policy // of each level above the principal's account, from the root to the account
	RCPs     [][]Policy // of each level above the resource's account, from the root to the account
}

// Evaluate answers whether a request is allowed, as AWS documents it, for a principal and a resource of one account or
// of two.
//
// What the documentation leaves open, and what a policy says in a way that cannot be understood, never allows: an Allow
// counts only where it certainly applies, a Deny unless it certainly does not. A policy that cannot be read lets nothing
// be allowed. The keys that follow from the principal and the resource (aws:PrincipalArn, aws:PrincipalAccount,
// aws:PrincipalType, aws:PrincipalIsAWSService, aws:username, aws:ResourceAccount) need not be in the context; all others,
// the time among them, are absent unless they are given.
//
// Not weighed, because policies do not show them: ACLs, grants of KMS, endpoint policies, Block Public Access, and the few
// actions that need no permission, such as sts:GetCallerIdentity.
func Evaluate(r Request, p Policies) Decision {
	e, err := newEvaluation(r, len(p.Boundary) > 0)
	if err != nil {
		return Decision{ImplicitlyDenied, fmt.Sprintf("the request is not understood: %v; so nothing is allowed", err)}
	}
	w := e.weighAll(p)
	if d, ok := w.denied(); ok {
		return d
	}
	if e.steps < 0 {
		return Decision{ImplicitlyDenied, "the policies take too much work to compare with the request; so nothing is allowed"}
	}
	if d, ok := w.ceilings(); ok {
		return d
	}
	return e.grant(&w)
}

// A weighing holds what each kind of policy says about a request.
type weighing struct {
	rcps, scps                            []verdictOf
	resource, identity, boundary, session verdictOf
}

// A verdictOf is what the policies of one kind, or of one level, say about a request.
type verdictOf struct {
	given    bool       // there is such a policy, and it binds the request
	reach    directness // the most direct way in which an Allow names the principal; reachNone where none applies
	allowed  string     // who allows
	denied   string     // who denies
	unread   string     // which of them cannot be understood
	lacking  string     // what to say when none allows
	everyone bool       // no policy is needed: the root user
}

func (v *verdictOf) allows() bool { return v.everyone || v.reach > reachNone }

// limits reports whether policies that only limit leave the request through.
func (v *verdictOf) limits() bool { return !v.given || v.allows() }

func (w *weighing) each(f func(*verdictOf) bool) {
	for _, list := range [][]verdictOf{w.rcps, w.scps} {
		for i := range list {
			if !f(&list[i]) {
				return
			}
		}
	}
	for _, v := range []*verdictOf{&w.resource, &w.identity, &w.boundary, &w.session} {
		if !f(v) {
			return
		}
	}
}

// denied looks for a Deny, and then for a policy that might hold one.
func (w *weighing) denied() (d Decision, ok bool) {
	w.each(func(v *verdictOf) bool {
		if v.denied != "" {
			d, ok = Decision{ExplicitlyDenied, v.denied}, true
		}
		return !ok
	})
	if ok {
		return d, true
	}
	w.each(func(v *verdictOf) bool {
		if v.unread != "" {
			d, ok = Decision{ImplicitlyDenied, v.unread + "; so nothing is allowed"}, true
		}
		return !ok
	})
	return d, ok
}

// ceilings asks each level of the organisation, which all must allow.
func (w *weighing) ceilings() (Decision, bool) {
	for _, list := range [][]verdictOf{w.rcps, w.scps} {
		for i := range list {
			if !list[i].allows() {
				return Decision{ImplicitlyDenied, list[i].lacking}, true
			}
		}
	}
	return Decision{}, false
}

// weighAll weighs every policy that binds the request.
func (e *evaluation) weighAll(p Policies) weighing {
	var w weighing
	w.rcps = e.levels(kindRCP, p.RCPs, e.rcpsBind())
	w.scps = e.levels(kindSCP, p.SCPs, e.scpsBind())
	if p.Resource != nil {
		w.resource = e.weigh(kindResource, []Policy{*p.Resource}, "")
	}
	w.resource.lacking = "no resource policy allows it"
	if p.Resource != nil {
		w.resource.lacking = kindResource.name(p.Resource, 0, 1, "") + " does not allow it"
	}
	if !e.from.ofAccount() { // services, identity providers and anonymous callers have no policies of their own
		return w
	}
	w.identity = e.weigh(kindIdentity, p.Identity, "")
	w.boundary = e.weigh(kindBoundary, p.Boundary, "")
	w.session = e.weigh(kindSession, p.Session, "")
	w.identity.everyone = e.from.kind == fromRoot
	if e.from.kind == fromFederatedUser {
		w.session.given = true // without a session policy the session of a federated user may do nothing
	}
	return w
}

func (e *evaluation) levels(k policyKind, levels [][]Policy, bind bool) []verdictOf {
	if !bind {
		return nil
	}
	out := make([]verdictOf, len(levels))
	for i, level := range levels {
		where := fmt.Sprintf(" of level %d of %d", i+1, len(levels))
		out[i] = e.weigh(k, level, where)
		out[i].lacking = "no " + k.String() + where + " allows it"
		if k == kindRCP && !anyAllow(level) {
			out[i].reach, out[i].allowed = reachDirect, "RCPFullAWSAccess"+where+" allows it"
		}
	}
	return out
}

// anyAllow reports whether a statement of some policies is an Allow.
func anyAllow(policies []Policy) bool {
	return slices.ContainsFunc(policies, func(p Policy) bool {
		return p.Document != nil && slices.ContainsFunc(p.Document.Statements, func(s Statement) bool { return s.Effect == Allow })
	})
}

// scpsBind reports whether the service control policies bind the principal.
func (e *evaluation) scpsBind() bool {
	return e.from.ofAccount() && !e.from.serviceLinked && !e.managed(e.from.account)
}

// rcpsBind reports whether the resource control policies bind the request.
func (e *evaluation) rcpsBind() bool {
	return !e.from.serviceLinked && !e.managed(e.resourceAccount)
}

// managed reports whether an account is the management account, which no policy of the organisation binds.
func (e *evaluation) managed(account string) bool {
	return account != "" && account == e.managementAccount
}

// grant decides a request that nothing denies and no ceiling stops.
func (e *evaluation) grant(w *weighing) Decision {
	if !e.from.ofAccount() {
		return decideBy(w.resource.reach > reachNone, &w.resource)
	}
	if e.resourceAccount != e.from.account {
		return e.grantAcross(w)
	}
	limited := w.boundary.limits() && w.session.limits()
	switch {
	case w.resource.reach == reachDirect, w.resource.reach == reachRole && limited:
		return decideBy(true, &w.resource)
	case e.needsResourcePolicy() && w.resource.reach == reachNone:
		return Decision{ImplicitlyDenied, w.resource.lacking + ", and this action needs it"}
	}
	return e.grantByIdentity(w)
}

// grantAcross decides a request from one account on a resource of another: both have to allow it.
func (e *evaluation) grantAcross(w *weighing) Decision {
	if w.resource.reach == reachNone {
		return Decision{ImplicitlyDenied, w.resource.lacking + ", and the principal is of another account"}
	}
	d := e.grantByIdentity(w)
	if d.Outcome == Allowed {
		d.By = w.resource.allowed + ", and " + d.By
	}
	return d
}

// grantByIdentity decides by what the principal's own account gives it.
func (e *evaluation) grantByIdentity(w *weighing) Decision {
	switch {
	case !w.identity.allows():
		return Decision{ImplicitlyDenied, "no identity policy allows it"}
	case !w.boundary.limits():
		return Decision{ImplicitlyDenied, "the permissions boundary does not allow it"}
	case !w.session.limits():
		return Decision{ImplicitlyDenied, "no session policy allows it"}
	case w.identity.reach == reachNone:
		return Decision{Allowed, "the root user may do everything in its account"}
	}
	return decideBy(true, &w.identity)
}

func decideBy(allowed bool, v *verdictOf) Decision {
	if allowed {
		return Decision{Allowed, v.allowed}
	}
	return Decision{ImplicitlyDenied, v.lacking}
}
