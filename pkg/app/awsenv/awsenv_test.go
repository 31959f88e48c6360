package awsenv

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
)

// getenv is an environment.
func getenv(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

func TestConfig(t *testing.T) {
	cfg, err := Config(getenv(map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:5000",
		"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Region != "eu-central-1" || aws.ToString(cfg.BaseEndpoint) != "http://127.0.0.1:5000" {
		t.Errorf("region %q, endpoint %q", cfg.Region, aws.ToString(cfg.BaseEndpoint))
	}
	got, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := aws.Credentials{
		AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret", SessionToken: "token", Source: "environment",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestConfigRefuses(t *testing.T) {
	if _, err := Config(getenv(nil)); err == nil || !strings.Contains(err.Error(), "AWS_REGION") {
		t.Errorf("no region: %v", err)
	}
	for name, env := range map[string]map[string]string{
		"no key":    {"AWS_REGION": "us-east-1", "AWS_SECRET_ACCESS_KEY": "a secret"},
		"no secret": {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"},
	} {
		cfg, err := Config(getenv(env))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := cfg.Credentials.Retrieve(t.Context()); err == nil || strings.Contains(err.Error(), "a secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCredentialsAreReadAgain holds that credentials which the environment renews are taken up.
func TestCredentialsAreReadAgain(t *testing.T) {
	env := map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "old", "AWS_SECRET_ACCESS_KEY": "s"}
	cfg, err := Config(getenv(env))
	if err != nil {
		t.Fatal(err)
	}
	env["AWS_ACCESS_KEY_ID"] = "new"
	if got, err := cfg.Credentials.Retrieve(t.Context()); err != nil || got.AccessKeyID != "new" {
		t.Errorf("key %q, %v", got.AccessKeyID, err)
	}
}

func TestRequire(t *testing.T) {
	env := getenv(map[string]string{"A": "1", "B": "2"})
	got, err := Require(env, "B", "A")
	if diff := cmp.Diff([]string{"2", "1"}, got); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	if _, err := Require(env, "C", "A", "D"); err == nil || !strings.Contains(err.Error(), "C, D") || strings.Contains(err.Error(), "A,") {
		t.Errorf("error %v, want one that names C and D", err)
	}
}

func TestList(t *testing.T) {
	for value, want := range map[string][]string{
		"": {}, ",": {}, "a": {"a"}, "a,b": {"a", "b"}, " a , b ,": {"a", "b"},
	} {
		if diff := cmp.Diff(want, append([]string{}, List(value)...)); diff != "" {
			t.Errorf("%q: %s", value, diff)
		}
	}
}

func TestFlag(t *testing.T) {
	for value, want := range map[string]bool{"": false, "false": false, "true": true} {
		if got, err := Flag(getenv(map[string]string{"A": value}), "A"); got != want || err != nil {
			t.Errorf("%q: %v, %v", value, got, err)
		}
	}
	for _, value := range []string{"True", "1", "yes", " true"} {
		if _, err := Flag(getenv(map[string]string{"A": value}), "A"); err == nil || !strings.Contains(err.Error(), "A is") {
			t.Errorf("%q: error %v, want one that names the variable", value, err)
		}
	}
}
