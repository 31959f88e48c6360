package remediator

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"riposte/pkg/app/awsenv"
	"riposte/pkg/remedy"
)

// organization is what infra adds to the environment in a hub.
func organization() map[string]string {
	env := environment()
	env["RIPOSTE_RESPONDER"], env["RIPOSTE_EXTERNAL_ID"], env["RIPOSTE_ROOT_TASKS"] = "Riposte-responder", "an-external-id", "true"
	env["AWS_ENDPOINT_URL"], env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"] = "http://127.0.0.1:1", "AKIAIOSFODNN7EXAMPLE", "none"
	return env
}

// TestOrganization holds that what does not fit together is said at the start.
func TestOrganization(t *testing.T) {
	start := func(change func(map[string]string)) error {
		env := organization()
		change(env)
		_, err := New(func(name string) string { return env[name] }, clock, slog.New(slog.DiscardHandler))
		return err
	}
	if err := start(func(map[string]string) {}); err != nil {
		t.Fatalf("with everything: %v", err)
	}
	for name, change := range map[string]func(map[string]string){
		"no external id":        func(env map[string]string) { delete(env, "RIPOSTE_EXTERNAL_ID") },
		"no responder":          func(env map[string]string) { delete(env, "RIPOSTE_RESPONDER") },
		"a responder's ARN":     func(env map[string]string) { env["RIPOSTE_RESPONDER"] = "arn:aws:iam::444455556666:role/x" },
		"root, perhaps":         func(env map[string]string) { env["RIPOSTE_ROOT_TASKS"] = "yes" },
		"undo at no time":       func(env map[string]string) { env["RIPOSTE_SILENCE"] = "undo" },
		"silence of no length":  func(env map[string]string) { env["RIPOSTE_SILENCE_AFTER"] = "soon" },
		"root of nobody's root": func(env map[string]string) { delete(env, "RIPOSTE_RESPONDER"); delete(env, "RIPOSTE_EXTERNAL_ID") },
	} {
		if err := start(change); err == nil || !strings.Contains(err.Error(), "RIPOSTE_") || strings.Contains(err.Error(), "an-external-id") {
			t.Errorf("%s: error %v, want one that names the variable and no secret", name, err)
		}
	}
}

// TestWhoseAccounts holds which accounts a deployment enters: its own alone, or the organization's.
func TestWhoseAccounts(t *testing.T) {
	for name, tt := range map[string]struct {
		env     map[string]string
		account string
		refused bool
	}{
		"the own":               {environment(), "111122223333", false},
		"another":               {environment(), "444455556666", true},
		"the hub":               {organization(), "111122223333", false},
		"a member out of reach": {organization(), "444455556666", false},
	} {
		getenv := func(name string) string { return tt.env[name] }
		cfg, err := awsenv.Config(getenv)
		if err != nil {
			t.Fatal(err)
		}
		accounts, err := accountsOf(getenv, cfg, tt.env["RIPOSTE_ACCOUNT"], clock)
		if err != nil {
			t.Fatal(err)
		}
		_, err = accounts(t.Context(), remedy.Target{Account: tt.account, Region: "us-east-1", Partition: "aws", Type: "User", ID: "bob"})
		if _, refused := errors.AsType[*remedy.Refusal](err); refused != tt.refused || name == "a member out of reach" && err == nil {
			t.Errorf("%s: %v, want a refusal: %v", name, err, tt.refused)
		}
	}
}
