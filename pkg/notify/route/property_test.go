package route

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// randomMatch returns conditions of which each is set now and then.
func randomMatch(r *rand.Rand) config.Match {
	var m config.Match
	if r.IntN(3) == 0 {
		m.Severity = pick(r, detect.Severities()...)
	}
	if r.IntN(4) == 0 {
		m.Rules = []config.Name{{Text: pick(r, "IAM-002", "access-key-created", "IAM-003")}}
	}
	if r.IntN(4) == 0 {
		m.Accounts = []string{pick(r, "111122223333", "444455556666", "999988887777")}
	}
	if r.IntN(4) == 0 {
		m.OUs = []string{pick(r, "Workloads", "Workloads/Prod", "Sandbox")}
	}
	if r.IntN(4) == 0 {
		m.Tags = map[string]string{"env": pick(r, "prod", "lab")}
	}
	if r.IntN(4) == 0 {
		production := r.IntN(2) == 0
		m.Production = &production
	}
	return m
}

func randomRoute(r *rand.Rand) config.Route {
	to := []string{"default", "a", "b", "c"}
	r.Shuffle(len(to), func(i, j int) { to[i], to[j] = to[j], to[i] })
	return config.Route{Match: randomMatch(r), To: to[:1+r.IntN(3)], Continue: r.IntN(2) == 0}
}

func randomConfig(r *rand.Rand) *config.Config {
	cfg := config.Default()
	cfg.Accounts = map[string]config.Account{
		"111122223333": {OU: "Workloads/Prod", Tags: map[string]string{"env": "prod"}, Production: true},
		"444455556666": {OU: "Sandbox", Tags: map[string]string{"env": "lab"}},
	}
	cfg.Notify.SecurityHub = r.IntN(2) == 0
	cfg.Notify.Receivers = map[string]config.Receiver{"a": {SecurityHub: true}, "b": {SecurityHub: true}, "c": {SecurityHub: true}}
	for range r.IntN(6) {
		cfg.Notify.Routes = append(cfg.Notify.Routes, randomRoute(r))
	}
	return cfg
}

func randomIncident(r *rand.Rand) ledger.Incident {
	in := ledger.Incident{
		Rule: pick(r, "IAM-002", "IAM-003", ""), Class: pick(r, "access-key-created", "x"), Severity: pick(r, detect.Severities()...),
		Account: pick(r, "111122223333", "444455556666", "999988887777", ""),
	}
	if r.IntN(3) == 0 {
		in.Chain = &ledger.Chain{Severity: pick(r, detect.Severities()...)}
	}
	return in
}

// reaches reports whether somebody with a way to be told is among the receivers.
func reaches(cfg *config.Config, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		receiver, ok := cfg.Notify.Named(name)
		return ok && !receiver.Empty()
	})
}

func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		cfg, in := randomConfig(r), randomIncident(r)
		before := New(cfg).Route(in)
		switch sorted := slices.Sorted(slices.Values(before.Receivers)); {
		case len(slices.Compact(sorted)) != len(before.Receivers):
			t.Fatalf("%v: one is told twice", before.Receivers)
		case !reaches(cfg, before.Receivers):
			t.Fatalf("nobody can be told: %+v of %+v", before, cfg.Notify)
		}

		extra := randomRoute(r)
		extra.Continue = true
		cfg.Notify.Routes = slices.Insert(slices.Clone(cfg.Notify.Routes), r.IntN(len(cfg.Notify.Routes)+1), extra)
		after := New(cfg).Route(in)
		for _, name := range before.Receivers {
			if !slices.Contains(after.Receivers, name) {
				t.Fatalf("one more route that continues, and %s is no longer told: %v, then %v", name, before.Receivers, after.Receivers)
			}
		}

		for _, step := range after.Trail { // the words agree with what is decided
			if route := cfg.Notify.Routes[step.Route]; (step.Missed == "") != New(cfg).matches(&route.Match, &in, after.Severity) {
				t.Fatalf("routes[%d] %v: %+v of %+v", step.Route, route, step, in)
			}
		}
	}
}

// TestSilencesNeverMuteCritical holds for any match.
func TestSilencesNeverMuteCritical(t *testing.T) {
	r, now := rand.New(rand.NewPCG(3, 4)), time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	muted := 0
	for range 20000 {
		cfg, in := randomConfig(r), randomIncident(r)
		cfg.Notify.Silences = []config.Muting{{Match: randomMatch(r), Until: now.Add(time.Hour)}}
		m, ok := New(cfg).Silenced(in, now)
		if !ok {
			continue
		}
		if muted++; Severity(in) == detect.Critical && m.Severity != detect.Critical {
			t.Fatalf("%+v mutes %+v", m, in)
		}
	}
	if muted == 0 {
		t.Error("no silence mutes anything: the test says nothing")
	}
}
