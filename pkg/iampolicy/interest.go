package iampolicy

import (
	"slices"
	"strings"
	"sync"
)

// An interest is an action that the judge looks for.
type interest struct {
	name      string // as AWS writes it
	service   string // in lower case, as in actions
	traits    trait
	severity  map[trait]Severity
	resources resourceClass
	noTarget  bool // it takes no resource: only "*" grants it
}

// A set is an escalation with the places of its actions among the interests.
type set struct {
	escalation
	name     string
	members  []int
	launcher []string
}

// interests is what the judge looks for, in the order of lower-case names, so that a service's are beside each other.
type interests struct {
	list     []interest
	at       map[string]int    // by lower-case name
	services map[string][2]int // from and to
	sets     []set
	passRole int
	assume   int
}

// exposure says how grave it is to have an action with the level "Permissions management" on any resource: it gives
// somebody access, or takes away what may have kept somebody out. It reports false where the action only reads, or guards.
func exposure(name string) (Severity, bool) {
	if strings.Contains(name, "WebACL") || name == "CreateServiceLinkedRole" {
		return "", false
	}
	has := func(verbs ...string) bool {
		return slices.ContainsFunc(verbs, func(verb string) bool { return strings.HasPrefix(name, verb) })
	}
	switch {
	case has("Put", "Set", "Add", "Attach", "Authorize", "Create", "Update", "Modify", "Grant", "BatchGrant", "Associate", "Share"):
		return Medium, true
	case has("Delete", "Remove", "Detach", "Disassociate", "Revoke", "BatchRevoke", "Reset", "Disable", "Retire"):
		return Low, true
	}
	return "", false
}

// wanted puts the tables together when they are first needed.
var wanted = sync.OnceValue(func() *interests {
	w := &interests{at: map[string]int{}, services: map[string][2]int{}}
	byName := map[string]*interest{}
	note := func(name string, t trait, s Severity) {
		key := strings.ToLower(name)
		i := byName[key]
		if i == nil {
			i = &interest{name: name, severity: map[trait]Severity{}}
			i.service, _, _ = strings.Cut(key, ":")
			i.resources = classOf(name)
			if known, ok := FindAction(name); ok {
				i.noTarget = !known.TakesResource
			}
			byName[key] = i
		}
		i.traits |= t
		if s.rank() > i.severity[t].rank() {
			i.severity[t] = s
		}
	}
	ways := escalations()
	for i := range ways {
		for _, a := range ways[i].actions {
			note(a, escalates, High)
		}
	}
	for _, a := range sensitiveActions() {
		note(a.name, a.trait, a.severity)
	}
	for service, actions := range knownActions() {
		for _, a := range actions {
			if a.Level != LevelPermissions {
				continue
			}
			if severity, ok := exposure(a.Name); ok {
				note(service+":"+a.Name, exposes, severity)
			}
		}
	}
	keys := make([]string, 0, len(byName))
	for key := range byName {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for n, key := range keys {
		i := byName[key]
		w.at[key] = n
		span, ok := w.services[i.service]
		if !ok {
			span[0] = n
		}
		span[1] = n + 1
		w.services[i.service] = span
		w.list = append(w.list, *i)
	}
	w.passRole, w.assume = w.at[strings.ToLower(passRole)], w.at[strings.ToLower(assumeRole)]
	for i := range ways {
		s := set{escalation: ways[i], name: ways[i].name()}
		for _, a := range ways[i].actions {
			s.members = append(s.members, w.at[strings.ToLower(a)])
		}
		if s.way == passing {
			s.launcher = launchers(s.actions[1])
		}
		w.sets = append(w.sets, s)
	}
	return w
})
