package route

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

const estate = `accounts:
  "111122223333": { ou: Workloads/Prod, tags: { env: prod, team: core }, production: true }
  "444455556666": { ou: Sandbox, tags: { env: lab } }
`

func parse(t testing.TB, text string) *config.Config {
	t.Helper()
	cfg, err := config.Parse("riposte.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return cfg
}

// router makes a router of routes, one a line, with the receivers a, b and c.
func router(t testing.TB, routes ...string) *Router {
	t.Helper()
	text := estate + `notify:
  security_hub: true
  receivers: { a: { security_hub: true }, b: { security_hub: true }, c: { security_hub: true } }
  routes: [
`
	for _, route := range routes {
		text += "    { " + route + " },\n"
	}
	return New(parse(t, text+"  ]\n"))
}

func incident() ledger.Incident {
	return ledger.Incident{
		ID: "inc-1", Rule: "IAM-002", Class: "access-key-created", Severity: detect.High, Account: "111122223333",
	}
}

func TestRoute(t *testing.T) {
	medium := func(in *ledger.Incident) { in.Severity = detect.Medium }
	elsewhere := func(in *ledger.Incident) { in.Account = "444455556666" }
	stranger := func(in *ledger.Incident) { in.Account = "999988887777" }
	for _, c := range []struct {
		name   string
		routes []string
		change func(*ledger.Incident)
		want   string
	}{
		{"no routes", nil, nil, "default"},
		{"catch-all", []string{"to: [a]"}, nil, "a"},
		{"the first that matches", []string{"to: [a]", "to: [b]"}, nil, "a"},
		{"several receivers", []string{"to: [b, a]"}, nil, "b a"},
		{"default by name", []string{"to: [a, default]"}, nil, "a default"},
		{"severity", []string{"severity: high, to: [a]"}, nil, "a"},
		{"severity, graver", []string{"severity: low, to: [a]"}, nil, "a"},
		{"severity, less grave", []string{"severity: high, to: [a]"}, medium, "default"},
		{"rule by ID", []string{"rules: [IAM-003, IAM-002], to: [a]"}, nil, "a"},
		{"rule by class", []string{"rules: [access-key-created], to: [a]"}, nil, "a"},
		{"another rule", []string{"rules: [IAM-003, access-key-create, access-key], to: [a]"}, nil, "default"},
		{"no rule", []string{"rules: [IAM-002], to: [a]"}, func(in *ledger.Incident) { in.Rule, in.Class = "", "" }, "default"},
		{"account", []string{`accounts: ["444455556666", "111122223333"], to: [a]`}, nil, "a"},
		{"another account", []string{`accounts: ["444455556666"], to: [a]`}, nil, "default"},
		{"an account that is not listed", []string{`accounts: ["999988887777"], to: [a]`}, stranger, "a"},
		{"ou", []string{"ous: [Sandbox, Workloads], to: [a]"}, nil, "a"},
		{"another ou", []string{"ous: [Sandbox, Workloads/Test, Prod], to: [a]"}, nil, "default"},
		{"ou of an account that is not listed", []string{"ous: [Workloads], to: [a]"}, stranger, "default"},
		{"tags", []string{"tags: { env: prod, team: core }, to: [a]"}, nil, "a"},
		{"tags, one of two", []string{"tags: { env: prod, team: web }, to: [a]"}, nil, "default"},
		{"production", []string{"production: true, to: [a]"}, nil, "a"},
		{"production elsewhere", []string{"production: true, to: [a]"}, elsewhere, "default"},
		{"no production", []string{"production: false, to: [a]"}, elsewhere, "a"},
		{"no production in production", []string{"production: false, to: [a]"}, nil, "default"},
		{"an account that is not listed is neither", []string{"production: false, to: [a]", "production: true, to: [b]"}, stranger, "default"},
		{"all conditions", []string{`severity: high, rules: [IAM-002], accounts: ["111122223333"], ous: [Workloads], tags: { env: prod }, production: true, to: [a]`}, nil, "a"},
		{"all conditions but one", []string{`severity: high, rules: [IAM-002], accounts: ["111122223333"], ous: [Sandbox], tags: { env: prod }, production: true, to: [a]`}, nil, "default"},
		{"continue", []string{"to: [a], continue: true", "to: [b]"}, nil, "a b"},
		{"continue, each once", []string{"to: [a, b], continue: true", "to: [b, c]"}, nil, "a b c"},
		{"continue, and no route takes it", []string{"to: [a], continue: true", "severity: critical, to: [b]"}, nil, "a default"},
		{"continue, and default anyway", []string{"to: [default, a], continue: true"}, nil, "default a"},
		{"continue after the one that takes it", []string{"to: [a]", "to: [b], continue: true"}, nil, "a"},
	} {
		in := incident()
		if c.change != nil {
			c.change(&in)
		}
		if got := strings.Join(router(t, c.routes...).Route(in).Receivers, " "); got != c.want {
			t.Errorf("%s: told %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTrail(t *testing.T) {
	r := router(
		t,
		"severity: critical, to: [a]",
		"rules: [IAM-003], to: [a]",
		`rules: [access-key-created], accounts: ["444455556666"], to: [a]`,
		"ous: [Sandbox], to: [a]",
		"tags: { env: lab }, to: [a]",
		"production: false, to: [a]",
		"severity: medium, rules: [access-key-created], to: [b], continue: true",
		`accounts: ["111122223333"], ous: [Workloads], tags: { env: prod }, production: true, to: [c, b]`,
		"to: [a]",
	)
	at := func(line int) config.Position { return config.Position{File: "riposte.yaml", Line: line, Column: 5} }
	want := Decision{Receivers: []string{"b", "c"}, Severity: detect.High, Trail: []Step{
		{Route: 0, Pos: at(8), Missed: "severity high is not critical"},
		{Route: 1, Pos: at(9), Missed: "rules has neither IAM-002 nor access-key-created"},
		{Route: 2, Pos: at(10), Matched: []string{"rules has access-key-created"}, Missed: "accounts does not have 111122223333"},
		{Route: 3, Pos: at(11), Missed: "ou Workloads/Prod is in none of ous"},
		{Route: 4, Pos: at(12), Missed: "the account does not have all of tags"},
		{Route: 5, Pos: at(13), Missed: "the account is production"},
		{
			Route: 6, Pos: at(14), Matched: []string{"severity high is medium or graver", "rules has access-key-created"},
			To: []string{"b"},
		},
		{
			Route: 7, Pos: at(15), Matched: []string{
				"accounts has 111122223333", "ou Workloads/Prod is within Workloads", "the account has the tags", "the account is production",
			},
			To: []string{"c", "b"}, Takes: true,
		},
	}}
	if diff := cmp.Diff(want, r.Route(incident())); diff != "" {
		t.Error(diff)
	}

	hostile := incident()
	hostile.Account, hostile.Rule, hostile.Class = "1\n2\u202e \"", strings.Repeat("x", 500), ""
	for _, s := range router(t, "rules: [IAM-003], to: [a]", `accounts: ["444455556666"], to: [a]`, "ous: [A], to: [a]", "production: true, to: [a]").Route(hostile).Trail {
		if s.Missed == "" || len(s.Missed) > 200 || strings.ContainsAny(s.Missed, "\n\u202e") {
			t.Errorf("routes[%d]: %q", s.Route, s.Missed)
		}
	}
}

// TestFallback holds that nobody is forgotten where the default receiver has no way of its own.
func TestFallback(t *testing.T) {
	const receivers = "receivers: { b: { security_hub: true }, a: { security_hub: true } }, routes: [{ severity: critical, to: [a] }] }"
	const named = "receivers: { b: { security_hub: true }, a: { security_hub: true } }, routes: [{ to: [default] }] }"
	if got := New(parse(t, "notify: { "+named)).Route(incident()).Receivers; !slices.Equal(got, []string{"default", "a", "b"}) {
		t.Errorf("a route to a default without a way told %v", got)
	}
	for text, want := range map[string]string{
		"notify: { security_hub: true, " + receivers: "default",
		"notify: { " + receivers:                     "default a b",
		"stance: observe":                            "default",
	} {
		d := New(parse(t, text)).Route(incident())
		if got := strings.Join(d.Receivers, " "); got != want || !d.Fallback {
			t.Errorf("%s: told %q, want %q; fallback %t", text, got, want, d.Fallback)
		}
	}
}

// TestDecisionsAreTheirOwn holds that who changes the receivers of a decision changes nothing for the next.
func TestDecisionsAreTheirOwn(t *testing.T) {
	for _, r := range []*Router{router(t), router(t, "to: [a, b]"), router(t, "to: [a], continue: true")} {
		want := slices.Clone(r.Route(incident()).Receivers)
		d := r.Route(incident())
		_ = append(d.Receivers, "x")
		if got := r.Route(incident()).Receivers; !slices.Equal(got, want) {
			t.Errorf("told %v, want %v", got, want)
		}
	}
}

func TestSeverity(t *testing.T) {
	chain := &ledger.Chain{Lead: "inc-1", Severity: detect.Critical}
	for _, c := range []struct {
		name string
		in   ledger.Incident
		want detect.Severity
	}{
		{"alone", ledger.Incident{Severity: detect.Low}, detect.Low},
		{"it leads", ledger.Incident{Severity: detect.Low, Chain: chain}, detect.Critical},
		{"it is a part", ledger.Incident{Severity: detect.Low, Chain: chain, PartOf: "inc-0"}, detect.Critical},
		{"graver than its chain", ledger.Incident{Severity: detect.High, Chain: &ledger.Chain{Severity: detect.Low}}, detect.High},
		{
			"a part that failed",
			ledger.Incident{Severity: detect.Low, Chain: chain, PartOf: "inc-0", Finding: detect.Finding{Attempt: true}},
			detect.Low,
		},
		{"it failed and leads", ledger.Incident{Severity: detect.Low, Chain: chain, Finding: detect.Finding{Attempt: true}}, detect.Critical},
	} {
		if got := Severity(c.in); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	leads := incident()
	leads.Severity, leads.Chain = detect.Low, chain
	if got := router(t, "severity: critical, to: [a]").Route(leads); got.Receivers[0] != "a" || got.Severity != detect.Critical {
		t.Errorf("a chain that is critical went to %v as %v", got.Receivers, got.Severity)
	}
}

func TestSilenced(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	critical := func(in *ledger.Incident) { in.Severity = detect.Critical }
	chain := func(in *ledger.Incident) { in.Chain = &ledger.Chain{Severity: detect.Critical} }
	for _, c := range []struct {
		name, silence string
		change        func(*ledger.Incident)
		want          bool
	}{
		{"it holds", "rules: [IAM-002], until: 2026-11-20", nil, true},
		{"it has ended", "rules: [IAM-002], until: 2026-11-19", nil, false},
		{"it has just ended", "rules: [IAM-002], until: 2026-11-20T12:00:00Z", nil, false},
		{"another rule", "rules: [IAM-003], until: 2026-11-20", nil, false},
		{"another account", `rules: [IAM-002], accounts: ["444455556666"], until: 2026-11-20`, nil, false},
		{"another ou", "ous: [Sandbox], until: 2026-11-20", nil, false},
		{"production", "production: false, until: 2026-11-20", nil, false},
		{
			"production of an account that is not listed", "production: false, until: 2026-11-20",
			func(in *ledger.Incident) { in.Account = "999988887777" }, false,
		},
		{"less grave", "severity: critical, rules: [IAM-002], until: 2026-11-20", nil, false},
		{"critical", "rules: [IAM-002], until: 2026-11-20", critical, false},
		{"critical, and high is muted", "severity: high, rules: [IAM-002], until: 2026-11-20", critical, false},
		{"critical, and it is named", "severity: critical, rules: [IAM-002], until: 2026-11-20", critical, true},
		{"a chain that is critical", "rules: [IAM-002], until: 2026-11-20", chain, false},
		{"a chain that is critical, and it is named", "severity: critical, rules: [IAM-002], until: 2026-11-20", chain, true},
		{"graver than any", "severity: info, rules: [IAM-002], until: 2026-11-20", func(in *ledger.Incident) { in.Severity = 200 }, false},
	} {
		r := New(parse(t, estate+"notify: { silences: [{ "+c.silence+", owner: ann, reason: r }] }"))
		in := incident()
		if c.change != nil {
			c.change(&in)
		}
		if m, got := r.Silenced(in, now); got != c.want || got && m.Owner != "ann" {
			t.Errorf("%s: %t, want %t; %+v", c.name, got, c.want, m)
		}
	}
	if m, ok := router(t).Silenced(incident(), now); ok {
		t.Errorf("no silence, and %+v mutes", m)
	}
	two := New(parse(t, "notify: { silences: [{ rules: [IAM-002], until: 2026-11-19, owner: ann, reason: r }, { rules: [IAM-002], until: 2026-12-01, owner: bob, reason: r }] }"))
	if m, _ := two.Silenced(incident(), now); m.Owner != "bob" {
		t.Errorf("%+v mutes, want the one that holds", m)
	}
}
