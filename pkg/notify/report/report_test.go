package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
)

func TestClean(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"bob", "bob"},
		{"  bob\t", "bob"},
		{"Zoë 李", "Zoë 李"},
		{"a\nb\r\nc", "a↵b↵↵c"},
		{"a\u2028b\u2029c\u0085d\ve", "a↵b↵c↵d↵e"},
		{"a\tb", "a b"},
		{"a  b", "a ␣b"},
		{"a \u3000 b", "a ␣␣b"},
		{"\u202ecod.exe", "�cod.exe"},
		{"a\u200bb\ufeffc\u00add", "a�b�c�d"},
		{"a\u3164b\u2800c", "a�b�c"},
		{"\x1b[31m", "�[31m"},
		{"\xff", "�"},
		{"e\u0301\u0301\u0301x", "e\u0301\u0301�x"},
		{"0123456789abcdef", "0123456789…"},
		{"", ""},
		{" \n ", ""},
	} {
		if got := clean(tc.in, 10); got != tc.want {
			t.Errorf("clean(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, c := range notifytest.Hostile() {
		f.Add(c.Message.Incident.Title)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s, 50)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 51 || strings.ContainsAny(got, "\n\r\t\u2028\u202e\u200b\x00") ||
			strings.Contains(got, "  ") {
			t.Errorf("clean(%q) = %q", s, got)
		}
	})
}

func TestState(t *testing.T) {
	document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	for _, tc := range []struct{ raw, want string }{
		{`"Active"`, "Active"},
		{`""`, "nothing"},
		{`null`, "nothing"},
		{``, "nothing"},
		{`[]`, "nothing"},
		{`{}`, "nothing"},
		{`true`, "true"},
		{`12345678901234567890`, "12345678901234567890"},
		{`["a","b"]`, "a; b"},
		{`["a","b","c","d","e","f","g","h"]`, "a; b; c; d; e; f; and 2 more"},
		{`{"logging": true, "name": "main", "kms": null}`, "kms nothing, logging true, name main"},
		{`{"a": {"b": 1}}`, `{"a":{"b":1}}`},
		{`{"protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"0.0.0.0/0","id":"sgr-1"}`, "tcp 22 from 0.0.0.0/0 (sgr-1)"},
		{`[{"protocol":"-1","from_port":-1,"to_port":-1,"cidr_ipv6":"::/0"}]`, "all traffic from ::/0"},
		{`{"protocol":"udp","from_port":1000,"to_port":2000,"cidr_ipv4":"10.0.0.0/8","egress":true}`, "udp 1000-2000 to 10.0.0.0/8"},
		{`{"protocol":"tcp","cidr_ipv4":"0.0.0.0/0","other":1}`, "cidr_ipv4 0.0.0.0/0, other 1, protocol tcp"},
		{string(mustJSON(document)), document[:100] + "… (135 characters)"},
		{document, document[:100] + "… (135 characters)"},
		{`{broken`, "{broken"},
	} {
		if got := state(json.RawMessage(tc.raw)); got != tc.want {
			t.Errorf("state(%s) = %q, want %q", tc.raw, got, tc.want)
		}
	}
}

func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

func TestLinks(t *testing.T) {
	const base = "https://console.aws.amazon.com"
	for _, tc := range []struct {
		name     string
		event    detect.EventRef
		resource detect.Resource
		params   map[string]string
		role     string
		want     []string
	}{
		{
			"key",
			detect.EventRef{ID: "e-1", Region: "us-east-1", Partition: "aws"},
			detect.Resource{Type: detect.AccessKey, ID: "AKIAIOSFODNN7EXAMPLE", Parent: "bob+x@example.com"},
			nil, "",
			[]string{
				base + "/cloudtrailv2/home?region=us-east-1#/events?EventId=e-1",
				base + "/iam/home?region=us-east-1#/users/details/bob%2Bx%40example.com?section=security_credentials",
			},
		},
		{
			"key of root",
			detect.EventRef{Region: "us-east-1"},
			detect.Resource{Type: detect.AccessKey, ID: "AKIAIOSFODNN7EXAMPLE"},
			nil, "", nil,
		},
		{
			"attached policy, by a role",
			detect.EventRef{Region: "us-east-1", Account: "111122223333"},
			detect.Resource{Type: detect.Group, ID: "ops"},
			map[string]string{detect.ParamPolicyARN: "arn:aws:iam::aws:policy/AdministratorAccess"},
			"arn:aws:iam::111122223333:role/path/deploy",
			[]string{
				base + "/iam/home?region=us-east-1#/groups/details/ops?section=permissions",
				base + "/iam/home?region=us-east-1#/policies/details/arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FAdministratorAccess?section=permissions",
				base + "/iam/home?region=us-east-1#/roles/details/deploy",
			},
		},
		{
			"trail by name",
			detect.EventRef{Region: "eu-west-1"},
			detect.Resource{Type: detect.Trail, ID: "main"},
			nil, "",
			[]string{base + "/cloudtrailv2/home?region=eu-west-1#/trails"},
		},
		{
			"govcloud",
			detect.EventRef{Region: "us-gov-west-1", Partition: "aws-us-gov"},
			detect.Resource{Type: detect.SecurityGroup, ID: "sg-1"},
			nil, "",
			[]string{"https://console.amazonaws-us-gov.com/ec2/home?region=us-gov-west-1#SecurityGroup:groupId=sg-1"},
		},
		{
			"china",
			detect.EventRef{Region: "cn-northwest-1", Partition: "aws-cn"},
			detect.Resource{Type: detect.User, ID: "a/b?c#d&e"},
			nil, "",
			[]string{"https://console.amazonaws.cn/iam/home?region=cn-northwest-1#/users/details/a%2Fb%3Fc%23d%26e?section=permissions"},
		},
		{"unknown partition", detect.EventRef{ID: "e", Region: "us-iso-east-1", Partition: "aws-iso"}, detect.Resource{Type: detect.User, ID: "bob"}, nil, "", nil},
		{"hostile partition", detect.EventRef{ID: "e", Region: "us-east-1", Partition: "evil.example/"}, detect.Resource{}, nil, "", nil},
		{"hostile region", detect.EventRef{ID: "e", Region: "us-east-1#@evil.example"}, detect.Resource{Type: detect.User, ID: "bob"}, nil, "", nil},
		{"account", detect.EventRef{Region: "us-east-1"}, detect.Resource{Type: detect.Account, ID: "111122223333"}, nil, "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := detect.Finding{Event: tc.event, Resource: tc.resource, Params: tc.params}
			f.Actor.Role, f.Actor.AccountID = tc.role, tc.event.Account
			var got []string
			for _, l := range links(ledger.Incident{Finding: f}) {
				got = append(got, l.URL)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("links (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSteps(t *testing.T) {
	irreversible := notifytest.Remediated(notifytest.KeyForOtherUser())
	irreversible.Action = "no-such-action"
	for _, c := range notifytest.Cases() {
		var got []string
		for _, s := range Of(c.Message).Next {
			verb, ok := strings.CutSuffix(strings.TrimPrefix(s.Command, "riposte "), " "+c.Message.Incident.ID)
			if !ok {
				t.Errorf("%s: command %q does not name the incident", c.Name, s.Command)
			}
			got = append(got, verb)
		}
		want, ok := map[string]string{
			"key-opened-act": "incidents show", "key-remediated-act": "undo keep", "key-undone": "", "key-undo-failed": "incidents show keep",
			"key-unjudged": "dismiss", "admin-opened-contain": "incidents show", "admin-remediated-contain": "keep undo",
			"admin-kept": "undo", "trail-remediated-act": "undo keep", "trail-failed": "approve dismiss",
			"group-opened-alert": "dismiss", "group-remediated-act": "undo keep", "group-failed-half": "approve undo dismiss",
			"inline-opened-ask": "approve dismiss", "inline-remediated-ask": "undo keep", "inline-dismissed": "",
			"inline-resolved": "", "version-remediated-contain": "keep undo", "root-login-opened-alert": "dismiss",
			"root-activity-opened-alert": "dismiss", "group-attempt": "dismiss", "china-remediated-act": "undo keep",
			"chain-part-opened-contain": "incidents show", "chain-lead-remediated-act": "undo keep", "chain-same-event": "dismiss",
		}[c.Name]
		if !ok || strings.Join(got, " ") != want {
			t.Errorf("%s: steps %q, want %q", c.Name, strings.Join(got, " "), want)
		}
	}
}

// TestCommandsAreSafeToPaste holds that nothing of a hostile identifier gets into a command.
func TestCommandsAreSafeToPaste(t *testing.T) {
	for _, c := range notifytest.Hostile() {
		for _, s := range Of(c.Message).Next {
			if s.Command != "riposte incidents list" {
				t.Errorf("%s: command %q", c.Name, s.Command)
			}
		}
	}
}

func TestChangeLabels(t *testing.T) {
	in := notifytest.KeyForOtherUser()
	for _, tc := range []struct {
		state ledger.ChangeState
		read  string
		label string
		lines string
	}{
		{ledger.Planned, "", "Planned, not made", "Active → Inactive"},
		{ledger.Applied, "", "Made, but not verified", "Active → Inactive"},
		{ledger.Verified, `"Inactive"`, "Done", "Active → Inactive|verified: read back Inactive"},
		{ledger.Verified, `"Expired"`, "Done", "Active → Inactive|verified: read back Expired"},
		{ledger.Verified, "", "Done", "Active → Inactive|verified"},
		{ledger.Verified, "null", "Done", "Active → Inactive|verified: read back, and there is nothing any more"},
		{ledger.Reverting, "", "Being put back", "Inactive → Active"},
		{ledger.Reverted, `"Active"`, "Undone", "Inactive → Active|verified: read back Active"},
		{ledger.Broken, "", "Not made", "Active → Inactive"},
		{"odd", "", "Change", "Active → Inactive|state odd"},
	} {
		c := in.Changes[0]
		c.State, c.ReadBack, c.Summary = tc.state, json.RawMessage(tc.read), "key of bob"
		got := change(c)
		var lines []string
		for _, l := range got.Lines {
			lines = append(lines, join(l))
		}
		if got.Label != tc.label || strings.Join(lines, "|") != tc.lines {
			t.Errorf("%s: %s: %q, want %s: %q", tc.state, got.Label, strings.Join(lines, "|"), tc.label, tc.lines)
		}
	}
}

func join(l Line) string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return b.String()
}

func TestPerson(t *testing.T) {
	for _, tc := range []struct {
		actor detect.Actor
		want  string
	}{
		{detect.Actor{ARN: "arn:aws:iam::111122223333:user/bob"}, ""},
		{detect.Actor{ARN: "arn:aws:sts::111122223333:assumed-role/deploy/jane"}, "jane (session name, which the caller chose)"},
		{detect.Actor{ARN: "arn:aws:sts::111122223333:assumed-role/deploy"}, ""},
		{detect.Actor{ARN: "arn:aws:sts::111122223333:assumed-role/deploy/i-1", Source: "jane"}, "jane (source identity)"},
		{detect.Actor{
			ARN:  "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_1/jane",
			Role: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_1",
		}, "jane (Identity Center user)"},
		// Anybody can name a role so; only AWS can make one under the path.
		{detect.Actor{
			ARN:  "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_1/jane",
			Role: "arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_1",
		}, "jane (session name, which the caller chose)"},
	} {
		if got := join(person(tc.actor)); got != tc.want {
			t.Errorf("person(%+v) = %q, want %q", tc.actor, got, tc.want)
		}
	}
}

func TestBetween(t *testing.T) {
	start := time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		gap  time.Duration
		want string
	}{
		{0, "less than a second"},
		{1500 * time.Millisecond, "2s"},
		{61 * time.Second, "1m1s"},
		{50*time.Hour + time.Minute, "50h0m0s"},
		{-time.Second, ""},
	} {
		if got, ok := between(start, start.Add(tc.gap)); got != tc.want || ok != (tc.want != "") {
			t.Errorf("between(%s) = %q, %v; want %q", tc.gap, got, ok, tc.want)
		}
	}
	if got, ok := between(time.Time{}, start); ok {
		t.Errorf("between of no time = %q", got)
	}
}

// TestStanding holds what people must not be told wrongly: whether something was changed.
func TestStanding(t *testing.T) {
	made := notifytest.Remediated(notifytest.KeyForOtherUser())
	made.State = ledger.Failed
	unverified := made
	unverified.Changes = []ledger.Change{{State: ledger.Verified}, {State: ledger.Applied}}
	dismissed := made
	dismissed.State = ledger.Dismissed
	for _, tc := range []struct {
		name string
		m    notify.Message
		lead string
	}{
		{"failed without a change", notify.Message{DetailType: notify.RemediationFailed}, "NOT reversed."},
		{"failed with a change", notify.Message{DetailType: notify.RemediationFailed, Incident: made}, "NOT fully reversed."},
		{"not all verified", notify.Message{DetailType: notify.IncidentRemediated, Incident: unverified}, "Reversed, but not verified."},
		{"opened without a mode", notify.Message{DetailType: notify.IncidentOpened}, "Open."},
		{"opened and asked", notify.Message{DetailType: notify.IncidentOpened, Incident: ledger.Incident{Mode: string(decide.Ask)}}, "Waiting for approval."},
		{"half undone", notify.Message{DetailType: notify.UndoFailed, Incident: made}, "Undo refused."},
		{"dismissed with a change", notify.Message{DetailType: notify.IncidentDismissed, Incident: dismissed}, "Dismissed."},
		{"of a later version", notify.Message{DetailType: "*Incident* Eaten", Incident: made}, "News."},
	} {
		lead, more := standing(tc.m)
		if lead != tc.lead || more == "" {
			t.Errorf("%s: %q %q, want %q", tc.name, lead, more, tc.lead)
		}
		if stands(tc.m.Incident) && strings.Contains(more, "changed nothing") {
			t.Errorf("%s: %q, but something was changed", tc.name, more)
		}
	}
}

// TestCommandsReachTheLedger holds that a command out of a message of a deployed system can be pasted as it is.
func TestCommandsReachTheLedger(t *testing.T) {
	for _, c := range notifytest.Cases() {
		m := c.Message
		m.Flags = "--ledger dynamodb:Riposte --bus Riposte"
		r := Of(m)
		if r.NextHint != "" {
			t.Errorf("%s: hint %q although the commands are whole", c.Name, r.NextHint)
		}
		for _, step := range r.Next {
			if !strings.HasSuffix(step.Command, " "+m.Flags) {
				t.Errorf("%s: command %q lacks %q", c.Name, step.Command, m.Flags)
			}
		}
	}
}

// TestChain holds what a message says of the incidents that belong to its own: all of them where they are few, the last
// ten otherwise, and the severity that they have together.
func TestChain(t *testing.T) {
	for _, c := range notifytest.Cases() {
		r := Of(c.Message)
		if chained := strings.HasPrefix(c.Name, "chain-"); chained != (len(r.Chain.Steps) > 0) {
			t.Errorf("%s: %d steps", c.Name, len(r.Chain.Steps))
		}
		if c.Message.Incident.Chain != nil && r.Severity != c.Message.Incident.Chain.Severity {
			t.Errorf("%s: severity %s, and the chain's is %s", c.Name, r.Severity, c.Message.Incident.Chain.Severity)
		}
	}
	in := notifytest.KeyForOtherUser()
	var steps []ledger.Step
	for n := range 14 {
		step := ledger.StepOf(in)
		step.Incident, step.Time = fmt.Sprint(n), step.Time.Add(time.Duration(n)*time.Minute)
		steps = append(steps, step)
	}
	chain := ledger.Weighed("0", steps)
	in.Chain = &chain
	got := Of(notify.Message{DetailType: notify.IncidentOpened, Incident: in}).Chain
	if len(got.Steps) != 11 || got.Steps[0].When[0].Text != "4 earlier ones are in the incident" {
		t.Errorf("a chain of 14: %d steps, the first %+v", len(got.Steps), got.Steps[0])
	}
}
