package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"riposte/events"
	"riposte/pkg/catalog"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
)

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// TestFragmentsAreConfigurations holds that riposte.yaml takes what the pages of rules tell people to write into it.
func TestFragmentsAreConfigurations(t *testing.T) {
	pages := renderCatalogue(t)
	for _, r := range catalog.Rules() {
		fragments := yamlBlock.FindAllStringSubmatch(pages["rules/"+r.ID+".md"], -1)
		if len(fragments) != 2 {
			t.Errorf("%s: %d fragments, want 2", r.ID, len(fragments))
			continue
		}
		cfg := parse(t, r.ID, fragments[0][1])
		for _, e := range cfg.Exceptions {
			if e.Rule != r.ID || e.Owner == "" || e.Reason == "" || e.Expires.IsZero() {
				t.Errorf("%s: incomplete exception %+v", r.ID, e)
			}
		}
		if len(cfg.Exceptions) == 0 || cfg.Exceptions[0].Principal.Pattern == "" {
			t.Errorf("%s: no exception for a principal", r.ID)
		}
		if cfg = parse(t, r.ID, fragments[1][1]); cfg.Rules[r.ID].Mode == "" {
			t.Errorf("%s: no mode in %s", r.ID, fragments[1][1])
		}
	}
}

func parse(t *testing.T, id, fragment string) *config.Config {
	t.Helper()
	cfg, err := config.Parse("riposte.yaml", []byte(fragment))
	if err != nil {
		t.Fatalf("%s: %v\n%s", id, err, fragment)
	}
	if err := catalog.CheckConfig(cfg); err != nil {
		t.Fatalf("%s: %v\n%s", id, err, fragment)
	}
	return cfg
}

// TestExceptionsExcept holds that each exception on a page suppresses a finding in one of the page's own samples, so
// that it names principals and resources the way findings do.
func TestExceptionsExcept(t *testing.T) {
	all, err := samplesOf(catalog.Rules(), events.Files())
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, r := range catalog.Rules() {
		cfg := parse(t, r.ID, exceptions(r, all[r.ID]))
		for i, e := range cfg.Exceptions {
			if e.Principal.Pattern == examplePrincipal {
				continue
			}
			tried++
			alone := *cfg
			alone.Exceptions = cfg.Exceptions[i : i+1]
			alone.Rules = map[string]config.Rule{r.ID: {Mode: config.Alert}}
			policy := decide.New(&alone, decide.Options{})
			if !slices.ContainsFunc(all[r.ID].fires, func(s sample) bool {
				return policy.Decide(s.finding, decide.Facts{Now: s.finding.Event.Time.Add(time.Minute)}).Suppressed
			}) {
				t.Errorf("%s: exception %+v fits none of the samples", r.ID, e)
			}
		}
	}
	if tried < len(catalog.Rules())/2 {
		t.Errorf("%d exceptions tried for %d rules", tried, len(catalog.Rules()))
	}
}

// TestExceptionsOfHostileSamples holds that nothing of a hostile event gets into the YAML but what a configuration takes.
func TestExceptionsOfHostileSamples(t *testing.T) {
	rule := &detect.Rule{ID: "A-001", Severity: detect.High}
	finding := func(role, id string) sample {
		return sample{finding: detect.Finding{
			Resource: detect.Resource{Type: detect.User, ID: id},
			Actor:    detect.Actor{Role: role}, Event: detect.EventRef{Account: "111122223333"},
		}}
	}
	for name, test := range map[string]struct {
		samples samples
		want    []string
	}{
		"nothing": {samples{}, []string{"principal: " + examplePrincipal + "\n"}},
		"hostile": {
			samples{fires: []sample{finding("arn:aws:iam::111122223333:role/x\n```\nstance: enforce", "a b\n- rule: \"*\"")}},
			[]string{"principal: " + examplePrincipal + "\n", "account: \"111122223333\"\n"},
		},
		"strange": {
			samples{fires: []sample{finding("arn:aws:iam::111122223333:role/ci", `o'"brien\`+"#{}[]é")}},
			[]string{"principal: arn:aws:iam::111122223333:role/ci\n", `resource: "User/o'\"brien\\#{}[]é"` + "\n"},
		},
		"the next": {
			samples{fires: []sample{finding("", "\u202e"), finding("arn:aws:iam::111122223333:role/ci", "bob")}},
			[]string{"principal: arn:aws:iam::111122223333:role/ci\n", "resource: User/bob\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := exceptions(rule, test.samples)
			cfg, err := config.Parse("riposte.yaml", []byte(text))
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			if len(cfg.Exceptions) != len(test.want) || strings.Contains(text, "```") {
				t.Errorf("%d exceptions, want %d:\n%s", len(cfg.Exceptions), len(test.want), text)
			}
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
		})
	}
}

func TestExceptedPrincipals(t *testing.T) {
	by := func(kind, arn, role, unjudged string) sample {
		return sample{finding: detect.Finding{Actor: detect.Actor{Kind: kind, ARN: arn, Role: role}, Unjudged: unjudged}}
	}
	root, user := by("Root", "root's", "", ""), by("IAMUser", "bob's", "", "")
	role, unjudged := by("AssumedRole", "session's", "role's", ""), by("AssumedRole", "session's", "other", "why")
	for want, fires := range map[string][]sample{
		"root's":         {root, unjudged},
		"role's":         {root, user, role},
		examplePrincipal: {root, user},
	} {
		if got := principals(samples{fires: fires}); got[0] != want {
			t.Errorf("%q, want %q first", got, want)
		}
	}
}

// TestModeOfOrdinaryRules holds that a rule that is off by itself is not said to be on.
func TestModeOfOrdinaryRules(t *testing.T) {
	for want, rule := range map[string]*detect.Rule{
		"A-001: { mode: alert }": {ID: "A-001", Severity: detect.Info},
		"A-002: { mode: alert }": {ID: "A-002", Severity: detect.High, OptIn: true},
		"A-003: { mode: off }":   {ID: "A-003", Severity: detect.Low},
	} {
		p := page{}
		p.howToExcept(rule, samples{})
		if !strings.Contains(p.String(), want) {
			t.Errorf("no %q in\n%s", want, p.String())
		}
	}
}
