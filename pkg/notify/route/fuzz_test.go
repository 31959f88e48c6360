package route

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// FuzzRoute holds that whatever an event brings, somebody is told, each once, and the reasons can be shown.
func FuzzRoute(f *testing.F) {
	f.Add("IAM-002", "access-key-created", "111122223333", uint8(detect.High), uint8(0), "")
	f.Add("", "", "", uint8(0), uint8(detect.Critical), "inc-0")
	f.Add("*", "access-key-created\n> *bold* <!channel>", "default", uint8(255), uint8(1), "")
	f.Add(strings.Repeat("x", 9000), "\u202e\xff", "1\n2", uint8(3), uint8(200), "inc-0")
	r := router(
		f, "severity: critical, to: [a], continue: true", "rules: [IAM-002], production: true, to: [b, default]",
		`accounts: ["444455556666"], ous: [Sandbox], to: [c]`, "tags: { env: prod }, to: [b], continue: true",
	)
	silences := New(parse(f, estate+"notify: { silences: [{ production: true, until: 2026-12-31, owner: o, reason: r }] }"))
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, rule, class, account string, severity, chain uint8, partOf string) {
		in := ledger.Incident{Rule: rule, Class: class, Account: account, Severity: detect.Severity(severity), PartOf: partOf}
		if chain > 0 {
			in.Chain = &ledger.Chain{Severity: detect.Severity(chain)}
		}
		d := r.Route(in)
		if len(d.Receivers) == 0 || d.Severity < in.Severity {
			t.Fatalf("%+v", d)
		}
		for i, name := range d.Receivers {
			if !slices.Contains([]string{config.DefaultReceiver, "a", "b", "c"}, name) || slices.Contains(d.Receivers[:i], name) {
				t.Errorf("told %q", d.Receivers)
			}
		}
		for _, s := range d.Trail {
			for _, text := range append(s.Matched, s.Missed) {
				if !utf8.ValidString(text) || len(text) > 1000 || strings.ContainsAny(text, "\n\r\x00\u202e") {
					t.Errorf("routes[%d]: %q", s.Route, text)
				}
			}
		}
		if m, ok := silences.Silenced(in, now); ok && (Severity(in) >= detect.Critical || account != "111122223333") {
			t.Errorf("%+v mutes %+v", m, in)
		}
	})
}
