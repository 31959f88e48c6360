package iampolicy

import (
	"slices"
	"strings"
)

// wide finds an Allow of everything, of all of a service, or of all but some.
func (j *judge) wide(c *clause) {
	if c.Has(ElementNotAction) && len(c.actions) >= 0 {
		j.notAction(c)
	}
	if c.Has(ElementNotResource) {
		j.notResource(c)
	}
	if c.not {
		return
	}
	if j.everything(c.actions) && j.reachesAll(c) {
		j.admin(c)
		return
	}
	j.serviceWildcards(c)
}

// reachesAll reports whether a statement reaches the resources of every service.
func (j *judge) reachesAll(c *clause) bool {
	if c.everywhere {
		return true
	}
	if c.Has(ElementNotResource) {
		return !slices.ContainsFunc(c.NotResources, func(v Value) bool { return reachesEveryService(v.Text) })
	}
	return slices.ContainsFunc(c.Resources, func(v Value) bool { return reachesEveryService(v.Text) })
}

// admin finds a grant of everything, or of what the Denies leave of it.
func (j *judge) admin(c *clause) {
	if j.deniedService(iam) {
		for _, service := range graveServices() {
			if !j.deniedService(service) {
				j.serviceWildcard(c, service)
			}
		}
		return
	}
	r := Risk{Code: FullAdmin, Severity: Critical, Sentence: "allows every action on every resource"}
	if c.restricted {
		r.Code = ConditionalAdmin
	}
	j.add(c, c.actions, r)
}

// serviceWildcards finds the services of which a statement grants everything.
func (j *judge) serviceWildcards(c *clause) {
	var services []string
	for i := range c.actions {
		services = j.wholeServices(services, c, &c.actions[i])
	}
	for _, service := range services {
		if !j.deniedService(service) {
			j.serviceWildcard(c, service)
		}
	}
}

// wholeServices adds the services that a pattern, with the others beside it, covers wholly. One whose name begins with
// a letter needs at least ten others to do so.
func (j *judge) wholeServices(services []string, c *clause, p *actionPattern) []string {
	switch p.shape {
	case allOfService:
		return appendNew(services, p.service)
	case someActions:
		open := strings.HasPrefix(strings.TrimLeft(p.name, "?"), "*") || len(c.actions) >= 10
		if open && !slices.Contains(services, p.service) && j.wholeService(c.actions, p.service) {
			services = append(services, p.service)
		}
	case someServices, allActions:
		for _, service := range graveServices() {
			if !slices.Contains(services, service) && j.wholeService(c.actions, service) {
				services = append(services, service)
			}
		}
	case matchesNothing, oneAction:
	}
	return services
}

func appendNew(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

func (j *judge) serviceWildcard(c *clause, service string) {
	w := interest{name: service + ":" + freshName, service: service, resources: classOf(service + ":" + freshName)}
	if service == iam && !c.everywhere {
		// Every user or every role is as good as all of IAM.
		for _, kind := range [...]string{"user/", "role/", "group/", "policy/"} {
			w.resources.kind = kind
			if j.scopeIn(c, &w) == anyResource {
				break
			}
		}
	}
	if j.scopeIn(c, &w) != anyResource {
		return
	}
	j.add(c, nil, Risk{
		Code: ServiceWildcard, Severity: serviceSeverity(service), Fragment: service + ":*",
		Sentence: "allows every action of " + quotable(service) + " on any of its resources",
	})
}

// notAction finds an Allow of everything but some actions: all but administrator unless IAM is left out.
func (j *judge) notAction(c *clause) {
	list := c.actions
	if !c.not {
		list = nil
		for _, v := range c.NotActions {
			list = append(list, cutAction(v))
		}
	}
	if j.everything(list) {
		return
	}
	r := Risk{Code: NotAction, Severity: Critical, Sentence: "allows every action except " + fragmentOf(list) + " on every resource"}
	switch {
	case !j.reachesAll(c):
		r.Severity = Low
		r.Sentence = "allows every action except " + fragmentOf(list) + " on some resources"
	case j.deniedService(iam), j.wholeService(list, iam):
		r.Severity = High
	}
	j.add(c, list, r)
}

// notResource finds an Allow on every resource but some.
func (j *judge) notResource(c *clause) {
	if slices.ContainsFunc(c.NotResources, func(v Value) bool { return allStars(v.Text) }) {
		return
	}
	r := Risk{Code: NotResource, Severity: Low, Fragment: fragmentOfValues(c.NotResources)}
	r.Sentence = "allows its actions on every resource except " + r.Fragment
	for i := range c.actions {
		p := &c.actions[i]
		switch {
		case p.shape == allActions || c.not:
			r.Severity = High
		case p.shape != oneAction && !r.Severity.AtLeast(Medium):
			r.Severity = Medium
		}
	}
	if len(c.NotResources) > 0 {
		r.Span = c.NotResources[0].Span
	}
	j.add(c, nil, r)
}

// anyResource finds actions that take a resource and are granted on any.
func (j *judge) anyResource(c *clause) {
	if c.not || c.Has(ElementNotResource) {
		return
	}
	if !c.everywhere && !slices.ContainsFunc(c.Resources, namesAllOfAKind) {
		return
	}
	var found []actionPattern
	for i := range c.actions {
		p := &c.actions[i]
		if (c.everywhere || j.namesAll(c, p)) && j.takesResource(p) {
			found = append(found, *p)
		}
	}
	if len(found) == 0 {
		return
	}
	r := Risk{Code: WildcardResource, Severity: Low, Actions: make([]string, len(found))}
	for i := range found {
		r.Actions[i] = quotable(found[i].text)
	}
	r.Sentence = "allows " + fragmentOf(found) + " on any resource although the resource can be named"
	j.add(c, found, r)
}

// namesAllOfAKind reports whether a resource pattern may be as wide as "*" for some action.
func namesAllOfAKind(v Value) bool {
	a, ok := ParseARN(v.Text)
	return HasWildcard(v.Text) && (!ok || kindScope(a.Resource, resourceClass{}) == anyResource)
}

// namesAll reports whether a resource pattern of a statement is as wide as "*" for an action, such as "arn:aws:s3:::*".
func (j *judge) namesAll(c *clause, p *actionPattern) bool {
	if p.service == "" {
		return j.reachesAll(c)
	}
	class := classOf(p.service + ":" + p.name)
	return slices.ContainsFunc(c.Resources, func(v Value) bool {
		return HasWildcard(v.Text) && j.spend(len(v.Text)) && scopeOf(v.Text, class, c.variables) == anyResource
	})
}

// takesResource reports whether a pattern matches a known action that takes a resource and does more than list, and that
// is not denied everywhere.
func (j *judge) takesResource(p *actionPattern) bool {
	switch p.shape {
	case oneAction:
		a, ok := knownActions().find(p.service, p.name)
		return ok && j.shouldName(p.service, &a)
	case allActions, someServices:
		return true
	case allOfService, someActions:
		return j.someTakeResource(p)
	case matchesNothing:
	}
	return false
}

// shouldName reports whether a statement should name the resource of an action.
func (j *judge) shouldName(service string, a *Action) bool {
	return a.TakesResource && a.Level != LevelList && (len(j.denies) == 0 || !j.denied(service, service+":"+a.Name, "*"))
}

// someTakeResource looks through the actions of a service that begin as a pattern does.
func (j *judge) someTakeResource(p *actionPattern) bool {
	literal := p.name
	if end := strings.IndexAny(literal, "*?"); end >= 0 {
		literal = literal[:end]
	}
	table := knownActions()
	actions := table[p.service]
	for i := table.from(p.service, literal); i < len(actions); i++ {
		a := &actions[i]
		if len(a.Name) < len(literal) || !strings.EqualFold(a.Name[:len(literal)], literal) {
			break
		}
		if a.TakesResource && j.spend(len(a.Name)+len(p.name)) && MatchAction(p.name, a.Name) && j.shouldName(p.service, a) {
			return true
		}
	}
	return false
}
