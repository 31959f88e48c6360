package iampolicy

import "slices"

// A reach is how far an Allow goes for one caller, after its conditions and the Denies around it.
type reach struct {
	public  bool
	foreign []string // accounts and organisations that are not known to be the own ones; or the caller, when it tells none
	source  bool     // a service may call for known resources only
	closed  bool     // a Deny leaves nothing
}

// An allowance is an Allow, made ready to be weighed for each of its callers.
type allowance struct {
	*Statement
	actions    []string // that matter
	limits     []limit  // that its conditions set to services
	toEveryone int      // how many of these, the first ones, they set to whomever
	units      []unit   // to be weighed against the Denies; made when they are needed first
}

// allowanceOf makes an Allow ready. The actions are those that the kind of document cares for.
func allowanceOf(s *Statement, actions []string) allowance {
	a := allowance{Statement: s, actions: actions}
	for _, servicesOnly := range [...]bool{false, true} {
		for i := range s.Conditions {
			l, key, ok := limitOf(s, &s.Conditions[i])
			if !ok || (key.class == externalIDKey) != servicesOnly {
				continue
			}
			if a.limits == nil {
				a.limits = make([]limit, 0, len(s.Conditions))
			}
			a.limits = append(a.limits, l)
		}
		if !servicesOnly {
			a.toEveryone = len(a.limits)
		}
	}
	return a
}

// reach returns how far an Allow goes for one of its callers.
func (f *fences) reach(a *allowance, who caller, c *Context) reach {
	own := a.limits
	if who.kind != callerService {
		own = own[:a.toEveryone]
	}
	// A Deny only narrows: where nothing is amiss without it there is nothing to weigh.
	plain := reachWithin(own, who, c)
	amiss := plain.public || len(plain.foreign) > 0 || who.kind == callerFederated || who.kind == callerService && !plain.source
	if !amiss {
		return plain
	}
	if a.units == nil {
		a.units = f.unitsOf(a.Statement, a.actions)
	}
	if len(a.units) == 0 {
		return plain
	}
	out := reach{source: true, closed: true}
	for _, u := range a.units {
		around, closed := f.around(u, who)
		if closed {
			continue
		}
		r := reachWithin(append(slices.Clip(own), around...), who, c)
		out.closed = false
		out.public = out.public || r.public
		out.source = out.source && r.source
		out.foreign = append(out.foreign, r.foreign...)
	}
	slices.Sort(out.foreign)
	out.foreign = slices.Compact(out.foreign)
	return out
}

// reachWithin returns how far a caller gets when all of some limits hold.
func reachWithin(limits []limit, who caller, c *Context) reach {
	r := reach{source: slices.ContainsFunc(limits, func(l limit) bool { return l.source })}
	switch who.kind {
	case callerEveryone:
		r.public = len(limits) == 0
		r.foreign = foreignWithin(limits, c)
	case callerService:
		r.foreign = foreignWithin(limits, c)
	case callerAccount:
		if !c.ownCaller(who) && !slices.ContainsFunc(limits, func(l limit) bool { return l.keepsOut(who.account, c) }) {
			r.foreign = []string{who.account}
		}
	case callerUnknown:
		if !slices.Contains(c.CanonicalUsers, who.text) && !slices.ContainsFunc(limits, func(l limit) bool { return l.keepsIn(c) }) {
			r.foreign = []string{who.text}
		}
	case callerFederated:
		if who.account != "" && c.Account != "" && !c.familiar(who.account) {
			r.foreign = []string{who.account}
		}
	}
	return r
}

// ownCaller reports whether a caller is of an account that may be trusted.
func (c *Context) ownCaller(who caller) bool {
	if a, ok := ParseARN(who.text); ok && c.Partition != "" && a.Partition != c.Partition {
		return false
	}
	return c.familiar(who.account)
}

// keepsIn reports whether a limit lets in nobody but those who may be trusted. An organisation is taken for the own one
// where the own one is not known.
func (l *limit) keepsIn(c *Context) bool {
	return l.named() && !slices.ContainsFunc(l.accounts, func(a string) bool { return !c.familiar(a) }) &&
		(len(l.orgs) == 0 || c.Organization == "" || c.ownOrganization(l.orgs))
}

// keepsOut reports whether a limit excludes an account that may not be trusted.
func (l *limit) keepsOut(account string, c *Context) bool {
	if !l.named() || slices.Contains(l.accounts, account) {
		return false
	}
	return len(l.orgs) == 0 || c.ownOrganization(l.orgs)
}

// foreignWithin returns the accounts, or else the organisations, that limits name and that may not be trusted.
func foreignWithin(limits []limit, c *Context) []string {
	var accounts, others []string
	intersect := false
	for i := range limits {
		l := &limits[i]
		switch {
		case !l.named():
		case l.keepsIn(c):
			return nil
		case len(l.orgs) > 0:
			others = append(append(others, l.accounts...), l.orgs...)
		case intersect:
			accounts = slices.DeleteFunc(accounts, func(a string) bool { return !slices.Contains(l.accounts, a) })
		default:
			accounts, intersect = slices.Clone(l.accounts), true
		}
	}
	if !intersect {
		accounts = others
	}
	accounts = slices.DeleteFunc(accounts, func(a string) bool {
		return c.familiar(a) || a == c.Organization || c.Organization == "" && !IsAccount(a)
	})
	slices.Sort(accounts)
	return slices.Compact(accounts)
}
