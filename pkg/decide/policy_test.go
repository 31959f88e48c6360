package decide

import (
	"errors"
	"strings"
	"testing"
	"time"

	"riposte/pkg/actions"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

const ownRole1 = "arn:aws:iam::111122223333:role/riposte/Riposte-Remediate"

var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// policy reads a configuration and knows two actions, one of which cannot be undone.
func policy(t *testing.T, yaml string, o Options) *Policy {
	t.Helper()
	cfg, err := config.Parse("riposte.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	o.OwnRoles = append(o.OwnRoles, ownRole1)
	p := New(cfg, o)
	p.action = func(id string) (actions.Action, bool) {
		switch id {
		case "undo-able":
			return actions.Action{ID: id, Reversible: true}, true
		case "drastic":
			return actions.Action{ID: id, Reversible: true, Drastic: true}, true
		case "final":
			return actions.Action{ID: id}, true
		}
		return actions.Action{}, false
	}
	return p
}

// finding is one that every guard lets pass, changed by edit.
func finding(edit ...func(*detect.Finding)) detect.Finding {
	f := detect.Finding{
		Rule: "IAM-002", Class: "access-key-created", Severity: detect.High, Title: "Long-lived access key created",
		Resource: detect.Resource{Type: detect.AccessKey, ID: "AKIAIOSFODNN7EXAMPLE", Parent: "bob"},
		Actions:  []string{"undo-able"},
		Actor: detect.Actor{
			Kind: "IAMUser", Name: "alice", ARN: "arn:aws:iam::111122223333:user/alice", AccountID: "111122223333",
		},
		Event: detect.EventRef{
			ID: "e1", Name: "CreateAccessKey", Source: "iam.amazonaws.com", Time: now.Add(-time.Minute),
			Account: "111122223333", Region: "us-east-1", Partition: "aws",
		},
	}
	for _, e := range edit {
		e(&f)
	}
	return f
}

func facts(edit ...func(*Facts)) Facts {
	f := Facts{Now: now}
	for _, e := range edit {
		e(&f)
	}
	return f
}

// ownSession is a call by Riposte's own role.
func ownSession(f *detect.Finding) {
	f.Actor.Kind, f.Actor.Role = "AssumedRole", ownRole1
	f.Actor.ARN = "arn:aws:sts::111122223333:assumed-role/Riposte-Remediate/Riposte-Remediate"
}

// exceptionFor writes an exception for alice that holds for another month.
const exceptionForAlice = `
exceptions:
  - rule: IAM-002
    principal: arn:aws:iam::111122223333:user/alice
    owner: ann@example.com
    reason: alice rotates keys by hand
    expires: 2026-12-31
`

func TestGuards(t *testing.T) {
	for _, c := range []struct {
		name       string
		config     string
		finding    func(*detect.Finding)
		facts      func(*Facts)
		mode       Mode
		action     string
		suppressed bool
		reason     string
	}{
		{
			name: "everything passes", config: "stance: enforce", mode: Act, action: "undo-able",
			reason: "Stance enforce (stance): undo-able can be undone; it is done at once.",
		},
		{name: "default", mode: Alert, reason: "Stance observe (stance): Riposte tells a person and changes nothing."},
		{
			name: "off", config: "rules: { IAM-002: { mode: off } }", mode: Off,
			reason: "The configuration says off (rules.IAM-002.mode).",
		},
		{
			name: "ordinary change", config: "stance: enforce", mode: Off,
			finding: func(f *detect.Finding) { f.Severity = detect.Info },
			reason:  "Ordinary changes are not told one by one; rules.IAM-002.mode: alert tells them.",
		},
		{
			name: "ordinary change that is asked for", config: "rules: { IAM-002: { mode: alert } }", mode: Alert,
			finding: func(f *detect.Finding) { f.Severity = detect.Info },
			reason:  "The configuration says alert",
		},
		{
			name: "ordinary change that cannot be judged", config: "stance: enforce", mode: Alert,
			finding: func(f *detect.Finding) { f.Severity, f.Unjudged = detect.Info, "cut off" },
			reason:  "The event could not be judged",
		},
		{
			name: "configuration unreadable", config: "stance: enforce", facts: func(f *Facts) { f.ConfigError = errors.New("riposte.yaml:3:1: bad") },
			mode: Alert, reason: "The configuration could not be read, so Riposte only alerts: riposte.yaml:3:1: bad.",
		},
		{
			name: "own call explained", config: "stance: enforce", finding: ownSession, facts: func(f *Facts) { f.OwnIncident = "inc-1" },
			mode: Alert, suppressed: true, reason: "The journal of incident inc-1 explains this call: it is Riposte's own change or its undo.",
		},
		{
			name: "a person's undo explained", config: "stance: enforce", facts: func(f *Facts) { f.OwnIncident = "inc-1" },
			mode: Alert, suppressed: true, reason: "The journal of incident inc-1 explains this call",
		},
		{
			name: "own call unexplained", config: "stance: enforce", finding: ownSession, mode: Alert,
			reason: "Critical: Riposte's own role made this call and no journal entry explains it.",
		},
		{
			name: "exception", config: "stance: enforce" + exceptionForAlice, mode: Alert, suppressed: true,
			reason: "An exception covers it until 2027-01-01T00:00:00Z: alice rotates keys by hand (ann@example.com, exceptions[0]).",
		},
		{
			name: "exception expired", config: "stance: enforce" + exceptionForAlice,
			facts:   func(f *Facts) { f.Now = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) },
			finding: func(f *detect.Finding) { f.Event.Time = time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC) },
			mode:    Alert, reason: "An exception of ann@example.com covered it until 2027-01-01T00:00:00Z",
		},
		{
			name: "drastic", config: "stance: enforce", mode: Ask, action: "drastic", finding: func(f *detect.Finding) { f.Actions = []string{"drastic"} },
			reason: "Stance enforce (stance), and drastic stops all that somebody does: it waits for a person to approve it.",
		},
		{
			name: "drastic, by name", config: "rules: { IAM-002: { mode: act } }", mode: Act, action: "drastic",
			finding: func(f *detect.Finding) { f.Actions = []string{"drastic"} }, reason: "The configuration says act",
		},
		{
			name: "drastic, against what comes back", config: "stance: guard", mode: Contain, action: "drastic",
			finding: func(f *detect.Finding) { f.Actions = []string{"drastic"} }, facts: func(f *Facts) { f.CameBack = true }, reason: "Stance guard",
		},
		{
			name: "a fight", config: "stance: enforce", mode: Alert, reason: "alice does it for the third time, so Riposte only alerts. Find out who",
			facts: func(f *Facts) { f.Fight = "alice does it for the third time" },
		},
		{
			name: "a fight with a tool", config: "stance: enforce", mode: Alert, reason: "alice does it for the third time, so Riposte only alerts. It looks like Terraform: change its code",
			facts:   func(f *Facts) { f.Fight = "alice does it for the third time" },
			finding: func(f *detect.Finding) { f.Actor.UserAgent = "APN/1.0 HashiCorp/1.0 Terraform/1.9" },
		},
		{
			name: "break-glass actor", config: "stance: enforce\nbreak_glass: ['arn:aws:iam::111122223333:user/alice']", mode: Alert,
			reason: "Made by the break-glass principal arn:aws:iam::111122223333:user/alice (break_glass, riposte.yaml:2:15): Riposte tells a person and never acts.",
		},
		{
			name: "break-glass target", config: "stance: enforce\nbreak_glass: ['arn:aws:iam::111122223333:user/emergency/Bob']", mode: Alert,
			reason: "Changes the break-glass principal arn:aws:iam::111122223333:user/emergency/Bob",
		},
		{
			name: "protected role", config: "stance: enforce", mode: Alert,
			finding: func(f *detect.Finding) {
				f.Resource = detect.Resource{Type: detect.Role, ID: "AWSServiceRoleForSupport"}
			},
			reason: "Role AWSServiceRoleForSupport is one that Riposte never changes",
		},
		{
			name: "ordinary role", config: "stance: enforce", mode: Act, action: "undo-able",
			finding: func(f *detect.Finding) { f.Resource = detect.Resource{Type: detect.Role, ID: "app"} },
			reason:  "Stance enforce",
		},
		{
			name: "own function as target", config: "stance: enforce", mode: Alert,
			finding: func(f *detect.Finding) { f.Resource = detect.Resource{Type: detect.Function, ID: "riposte-remediate"} },
			reason:  "This changes Riposte's own function Riposte-Remediate.",
		},
		{
			name: "own function by its ARN", config: "stance: enforce", mode: Alert,
			finding: func(f *detect.Finding) {
				f.Resource = detect.Resource{Type: detect.Function, ID: "arn:aws:lambda:us-east-1:111122223333:function:Riposte-Remediate:live"}
			},
			reason: "This changes Riposte's own function Riposte-Remediate.",
		},
		{
			name: "another function", config: "stance: enforce", mode: Act, action: "undo-able",
			finding: func(f *detect.Finding) {
				f.Resource = detect.Resource{Type: detect.Function, ID: "riposte-remediate-2"}
			},
			reason: "Stance enforce",
		},
		{
			name: "own role as target", config: "stance: enforce", mode: Alert,
			finding: func(f *detect.Finding) { f.Resource = detect.Resource{Type: detect.Role, ID: "riposte-remediate"} },
			reason:  "Critical: this changes Riposte's own role Riposte-Remediate.",
		},
		{
			name: "failed call", config: "stance: enforce", finding: func(f *detect.Finding) { f.Attempt = true }, mode: Alert,
			reason: "The call failed and changed nothing: there is nothing to reverse.",
		},
		{
			name: "not judged", config: "stance: enforce", finding: func(f *detect.Finding) { f.Unjudged = "response elements: omitted" },
			mode: Alert, reason: "The event could not be judged, so Riposte only alerts: response elements: omitted.",
		},
		{
			name: "replay", config: "stance: enforce", facts: func(f *Facts) { f.Untrusted = "the event comes from a replay" }, mode: Alert,
			reason: "The event cannot be relied on, so Riposte only alerts: the event comes from a replay.",
		},
		{
			name: "no account", config: "stance: enforce", finding: func(f *detect.Finding) { f.Event.Account = "" }, mode: Alert,
			reason: "The event does not say in which account it happened",
		},
		{
			name: "service", config: "stance: enforce", finding: func(f *detect.Finding) {
				f.Actor = detect.Actor{Kind: "AWSService", InvokedBy: "autoscaling.amazonaws.com"}
			},
			mode: Alert, reason: "An AWS service made this call of its own accord",
		},
		{
			name: "service without a kind", config: "stance: enforce", finding: func(f *detect.Finding) {
				f.Actor.Kind, f.Actor.InvokedBy = "", "autoscaling.amazonaws.com"
			},
			mode: Alert, reason: "An AWS service made this call of its own accord",
		},
		{
			name: "service-linked role", config: "stance: enforce", finding: func(f *detect.Finding) {
				f.Actor.Kind, f.Actor.Role = "AssumedRole", "arn:aws:iam::111122223333:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS"
			},
			mode: Alert, reason: "An AWS service made this call by its service-linked role",
		},
		{
			name: "CloudFormation with a user's credentials", config: "stance: enforce", mode: Act, action: "undo-able",
			finding: func(f *detect.Finding) { f.Actor.InvokedBy = "cloudformation.amazonaws.com" }, reason: "Stance enforce",
		},
		{
			name: "nobody", config: "stance: enforce", finding: func(f *detect.Finding) { f.Actor.ARN = "" }, mode: Alert,
			reason: "The event names no IAM principal as the caller",
		},
		{
			name: "old", config: "stance: enforce", finding: func(f *detect.Finding) { f.Event.Time = now.Add(-time.Hour - time.Second) }, mode: Alert,
			reason: "The event happened 1h0m1s ago and limits.max_event_age is 1h0m0s: the account may have moved on, so Riposte only alerts.",
		},
		{
			name: "just young enough", config: "stance: enforce", finding: func(f *detect.Finding) { f.Event.Time = now.Add(-time.Hour) },
			mode: Act, action: "undo-able", reason: "Stance enforce",
		},
		{
			name: "no time", config: "stance: enforce", finding: func(f *detect.Finding) { f.Event.Time = time.Time{} }, mode: Alert,
			reason: "The event has no readable time",
		},
		{
			name: "future", config: "stance: enforce", finding: func(f *detect.Finding) { f.Event.Time = now.Add(5*time.Minute + time.Second) },
			mode: Alert, reason: "The event's time 2026-11-20T12:05:01Z is in the future",
		},
		{
			name: "clocks differ a little", config: "stance: enforce", finding: func(f *detect.Finding) { f.Event.Time = now.Add(5 * time.Minute) },
			mode: Act, action: "undo-able", reason: "Stance enforce",
		},
		{
			name: "no action", config: "stance: enforce", finding: func(f *detect.Finding) { f.Actions = nil }, mode: Alert,
			reason: "No action answers this finding: a person has to look.",
		},
		{
			name: "unknown action", config: "stance: enforce", finding: func(f *detect.Finding) { f.Actions = []string{"x", "y"} }, mode: Alert,
			reason: "This version has none of the actions x, y, so Riposte only alerts.",
		},
		{
			name: "first known action", config: "rules: { IAM-002: { mode: ask } }", finding: func(f *detect.Finding) { f.Actions = []string{"x", "final", "undo-able"} },
			mode: Ask, action: "final", reason: "The configuration says ask (rules.IAM-002.mode): final waits for a person to approve it.",
		},
		{
			name: "stopped", config: "stance: enforce", facts: func(f *Facts) { f.Stopped = "stopped by ann" }, mode: Alert,
			reason: "The kill switch is on, so Riposte only alerts: stopped by ann. Without that: Stance enforce (stance): undo-able can be undone; it is done at once.",
		},
		{
			name: "switch unreadable", config: "stance: guard", facts: func(f *Facts) { f.StopUnknown = errors.New("timeout") }, mode: Alert,
			reason: "The kill switch could not be read, so Riposte only alerts: timeout.",
		},
		{
			name: "breaker", config: "stance: enforce", facts: func(f *Facts) { f.Spent = "10 actions an hour are allowed" }, mode: Alert,
			reason: "The breaker is open, so Riposte only alerts: 10 actions an hour are allowed.",
		},
		{
			name: "asking goes on while stopped", config: "rules: { IAM-002: { mode: ask } }", mode: Ask, action: "undo-able",
			facts:  func(f *Facts) { f.Stopped, f.Spent, f.StopUnknown = "stopped", "spent", errors.New("timeout") },
			reason: "The configuration says ask",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := policy(t, c.config, Options{})
			f, known := finding(), facts()
			if c.finding != nil {
				c.finding(&f)
			}
			if c.facts != nil {
				c.facts(&known)
			}
			d := p.Decide(f, known)
			if d.Mode != c.mode || d.Action != c.action || d.Suppressed != c.suppressed {
				t.Errorf("got mode %s, action %q, suppressed %v; want %s, %q, %v", d.Mode, d.Action, d.Suppressed, c.mode, c.action, c.suppressed)
			}
			if !strings.HasPrefix(d.Reason, c.reason) {
				t.Errorf("reason\ngot  %s\nwant %s", d.Reason, c.reason)
			}
		})
	}
}

// TestPrecedence holds which of two guards decides where both hold.
func TestPrecedence(t *testing.T) {
	offAll := "rules: { IAM-002: { mode: off } }\n"
	breakGlassAlice := "break_glass: ['arn:aws:iam::111122223333:user/alice']\n"
	untrusted := func(f *Facts) { f.Untrusted = "replay" }
	for _, c := range []struct {
		name    string
		config  string
		finding []func(*detect.Finding)
		facts   []func(*Facts)
		by      string
	}{
		{"an unreadable configuration turns nothing off", offAll, nil, []func(*Facts){func(f *Facts) { f.ConfigError = errors.New("x") }}, "configuration"},
		{"off does not silence the own role", offAll, []func(*detect.Finding){ownSession}, nil, "own calls"},
		{"off silences what is not trusted", offAll, nil, []func(*Facts){untrusted}, "off"},
		{"an exception does not silence what is not trusted", exceptionForAlice, nil, []func(*Facts){untrusted}, "trust"},
		{"the journal does not explain what is not trusted", "", nil, []func(*Facts){untrusted, func(f *Facts) { f.OwnIncident = "inc-1" }}, "trust"},
		{"the journal before exceptions", exceptionForAlice, nil, []func(*Facts){func(f *Facts) { f.OwnIncident = "inc-1" }}, "journal"},
		{"exceptions before break-glass", breakGlassAlice + exceptionForAlice, nil, nil, "exceptions"},
		{"break-glass before failed calls", breakGlassAlice, []func(*detect.Finding){func(f *detect.Finding) { f.Attempt = true }}, nil, "break-glass"},
		{"failed calls before judgement", "", []func(*detect.Finding){func(f *detect.Finding) { f.Attempt, f.Unjudged = true, "x" }}, nil, "failed calls"},
		{"age before mode", "rules: { IAM-002: { mode: act } }", []func(*detect.Finding){func(f *detect.Finding) { f.Event.Time = time.Time{} }}, nil, "age"},
		{"action before mode", "rules: { IAM-002: { mode: ask } }", []func(*detect.Finding){func(f *detect.Finding) { f.Actions = nil }}, nil, "action"},
		{"mode is last", "rules: { IAM-002: { mode: act } }", nil, nil, "mode"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, steps := policy(t, c.config, Options{}).Explain(finding(c.finding...), facts(c.facts...))
			last := steps[len(steps)-1]
			if last.Guard != c.by || !last.Decided || last.Note != d.Reason {
				t.Errorf("decided by %q (%s), want %q", last.Guard, last.Note, c.by)
			}
			for _, s := range steps[:len(steps)-1] {
				if s.Decided || s.Note == "" {
					t.Errorf("step %+v before the decision", s)
				}
			}
		})
	}
}

// TestMostSpecificWins holds the order of the configuration's layers.
func TestMostSpecificWins(t *testing.T) {
	for _, c := range []struct {
		name, config string
		mode         Mode
		key          string
	}{
		{"stance", "stance: enforce", Act, "(stance)"},
		{"rule over stance", "stance: enforce\nrules: { IAM-002: { mode: ask } }", Ask, "(rules.IAM-002.mode)"},
		{"class over stance", "stance: enforce\nrules: { access-key-created: { mode: ask } }", Ask, "(rules.access-key-created.mode)"},
		{"ID over class", "rules: { access-key-created: { mode: act }, IAM-002: { mode: ask } }", Ask, "(rules.IAM-002.mode)"},
		{
			"account's stance over rule", "rules: { IAM-002: { mode: act } }\naccounts: { '111122223333': { stance: observe } }",
			Alert, "(accounts.111122223333.stance)",
		},
		{
			"account's stance over off", "rules: { IAM-002: { mode: off } }\naccounts: { '111122223333': { stance: guard } }",
			Contain, "(accounts.111122223333.stance)",
		},
		{
			"account's rule over its stance", "accounts: { '111122223333': { stance: observe, rules: { IAM-002: { mode: act } } } }",
			Act, "(accounts.111122223333.rules.IAM-002.mode)",
		},
		{
			"account's class over the ID of all accounts", "rules: { IAM-002: { mode: act } }\naccounts: { '111122223333': { rules: { access-key-created: { mode: alert } } } }",
			Alert, "(accounts.111122223333.rules.access-key-created.mode)",
		},
		{"another account", "stance: enforce\naccounts: { '444455556666': { stance: observe } }", Act, "(stance)"},
		{"another rule", "stance: enforce\nrules: { IAM-003: { mode: alert } }", Act, "(stance)"},
		{"account that sets nothing", "stance: enforce\naccounts: { '111122223333': { name: prod } }", Act, "(stance)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := policy(t, c.config, Options{}).Decide(finding(), facts())
			if d.Mode != c.mode || !strings.Contains(d.Reason, c.key) {
				t.Errorf("got %s: %s; want %s by %s", d.Mode, d.Reason, c.mode, c.key)
			}
		})
	}
}

// TestModes holds what stances and modes come to for each severity and kind of action.
func TestModes(t *testing.T) {
	for _, c := range []struct {
		name, config string
		severity     detect.Severity
		action       string
		mode         Mode
	}{
		{"observe", "stance: observe", detect.Critical, "undo-able", Alert},
		{"guard high", "stance: guard", detect.High, "undo-able", Contain},
		{"guard critical", "stance: guard", detect.Critical, "undo-able", Contain},
		{"guard medium", "stance: guard", detect.Medium, "undo-able", Alert},
		{"guard irreversible", "stance: guard", detect.Critical, "final", Alert},
		{"guard irreversible named", "stance: guard\nirreversible: [final]", detect.Critical, "final", Alert},
		{"enforce high", "stance: enforce", detect.High, "undo-able", Act},
		{"enforce medium", "stance: enforce", detect.Medium, "undo-able", Alert},
		{"enforce low", "stance: enforce", detect.Low, "undo-able", Alert},
		{"enforce without severity", "stance: enforce", detect.Inherit, "undo-able", Alert},
		{"enforce beyond severity", "stance: enforce", detect.Critical + 1, "undo-able", Alert},
		{"enforce irreversible", "stance: enforce", detect.High, "final", Ask},
		{"enforce irreversible medium", "stance: enforce", detect.Medium, "final", Alert},
		{"enforce irreversible named", "stance: enforce\nirreversible: [final]", detect.High, "final", Act},
		{"enforce irreversible other named", "stance: enforce\nirreversible: [other]", detect.High, "final", Ask},
		{"act on low severity", "rules: { IAM-002: { mode: act } }", detect.Low, "undo-able", Act},
		{"act irreversible", "rules: { IAM-002: { mode: act } }", detect.High, "final", Ask},
		{"act irreversible named", "rules: { IAM-002: { mode: act } }\nirreversible: [final]", detect.High, "final", Act},
		{"contain", "rules: { IAM-002: { mode: contain } }", detect.High, "undo-able", Contain},
		{"contain irreversible", "rules: { IAM-002: { mode: contain } }", detect.High, "final", Ask},
		{"contain irreversible named", "rules: { IAM-002: { mode: contain } }\nirreversible: [final]", detect.High, "final", Ask},
		{"ask", "stance: enforce\nrules: { IAM-002: { mode: ask } }", detect.High, "undo-able", Ask},
		{"ask irreversible", "rules: { IAM-002: { mode: ask } }", detect.High, "final", Ask},
		{"alert", "stance: enforce\nrules: { IAM-002: { mode: alert } }", detect.High, "undo-able", Alert},
		{"off", "stance: enforce\nrules: { IAM-002: { mode: off } }", detect.Critical, "undo-able", Off},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := policy(t, c.config, Options{}).Decide(finding(func(f *detect.Finding) {
				f.Severity, f.Actions = c.severity, []string{c.action}
			}), facts())
			if d.Mode != c.mode {
				t.Errorf("got %s (%s), want %s", d.Mode, d.Reason, c.mode)
			}
			if (d.Action != "") != (d.Mode != Alert && d.Mode != Off) || d.Action != "" && d.Action != c.action {
				t.Errorf("mode %s with action %q", d.Mode, d.Action)
			}
		})
	}
}

// TestUnknownWordsAlert holds that a configuration that did not come from riposte.yaml fails toward alerting.
func TestUnknownWordsAlert(t *testing.T) {
	rules := func(m config.Mode) map[string]config.Rule { return map[string]config.Rule{"IAM-002": {Mode: m}} }
	for name, cfg := range map[string]*config.Config{
		"none":           nil,
		"empty":          {},
		"unknown stance": {Stance: "everything"},
		"unknown mode":   {Stance: config.Enforce, Rules: rules("destroy")},
		"empty mode":     {Stance: config.Enforce, Rules: rules("")},
	} {
		p := New(cfg, Options{})
		p.action = func(id string) (actions.Action, bool) { return actions.Action{ID: id, Reversible: true}, true }
		d, steps := p.Explain(finding(), facts())
		if d.Mode != Alert || steps[len(steps)-1].Guard != "mode" {
			t.Errorf("%s: got %s (%s)", name, d.Mode, d.Reason)
		}
	}
}

func TestMaxEventAge(t *testing.T) {
	none, day := time.Duration(0), 24*time.Hour
	old := finding(func(f *detect.Finding) { f.Event.Time = now.Add(-10 * time.Hour) })
	for _, c := range []struct {
		name, config string
		option       *time.Duration
		mode         Mode
	}{
		{"default", "stance: enforce", nil, Alert},
		{"configured", "stance: enforce\nlimits: { max_event_age: 11h }", nil, Act},
		{"overridden", "stance: enforce\nlimits: { max_event_age: 1h }", &day, Act},
		{"no limit", "stance: enforce", &none, Act},
	} {
		if d := policy(t, c.config, Options{MaxEventAge: c.option}).Decide(old, facts()); d.Mode != c.mode {
			t.Errorf("%s: got %s (%s), want %s", c.name, d.Mode, d.Reason, c.mode)
		}
	}
}

// TestRealActions holds that New looks actions up in the real list.
func TestRealActions(t *testing.T) {
	cfg := config.Default()
	cfg.Stance = config.Enforce
	for _, a := range actions.All() {
		everywhere := func(string) bool { return true }
		d := New(cfg, Options{RootOf: everywhere}).Decide(finding(func(f *detect.Finding) { f.Actions = []string{a.ID} }), facts())
		if want := map[bool]Mode{true: Act, false: Ask}[a.Reversible && !a.Drastic]; d.Mode != want || d.Action != a.ID {
			t.Errorf("%s: got %s %q, want %s", a.ID, d.Mode, d.Action, want)
		}
	}
}

func TestModesAreTheConfigurations(t *testing.T) {
	want := []config.Mode{config.Off, config.Alert, config.Ask, config.Contain, config.Act}
	for i, m := range []Mode{Off, Alert, Ask, Contain, Act} {
		if string(m) != string(want[i]) || config.Modes()[i] != want[i] {
			t.Errorf("mode %s is %s in the configuration", m, want[i])
		}
	}
}
