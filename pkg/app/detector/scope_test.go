package detector

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"riposte/events"
	"riposte/internal/testkit/moto"
	"riposte/pkg/ledger"
)

// TestScope holds whose events count, whose root can be taken on, and that what does not fit together is said at the start.
func TestScope(t *testing.T) {
	const own, member = "111122223333", "444455556666"
	for name, tt := range map[string]struct {
		scope, root string
		everybody   bool
		rootOf      bool // of a member
		says        string
	}{
		"nothing":              {},
		"one account":          {scope: "account", root: "false"},
		"organization":         {scope: "organization", everybody: true},
		"organization's roots": {scope: "organization", root: "true", everybody: true, rootOf: true},
		"another scope":        {scope: "org", says: "RIPOSTE_SCOPE"},
		"root, perhaps":        {scope: "organization", root: "yes", says: "RIPOSTE_ROOT_TASKS"},
		"root of one account":  {root: "true", says: "RIPOSTE_ROOT_TASKS"},
	} {
		t.Run(name, func(t *testing.T) {
			env := environment("http://127.0.0.1:1")
			env["RIPOSTE_SCOPE"], env["RIPOSTE_ROOT_TASKS"] = tt.scope, tt.root
			_, _, err := start(env)
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("start: %v, want %q", err, tt.says)
			}
			if err != nil {
				return
			}
			watched, rootOf, err := scope(func(name string) string { return env[name] }, own)
			if err != nil || (len(watched) == 0) != tt.everybody || !tt.everybody && watched[0] != own {
				t.Errorf("watched %v, %v", watched, err)
			}
			if (rootOf != nil) != tt.rootOf || rootOf != nil && (!rootOf(member) || rootOf(own)) {
				t.Errorf("the roots of members can be taken on: %v, want %v, and never the own", rootOf != nil, tt.rootOf)
			}
		})
	}
}

// TestRootKey holds that people are asked about a root key where they can say yes, and told of it everywhere else.
func TestRootKey(t *testing.T) {
	server := moto.Start(t)
	raw, err := fs.ReadFile(events.Files(), "iam/CreateAccessKey.root.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		hub, scope, root string
		state            ledger.State
	}{
		"a member":      {"999988887777", "organization", "true", ledger.Asked},
		"the hub":       {"111122223333", "organization", "true", ledger.Open},
		"no root tasks": {"999988887777", "organization", "", ledger.Open},
		"one account":   {"111122223333", "", "", ledger.Open},
	} {
		t.Run(name, func(t *testing.T) {
			server.Reset(t)
			deploy(t, server)
			env := environment(server.URL)
			env["RIPOSTE_ACCOUNT"], env["RIPOSTE_SCOPE"], env["RIPOSTE_ROOT_TASKS"] = tt.hub, tt.scope, tt.root
			env["RIPOSTE_CONFIG"] = filepath.Join(t.TempDir(), "riposte.yaml")
			if err := os.WriteFile(env["RIPOSTE_CONFIG"], []byte("stance: enforce"), 0o600); err != nil {
				t.Fatal(err)
			}
			f, _, err := start(env)
			if err != nil {
				t.Fatal(err)
			}
			incidents, err := f.engine.Handle(t.Context(), raw)
			if err != nil {
				t.Fatal(err)
			}
			for _, in := range incidents {
				if in.Rule == "IAM-002" && in.State != tt.state || in.Rule != "IAM-002" && in.State != ledger.Open {
					t.Errorf("%s is %s: %s", in.Rule, in.State, in.Reason)
				}
			}
			if len(incidents) < 2 {
				t.Errorf("%d incidents: want root's activity and its key", len(incidents))
			}
			if jobs := received(t, server); len(jobs) != 0 {
				t.Errorf("%d jobs without anybody's approval", len(jobs))
			}
		})
	}
}
