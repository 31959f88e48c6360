// Package route says which receivers an incident goes to and why, and whether a silence mutes it. It is pure: it knows the
// configuration and the incident, and asks neither a clock nor anybody else.
package route

import (
	"slices"
	"time"

	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// A Router knows the routes and silences of a configuration. It may be used by several goroutines.
type Router struct {
	routes   []config.Route
	silences []config.Muting
	accounts map[string]config.Account
	fallback []string // the default receiver and, where it has no way to tell anybody, all others
}

// New returns the router of a configuration. A default receiver without a way to tell anybody stands for all others, so
// that somebody is told; ways that stand in the environment have to be in cfg.Notify before.
func New(cfg *config.Config) *Router {
	fallback := []string{config.DefaultReceiver}
	if cfg.Notify.Empty() {
		fallback = cfg.Notify.Names()
	}
	return &Router{routes: cfg.Notify.Routes, silences: cfg.Notify.Silences, accounts: cfg.Accounts, fallback: fallback}
}

// A Decision says which receivers an incident goes to, and why.
type Decision struct {
	Receivers []string        // their names in the order of the routes, each once; never empty
	Severity  detect.Severity // by which it was routed
	Trail     []Step          // the routes that were looked at, in their order
	Fallback  bool            // no route took it, so that it goes to the default receiver as well
}

// A Step is what came of one route.
type Step struct {
	Route   int             // its place in notify.routes, from 0
	Pos     config.Position // where it stands
	Matched []string        // the conditions that hold
	Missed  string          // the first condition that does not; empty where the route matches
	To      []string        // the receivers of a route that matches
	Takes   bool            // the routes after it are not asked
}

// Route says which receivers an incident goes to. The first route that matches takes it; one that continues only adds its
// receivers. What no route takes goes to the default receiver as well, so that more routes never tell fewer people.
func (r *Router) Route(in ledger.Incident) Decision {
	d := Decision{Severity: Severity(in)}
	for i := range r.routes {
		route := &r.routes[i]
		step := Step{Route: i, Pos: route.Pos}
		step.Matched, step.Missed = r.conditions(&route.Match, &in, d.Severity)
		if step.Missed == "" {
			step.To, step.Takes = route.To, !route.Continue
			d.Receivers = union(d.Receivers, route.To)
			if slices.Contains(route.To, config.DefaultReceiver) {
				d.Receivers = union(d.Receivers, r.fallback)
			}
		}
		d.Trail = append(d.Trail, step)
		if step.Takes {
			return d
		}
	}
	if d.Receivers == nil {
		d.Receivers = slices.Clip(r.fallback)
	} else {
		d.Receivers = union(d.Receivers, r.fallback)
	}
	d.Fallback = true
	return d
}

func union(names, more []string) []string {
	for _, name := range more {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Silenced returns the first silence that mutes an incident at a time. What is critical is muted only by a silence that
// says so.
func (r *Router) Silenced(in ledger.Incident, now time.Time) (config.Muting, bool) {
	for i := range r.silences {
		if m := &r.silences[i]; m.Holds(now) && r.mutes(m, &in) {
			return *m, true
		}
	}
	return config.Muting{}, false
}

// Mutes reports whether a silence is about an incident, whether or not it still holds.
func (r *Router) Mutes(m config.Muting, in ledger.Incident) bool { return r.mutes(&m, &in) }

func (r *Router) mutes(m *config.Muting, in *ledger.Incident) bool {
	severity := Severity(*in)
	return (severity < detect.Critical || m.Severity == detect.Critical) && r.matches(&m.Match, in, severity)
}

func (r *Router) matches(m *config.Match, in *ledger.Incident, severity detect.Severity) bool {
	return severity >= m.Severity && (len(m.Rules) == 0 || named(m.Rules, in) != "") && m.InAccount(in.Account, r.accounts)
}

// named returns the name under which a list of rules has the rule of an incident.
func named(rules []config.Name, in *ledger.Incident) string {
	for _, rule := range rules {
		if rule.Text != "" && (rule.Text == in.Rule || rule.Text == in.Class) {
			return rule.Text
		}
	}
	return ""
}

// Severity returns how grave an incident is for those who are told: as grave as the chain that it leads or belongs to. A
// call that failed is no graver for what others of its chain did, unless it leads them.
func Severity(in ledger.Incident) detect.Severity {
	if in.Chain == nil || in.PartOf != "" && in.Finding.Attempt {
		return in.Severity
	}
	return max(in.Severity, in.Chain.Severity)
}
