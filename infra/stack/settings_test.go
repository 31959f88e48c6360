package stack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func none(string) string { return "" }

func TestReadSettings(t *testing.T) {
	defaults := Settings{StackName: "Riposte", LogRetentionDays: 365, Concurrency: 5, Assets: "dist"}
	with := func(change func(*Settings)) Settings {
		s := defaults
		change(&s)
		return s
	}
	for name, test := range map[string]struct {
		context map[string]any
		want    Settings
	}{
		"nothing":               {nil, defaults},
		"somebody else's flags": {map[string]any{"@aws-cdk/core:x": true, "stackName": "Other"}, defaults},
		"a name":                {map[string]any{"riposte:stackName": "Riposte-Test"}, with(func(s *Settings) { s.StackName = "Riposte-Test" })},
		"days as in cdk.json":   {map[string]any{"riposte:logRetentionDays": 30.0}, with(func(s *Settings) { s.LogRetentionDays = 30 })},
		"days as after -c":      {map[string]any{"riposte:logRetentionDays": "30"}, with(func(s *Settings) { s.LogRetentionDays = 30 })},
		"an address":            {map[string]any{"riposte:alarmEmail": "a@example.com"}, with(func(s *Settings) { s.AlarmEmail = "a@example.com" })},
		"read-only calls too":   {map[string]any{"riposte:readEvents": "true"}, with(func(s *Settings) { s.ReadEvents = true })},
		"nothing reserved":      {map[string]any{"riposte:concurrency": "0"}, with(func(s *Settings) { s.Concurrency = 0 })},
	} {
		got, err := ReadSettings(test.context, none, t.TempDir())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWrongSettings(t *testing.T) {
	for name, test := range map[string]struct {
		context map[string]any
		say     string
	}{
		"misspelt":          {map[string]any{"riposte:alarmMail": "a@example.com"}, `no setting "riposte:alarmMail": there are riposte:alarmEmail, `},
		"no name":           {map[string]any{"riposte:stackName": ""}, `"riposte:stackName" is : want a letter`},
		"a name too long":   {map[string]any{"riposte:stackName": strings.Repeat("r", 33)}, "at most 31"},
		"a name with space": {map[string]any{"riposte:stackName": "My Riposte"}, "want a letter"},
		"31 days":           {map[string]any{"riposte:logRetentionDays": 31.0}, "is 31: CloudWatch Logs keeps logs for one of [1 3 5"},
		"half a day":        {map[string]any{"riposte:logRetentionDays": 1.5}, "is 1.5: "},
		"forever":           {map[string]any{"riposte:logRetentionDays": "forever"}, "is forever: "},
		"yes":               {map[string]any{"riposte:logRetentionDays": true}, "is true: "},
		"no address":        {map[string]any{"riposte:alarmEmail": "security"}, "want an e-mail address"},
		"a person":          {map[string]any{"riposte:alarmEmail": "Security <a@example.com>"}, "want an e-mail address"},
		"events, perhaps":   {map[string]any{"riposte:readEvents": "yes"}, "want true or false"},
		"one at a time":     {map[string]any{"riposte:concurrency": 1.0}, "from 2 to 100, or 0"},
	} {
		_, err := ReadSettings(test.context, none, t.TempDir())
		if err == nil || !strings.Contains(err.Error(), test.say) {
			t.Errorf("%s: %v, want an error that says %q", name, err, test.say)
		}
	}
	_, err := ReadSettings(map[string]any{"riposte:stackName": "-", "riposte:concurrency": "many"}, none, t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "stackName") || !strings.Contains(err.Error(), "concurrency") {
		t.Errorf("two wrong settings: %v, want both named", err)
	}
}

func TestRegion(t *testing.T) {
	for name, test := range map[string]struct {
		env map[string]string
		say string // empty when the region is right
	}{
		"unknown":                 {nil, ""},
		"right":                   {map[string]string{"CDK_DEFAULT_REGION": "us-east-1"}, ""},
		"the CDK knows better":    {map[string]string{"CDK_DEFAULT_REGION": "us-east-1", "AWS_REGION": "eu-west-1"}, ""},
		"wrong":                   {map[string]string{"CDK_DEFAULT_REGION": "eu-west-1"}, "the region is eu-west-1 (CDK_DEFAULT_REGION)"},
		"wrong, without the CDK":  {map[string]string{"AWS_REGION": "us-east-2"}, "the region is us-east-2 (AWS_REGION)"},
		"wrong by the old name":   {map[string]string{"AWS_DEFAULT_REGION": "us-west-2"}, "AWS_REGION=us-east-1"},
		"a name that begins like": {map[string]string{"AWS_REGION": "us-east-10"}, "us-east-10"},
	} {
		_, err := ReadSettings(nil, func(n string) string { return test.env[n] }, t.TempDir())
		if test.say == "" && err != nil || test.say != "" && (err == nil || !strings.Contains(err.Error(), test.say)) {
			t.Errorf("%s: %v, want %q", name, err, test.say)
		}
	}
}

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
		"empty":            {yaml: "\n", packed: "\n", want: Operator{Configured: true}},
		"not packed":       {yaml: here, say: `run "make build"`},
		"changed since":    {yaml: here, packed: "stance: observe\n", say: `run "make build"`},
		"packed and gone":  {packed: here, say: `run "make build"`},
		"wrong":            {yaml: "stance: brave\n", packed: "stance: brave\n", say: "brave"},
		"unknown":          {yaml: "stans: observe\n", packed: "stans: observe\n", say: "stans"},
		"unknown rule":     {yaml: "rules: {NO-999: {mode: alert}}\n", packed: "rules: {NO-999: {mode: alert}}\n", say: "NO-999"},
		"topic elsewhere":  {yaml: elsewhere("sns: {topic: 'arn:aws:sns:eu-west-1:111122223333:security'}"), packed: elsewhere("sns: {topic: 'arn:aws:sns:eu-west-1:111122223333:security'}"), say: "notify.sns.topic is in eu-west-1"},
		"secret elsewhere": {yaml: elsewhere("slack: {webhook_secret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:s'}"), packed: elsewhere("slack: {webhook_secret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:s'}"), say: "notify.slack.webhook_secret is in eu-west-1"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(t, filepath.Join(root, configName), test.yaml)
			write(t, filepath.Join(root, "dist", "detect", configName), test.packed)
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
			write(t, filepath.Join(root, "dist", "detect", configName), policy)
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

// TestSecretPermission holds that the notifier may read one secret, however riposte.yaml names it.
func TestSecretPermission(t *testing.T) {
	for secret, want := range map[string]string{
		"riposte/slack": "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:riposte/slack-??????",
		"arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-aB3dE6": "arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-aB3dE6",
		"arn:aws:secretsmanager:us-east-1:111122223333:secret:slack":        "arn:aws:secretsmanager:us-east-1:111122223333:secret:slack-??????",
	} {
		for _, s := range readSecret(secret) {
			if err := s.check(); err != nil {
				t.Error(err)
			}
			if s.sid == "ReadWebhook" && (len(s.resources) != 1 || s.resources[0] != want) {
				t.Errorf("%s: may read %v, want %s", secret, s.resources, want)
			}
		}
	}
}
