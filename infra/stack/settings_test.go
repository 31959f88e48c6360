package stack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOperator reads riposte.yaml as the deployment does: what it says, that the function gets the same, and what it
// refuses.
func TestOperator(t *testing.T) {
	const here = `
notify:
  sns: {topic: "arn:aws:sns:us-east-1:111122223333:security"}
  slack: {webhook_secret: riposte/slack}
break_glass:
  - arn:aws:iam::111122223333:role/rescue
  - arn:aws:sts::111122223333:assumed-role/rescue/me
`
	for name, test := range map[string]struct {
		yaml, packed string
		want         Operator
		say          string
	}{
		"none": {},
		"all": {yaml: here, packed: here, want: Operator{
			Configured: true, Topic: "arn:aws:sns:us-east-1:111122223333:security", SlackSecret: "riposte/slack",
			BreakGlass: []string{"arn:aws:iam::111122223333:role/rescue"},
		}},
		"empty":           {yaml: "\n", packed: "\n", want: Operator{Configured: true}},
		"not packed":      {yaml: here, say: `run "make build"`},
		"changed since":   {yaml: here, packed: "stance: observe\n", say: `run "make build"`},
		"packed and gone": {packed: here, say: `run "make build"`},
		"wrong":           {yaml: "stance: brave\n", packed: "stance: brave\n", say: "brave"},
		"unknown":         {yaml: "stans: observe\n", packed: "stans: observe\n", say: "stans"},
		"unknown rule":    {yaml: "rules: {NO-999: {mode: alert}}\n", packed: "rules: {NO-999: {mode: alert}}\n", say: "NO-999"},
		"topic elsewhere": {yaml: elsewhere("sns: {topic: 'arn:aws:sns:eu-west-1:111122223333:security'}"), packed: elsewhere("sns: {topic: 'arn:aws:sns:eu-west-1:111122223333:security'}"), say: "notify.sns.topic is in eu-west-1"},
		"app secret elsewhere": {
			yaml: elsewhere("receivers: {o: {slack: {app_secret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:s', channel: C0123456789}}}"), packed: elsewhere("receivers: {o: {slack: {app_secret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:s', channel: C0123456789}}}"),
			say: "notify.receivers.o.slack.app_secret is in eu-west-1",
		},
		"secret elsewhere": {yaml: elsewhere("slack: {webhook_secret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:s'}"), packed: elsewhere("slack: {webhook_secret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:s'}"), say: "notify.slack.webhook_secret is in eu-west-1"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(t, filepath.Join(root, configName), test.yaml)
			pack(t, root, test.packed)
			s, err := ReadSettings(nil, none, root)
			if test.say != "" {
				if err == nil || !strings.Contains(err.Error(), test.say) {
					t.Errorf("error %v, want one that says %q", err, test.say)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if s.Configured != (s.Policy != nil) {
				t.Errorf("configured %t, and the policy is %v", s.Configured, s.Policy)
			}
			s.Policy = nil // pkg/config holds what it says
			if diff := cmp.Diff(test.want, s.Operator); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestOwnRulesArePacked holds that the function gets the operator's own rules as the deployment read them.
func TestOwnRulesArePacked(t *testing.T) {
	const policy = "sigma: { folder: own }\n"
	rule := func(level string) string {
		return "title: A\nid: 4f2b7c1e-2a55-4d0e-9c53-6f0d7b1a9e21\nlogsource: { product: aws, service: cloudtrail }\n" +
			"detection: { s: { eventSource: iam.amazonaws.com, eventName: CreateUser }, condition: s }\nlevel: " + level + "\n"
	}
	for name, test := range map[string]struct {
		packed map[string]string
		say    string // empty where the deployment goes on
	}{
		"as they are":      {packed: map[string]string{"own/a.yml": rule("low"), "own/b/c.yaml": ""}, say: "c.yaml"}, // an empty rule
		"packed":           {packed: map[string]string{"own/a.yml": rule("low")}},
		"not packed":       {say: `run "make build"`},
		"changed since":    {packed: map[string]string{"own/a.yml": rule("high")}, say: `run "make build"`},
		"one that is gone": {packed: map[string]string{"own/a.yml": rule("low"), "own/b.yml": rule("low")}, say: `run "make build"`},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(t, filepath.Join(root, configName), policy)
			write(t, filepath.Join(root, "own", "a.yml"), rule("low"))
			if name == "as they are" {
				write(t, filepath.Join(root, "own", "b", "c.yaml"), "\n")
			}
			pack(t, root, policy)
			for file, text := range test.packed {
				write(t, filepath.Join(root, "dist", "detect", file), text)
			}
			s, err := ReadSettings(nil, none, root)
			if test.say == "" && (err != nil || s.Policy.Sigma.Folder != "own") || test.say != "" && (err == nil || !strings.Contains(err.Error(), test.say)) {
				t.Errorf("error %v, want %q", err, test.say)
			}
		})
	}
}

// pack puts a riposte.yaml beside every function that reads it, as "make build" does.
func pack(t *testing.T, root, content string) {
	t.Helper()
	for _, f := range []function{detect, remediate, notify, approve} {
		write(t, filepath.Join(root, "dist", string(f), configName), content)
	}
}

func elsewhere(line string) string { return "notify:\n  " + line + "\n" }

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if content == "" {
		return
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSecretPermission holds that a function may read a secret and no other, however riposte.yaml names it.
func TestSecretPermission(t *testing.T) {
	for secret, want := range map[string]string{
		"riposte/slack": "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:riposte/slack-??????",
		"arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-aB3dE6": "arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-aB3dE6",
		"arn:aws:secretsmanager:us-east-1:111122223333:secret:slack":        "arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-??????",
	} {
		for _, s := range (Settings{Partition: "aws"}).readSecrets([]string{secret}) {
			if err := s.check(); err != nil {
				t.Error(err)
			}
			if s.sid == "ReadSecrets" && (len(s.resources) != 1 || s.resources[0] != want) {
				t.Errorf("%s: may read %v, want %s", secret, s.resources, want)
			}
		}
	}
}
