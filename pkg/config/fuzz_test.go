package config

import (
	"errors"
	"os"
	"testing"
	"time"

	"riposte/pkg/detect"
)

// FuzzParse holds that no input makes Parse panic, that every error names a line that the file has, and that what is
// accepted is safe to use.
func FuzzParse(f *testing.F) {
	for _, c := range bad {
		if len(c.text) < 10_000 {
			f.Add([]byte(c.text))
		}
	}
	example, err := os.ReadFile("../../riposte.example.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	for _, text := range good {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := 2 // an error can stand on the line after the last
		for _, c := range data {
			if c == '\n' || c == '\r' || c == 0x85 || c == 0xa8 || c == 0xa9 { // YAML knows five line breaks
				lines++
			}
		}
		cfg, err := Parse("f", data)
		var errs Errors
		switch {
		case err == nil:
			check(t, cfg)
		case !errors.As(err, &errs) || len(errs) == 0:
			t.Errorf("error of type %T: %v", err, err)
		}
		for _, e := range errs {
			if e.Pos.File != "f" || e.Pos.Line < 1 || e.Pos.Line > lines || e.Pos.Column < 1 || e.Text == "" {
				t.Errorf("position out of the file: %v", e)
			}
		}
	})
}

// checkTelling holds that whoever tells people need not doubt what he is given.
func checkTelling(t *testing.T, cfg *Config) {
	t.Helper()
	n := cfg.Notify
	for _, name := range n.Names() {
		switch r, ok := n.Named(name); {
		case !ok, name != DefaultReceiver && r.Empty():
			t.Errorf("receiver %q: %+v", name, r)
		case r.Slack.AppSecret != "" && (r.Slack.WebhookSecret != "" || r.Slack.Channel == ""), r.Slack.Channel != "" && r.Slack.AppSecret == "":
			t.Errorf("receiver %q has an impossible channel: %+v", name, r.Slack)
		}
	}
	for _, route := range n.Routes {
		if len(route.To) == 0 {
			t.Errorf("route to nobody: %+v", route)
		}
		for _, name := range route.To {
			if _, ok := n.Named(name); !ok {
				t.Errorf("route to %q, which does not exist", name)
			}
		}
	}
	for _, m := range n.Silences {
		if m.selectsNothing() || m.Until.IsZero() || m.Owner == "" || m.Reason == "" {
			t.Errorf("incomplete silence %+v", m)
		}
	}
	if q := n.Quiet; q != nil && (q.Zone == nil || q.From == q.To || q.Below < detect.Low || max(q.From, q.To) >= 24*time.Hour) {
		t.Errorf("quiet %+v", q)
	}
	if d := n.Digest; d != nil && (d.Zone == nil || d.Below < detect.Low || d.At >= 24*time.Hour) {
		t.Errorf("digest %+v", d)
	}
	for _, id := range cfg.Answers.TwoPeople {
		if cfg.Answers.approversFor(id) < 2 {
			t.Errorf("two people for %s, and who may is %+v", id, cfg.Answers.Approvers)
		}
	}
	cfg.Warnings(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC))
}

func check(t *testing.T, cfg *Config) {
	t.Helper()
	if _, err := ParseStance(string(cfg.Stance)); err != nil {
		t.Error(err)
	}
	if cfg.Limits.MaxEventAge <= 0 || cfg.Limits.PerRule < 0 || cfg.Limits.PerAccount < 0 || cfg.Limits.Total < 0 {
		t.Errorf("limits %+v", cfg.Limits)
	}
	for _, e := range cfg.Exceptions {
		if e.Rule == "" || e.Owner == "" || e.Reason == "" || e.Expires.IsZero() ||
			e.Account == "" && e.Principal.Pattern == "" && e.Resource == "" {
			t.Errorf("incomplete exception %+v", e)
		}
		e.Principal.Regexp(false)
		e.Resource.Regexp(false)
	}
	for _, p := range cfg.BreakGlass {
		if p.Pattern == "" {
			t.Error("empty break-glass principal")
		}
		p.Regexp(true)
	}
	checkTelling(t, cfg)
	for id, a := range cfg.Accounts {
		if !accountID().MatchString(id) {
			t.Errorf("account %q", id)
		}
		for name, rule := range a.Rules {
			if rule.Mode == "" {
				t.Errorf("rule %q of %s has no mode", name, id)
			}
		}
	}
}
