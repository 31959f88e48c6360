package stack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"riposte/internal/testkit/calls"
	"riposte/pkg/iampolicy"
)

// A role is a role of a template with all that it is allowed and denied.
type role struct {
	id, name   string
	statements []calls.Statement
	inline     int               // how many of them are the role's own, and not of what the actions need
	reasons    map[string]string // by statement, why it stands for more than one resource
	at         calls.Place       // as the role's own
	policy     iampolicy.Policy  // of the statements
}

// read makes the role's policy of its statements.
func (r *role) read(at calls.Place) {
	at.Role = "arn:aws:iam::" + at.Account + ":role/" + r.name
	r.at, r.policy = at, at.Policy(r.name, r.statements)
}

// rolesOf returns the roles of a template by their logical IDs, as CloudFormation would resolve them.
func rolesOf(tpl template, at calls.Place) map[string]*role {
	resolve := resolver(tpl, at)
	out := map[string]*role{}
	for id, r := range tpl.ofType("AWS::IAM::Role") {
		made := &role{id: short(id), name: resolve(text(r.Properties["RoleName"])), reasons: reasonsOf(r)}
		policies, _ := r.Properties["Policies"].([]any)
		for _, p := range policies {
			made.statements = append(made.statements, statementsIn(p.(map[string]any)["PolicyDocument"], resolve)...)
		}
		made.inline = len(made.statements)
		out[short(id)] = made
	}
	for id, p := range tpl.ofType("AWS::IAM::ManagedPolicy") {
		for _, to := range p.Properties["Roles"].([]any) {
			made := out[strings.Trim(text(to), "<>")]
			if made == nil {
				panic(fmt.Sprintf("%s is attached to %s, which is no role of the template", id, text(to)))
			}
			made.statements = append(made.statements, statementsIn(p.Properties["PolicyDocument"], resolve)...)
			maps.Copy(made.reasons, reasonsOf(p))
		}
	}
	for _, r := range out {
		r.read(at)
	}
	return out
}

// reasonsOf returns the reasons that the template gives for wildcards, by statement.
func reasonsOf(r resource) map[string]string {
	out := map[string]string{}
	nag, _ := r.Metadata["cdk_nag"].(map[string]any)
	rules, _ := nag["rules_to_suppress"].([]any)
	for _, rule := range rules {
		if sid, why, ok := strings.Cut(fmt.Sprint(rule.(map[string]any)["reason"]), ": "); ok {
			out[sid] = strings.TrimSuffix(why, ".")
		}
	}
	return out
}

func statementsIn(document any, resolve func(string) string) []calls.Statement {
	all := func(v any) []string {
		list := texts(v)
		for i := range list {
			list[i] = resolve(list[i])
		}
		return list
	}
	var out []calls.Statement
	for _, raw := range document.(map[string]any)["Statement"].([]any) {
		raw := raw.(map[string]any)
		s := calls.Statement{
			Deny: raw["Effect"] == "Deny", Actions: texts(raw["Action"]), Except: texts(raw["NotAction"]), Resources: all(raw["Resource"]),
		}
		s.Sid, _ = raw["Sid"].(string)
		conditions, _ := raw["Condition"].(map[string]any)
		for operator, keys := range conditions {
			if s.Conditions == nil {
				s.Conditions = map[string]map[string][]string{}
			}
			s.Conditions[operator] = map[string][]string{}
			for key, values := range keys.(map[string]any) {
				s.Conditions[operator][key] = all(values)
			}
		}
		out = append(out, s)
	}
	return out
}

// reference is what text makes of a reference.
var reference = regexp.MustCompile(`<([A-Za-z0-9:]+)(\.Arn)?>`)

// resolver puts what CloudFormation would into the place of references: names of resources that have none begin with the
// stack's name and the logical ID.
func resolver(tpl template, at calls.Place) func(string) string {
	byShort := map[string]resource{}
	for id, r := range tpl.Resources {
		byShort[short(id)] = r
	}
	return func(s string) string {
		return reference.ReplaceAllStringFunc(s, func(ref string) string {
			m := reference.FindStringSubmatch(ref)
			switch m[1] {
			case "AWS::Partition":
				return "aws"
			case "AWS::Region":
				return at.Region
			case "AWS::AccountId":
				return at.Account
			case "AWS::URLSuffix":
				return "amazonaws.com"
			case hubAccountParameter:
				return at.Names["${HubAccount}"]
			case hubBusParameter:
				return "arn:aws:events:" + at.Names["${HomeRegion}"] + ":" + at.Names["${HubAccount}"] + ":event-bus/riposte-intake"
			case externalIDParameter:
				return "an-external-id"
			}
			r, ok := byShort[m[1]]
			if !ok {
				return ref
			}
			return arnIn(m[1], r, at)
		})
	}
}

// arnIn returns the ARN of a resource.
func arnIn(id string, r resource, at calls.Place) string {
	in := func(service, kind, name string) string {
		return "arn:aws:" + service + ":" + at.Region + ":" + at.Account + ":" + kind + name
	}
	given := func(property string) string {
		name := text(r.Properties[property])
		if r.Properties[property] == nil {
			name = homeStack + "-" + id
		}
		return name
	}
	switch r.Type {
	case "AWS::DynamoDB::Table":
		return in("dynamodb", "table/", given("TableName"))
	case "AWS::SQS::Queue":
		name := given("QueueName")
		if r.Properties["FifoQueue"] == true && !strings.HasSuffix(name, ".fifo") {
			name += ".fifo"
		}
		return in("sqs", "", name)
	case "AWS::SNS::Topic":
		return in("sns", "", given("TopicName"))
	case "AWS::KMS::Key":
		return in("kms", "key/", id)
	case "AWS::Events::EventBus":
		return in("events", "event-bus/", given("Name"))
	case "AWS::Lambda::Function":
		return in("lambda", "function:", given("FunctionName"))
	case "AWS::Logs::LogGroup":
		return in("logs", "log-group:", given("LogGroupName")+":*")
	}
	return "<" + id + ">"
}

// records reads a file of calls.
func records(t *testing.T, path ...string) []calls.Record {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "internal"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	list, err := calls.ReadLines(data)
	if err != nil || len(list) == 0 {
		t.Fatalf("%v: %d records: %v", path, len(list), err)
	}
	return list
}

// A proof is one template whose roles are held against the calls that are made with them.
type proof struct {
	name  string
	from  func() (map[string]template, error)
	stack string
	place calls.Place
	// callers are who acts with each role, by the role's logical ID: as the files of calls name them.
	callers map[string][]string
	undoes  bool              // undoing is Riposte's too
	skip    func(string) bool // calls that this deployment does not make, by their actions; nil for none
	topic   string            // of the operator, in the place of Riposte's own
	used    map[string]bool   // which reasons for what is not used were needed
}

// unused are parts of statements that no recorded call uses, by the action and the end of the resource, each with the
// reason why it is there all the same.
func unused() map[string]string {
	const (
		flow   = "one call makes a flow log of whatever the deleted one was of; the scenario has a VPC"
		target = "one call attaches a policy to whatever it was detached from; the scenario has an account"
	)
	return map[string]string{
		"ec2:CreateFlowLogs on :subnet/*":            flow,
		"ec2:CreateFlowLogs on :network-interface/*": flow,
		"organizations:AttachPolicy on :ou/*":        target,
		"organizations:AttachPolicy on :root/*":      target,
		"organizations:DetachPolicy on :ou/*":        target,
		"organizations:DetachPolicy on :root/*":      target,
	}
}

// excused reports whether there is a reason for a part of a statement that no recorded call uses.
func (p proof) excused(part string) bool {
	action, resource, _ := strings.Cut(part, " on ")
	for reason := range unused() {
		of, end, _ := strings.Cut(reason, " on ")
		if of == action && strings.HasSuffix(resource, end) {
			p.used[reason] = true
			return true
		}
	}
	return false
}

const (
	home   = "111122223333"
	inHome = "us-east-1"
)

// homeRoles are the roles of a home region, and who acts with them.
func homeRoles() map[string][]string {
	return map[string][]string{
		"DetectRole": {"detect"}, "RemediateRole": {"remediate", calls.ByResponder}, "NotifyRole": {"notify"}, "HeartbeatRole": {"heartbeat"},
		"ApproveRole": {"approve"}, "TickRole": {"tick"},
		"BeatRole": {"beat"}, "HeartbeatCheckRole": {"heartbeat-check"}, "SettleRole": {"settle"},
	}
}

func proofs() []proof {
	place := func(account, region, home string) calls.Place {
		key := "arn:aws:kms:" + region + ":" + account + ":key/Key"
		return calls.Place{Account: account, Region: region, Names: map[string]string{
			"${LedgerKey}": key, "${QueueKey}": key, "${TopicKey}": "arn:aws:kms:" + region + ":" + account + ":key/of-the-operator",
			"${SecretKey}": "arn:aws:kms:" + region + ":" + account + ":key/of-the-operator", "${Organization}": "o-a1b2c3d4e5",
			"${HomeRegion}": home, "${HubAccount}": "111122223333",
		}}
	}
	hubRoles := homeRoles()
	hubRoles["RemediateRole"] = append(hubRoles["RemediateRole"], calls.ByHub)
	one := func(action string) bool {
		return strings.HasPrefix(action, "sts:") || strings.HasPrefix(action, "xray:")
	}
	return []proof{
		{
			name: "one account", from: configured, stack: homeStack, place: place(home, inHome, inHome), callers: homeRoles(),
			undoes: true, skip: one, topic: everything().Topic,
		},
		{
			name: "hub", from: fullHubs, stack: homeStack, place: place(home, "eu-central-1", "eu-central-1"), callers: hubRoles, undoes: true,
			topic: everything().Topic,
		},
		{
			name: "member", from: fullHubs, stack: spokeStack, place: place("444455556666", inHome, "eu-central-1"), undoes: true,
			callers: map[string][]string{"Responder": {calls.ByResponder}, "ForwardRole": {"forward"}, "BeatRole": {"beat"}},
		},
		{
			name: "outpost", from: plain, stack: outpostStack, place: place(home, "eu-north-1", inHome),
			callers: map[string][]string{"ForwardRole": {"forward"}, "BeatRole": {"beat"}},
		},
	}
}

// needs returns what is called with a role of the deployment.
func (p proof) needs(all []calls.Record, id string) []calls.Need {
	var out []calls.Need
	for _, r := range all {
		if slices.Contains(p.callers[id], r.By) && (r.Phase != calls.Undo || p.undoes) && (p.skip == nil || !p.skip(r.Action)) {
			n := r.Need
			if p.topic != "" {
				n = about(n, "arn:${Partition}:sns:${Region}:${Account}:Riposte-Topic", p.topic)
			}
			out = append(out, n)
		}
	}
	return out
}

// about returns what a call needs when it is about another resource.
func about(n calls.Need, resource, other string) calls.Need {
	n.Context = maps.Clone(n.Context)
	for key, value := range n.Context {
		if value == resource {
			n.Context[key] = other
		}
	}
	if n.Resource == resource {
		n.Resource = other
	}
	return n
}

// problems holds the roles of a deployment against the calls that are made with them: every call allowed, every part of every
// statement used, and nothing that one role needs allowed to another that does not need it.
func (p proof) problems(roles map[string]*role, all []calls.Record) []string {
	var out []string
	for id, r := range roles {
		if p.callers[id] == nil {
			out = append(out, fmt.Sprintf("nobody knows who acts with the role %s", id))
			continue
		}
		needs := p.needs(all, id)
		if len(needs) == 0 {
			out = append(out, fmt.Sprintf("%s: no call is recorded for it", id))
		}
		for _, n := range needs {
			if d := r.at.Decide(n, r.policy); d.Outcome != iampolicy.Allowed {
				out = append(out, fmt.Sprintf("%s may not %s on %s %v: %s", id, n.Action, n.Resource, n.Context, d.By))
			}
		}
		for _, left := range r.at.Unused(r.statements, needs) {
			if !p.excused(left) {
				out = append(out, fmt.Sprintf("%s may %s, and no recorded call needs that", id, left))
			}
		}
		for other, o := range roles {
			if other != id {
				out = append(out, strangers(id, needs, o, p.needs(all, other))...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// strangers returns what a role needs and another may do without needing it.
func strangers(id string, needs []calls.Need, other *role, its []calls.Need) []string {
	var out []string
	for _, n := range needs {
		shared := slices.ContainsFunc(its, func(i calls.Need) bool {
			return i.Action == n.Action && i.Resource == n.Resource && maps.Equal(i.Context, n.Context)
		})
		if !shared && other.at.Decide(n, other.policy).Outcome == iampolicy.Allowed {
			out = append(out, fmt.Sprintf("%s may %s on %s %v, which is for %s alone", other.id, n.Action, n.Resource, n.Context, id))
		}
	}
	return out
}

func allCalls(t *testing.T) []calls.Record {
	t.Helper()
	return slices.Concat(records(t, "simaws", "testdata", "calls.golden.jsonl"), records(t, "permissions", "testdata", "functions.golden.jsonl"))
}

// TestPoliciesSuffice holds the policies of every role of every topology against the calls of the SDK that the tests of the
// whole project have recorded.
func TestPoliciesSuffice(t *testing.T) {
	all, used := allCalls(t), map[string]bool{}
	for _, p := range proofs() {
		t.Run(p.name, func(t *testing.T) {
			p.used = used
			for _, problem := range p.problems(rolesOf(get(t, p.from, p.stack), p.place), all) {
				t.Error(problem)
			}
		})
	}
	for reason := range unused() {
		if !used[reason] {
			t.Errorf("%s needs no reason any more", reason)
		}
	}
}

// TestSufficiencyCanFail holds that the test above notices what it is for, on the roles of one account: a permission less, one
// too many, one for the wrong role, a denial in the way, and a role that nobody knows.
func TestSufficiencyCanFail(t *testing.T) {
	p, all := proofs()[0], allCalls(t)
	p.used = map[string]bool{}
	edit := func(roles map[string]*role, id, sid string, change func(*calls.Statement)) {
		for n := range roles[id].statements {
			if roles[id].statements[n].Sid == sid {
				change(&roles[id].statements[n])
				return
			}
		}
		t.Fatalf("%s has no statement %s", id, sid)
	}
	for name, tt := range map[string]struct {
		change func(map[string]*role)
		says   string
	}{
		"a permission less": {
			func(roles map[string]*role) {
				edit(roles, "DetectRole", "LedgerSwitch", func(s *calls.Statement) { s.Actions = []string{"dynamodb:BatchGetItem"} })
			},
			"DetectRole may not dynamodb:GetItem",
		},
		"another resource": {
			func(roles map[string]*role) {
				edit(roles, "DetectRole", "SendJobs", func(s *calls.Statement) { s.Resources[0] += "x" })
			},
			"DetectRole may not sqs:SendMessage",
		},
		"one too many": {
			func(roles map[string]*role) {
				edit(roles, "NotifyRole", "Publish", func(s *calls.Statement) { s.Actions = append(s.Actions, "sns:SetTopicAttributes") })
			},
			"NotifyRole may sns:SetTopicAttributes",
		},
		"one for the wrong role": {
			func(roles map[string]*role) {
				roles["NotifyRole"].statements = append(roles["NotifyRole"].statements, roles["DetectRole"].statements...)
			},
			"which is for DetectRole alone",
		},
		"a denial in the way": {
			func(roles map[string]*role) {
				edit(roles, "RemediateRole", "NeverAQuarantine", func(s *calls.Statement) { s.Conditions = nil })
			},
			"RemediateRole may not iam:DetachUserPolicy",
		},
		"a role that nobody knows": {
			func(roles map[string]*role) { roles["BackDoor"] = &role{id: "BackDoor", name: "BackDoor"} },
			"nobody knows who acts with the role BackDoor",
		},
	} {
		roles := rolesOf(get(t, p.from, p.stack), p.place)
		before := p.problems(roles, all)
		tt.change(roles)
		for _, r := range roles {
			r.read(p.place)
		}
		found := slices.DeleteFunc(p.problems(roles, all), func(problem string) bool { return slices.Contains(before, problem) })
		if !slices.ContainsFunc(found, func(problem string) bool { return strings.Contains(problem, tt.says) }) {
			t.Errorf("%s: noticed %q, want %q", name, found, tt.says)
		}
	}
}

// A pageRole is a role as the page on permissions tells of it. What the actions need is told from their own data.
type pageRole struct {
	Where      string          `json:"where"`
	Role       string          `json:"role"`
	Statements []pageStatement `json:"statements"`
}

type pageStatement struct {
	Sid        string                         `json:"sid"`
	Deny       bool                           `json:"deny,omitempty"`
	Actions    []string                       `json:"actions,omitempty"`
	Except     []string                       `json:"except,omitempty"`
	Resources  []string                       `json:"resources"`
	Conditions map[string]map[string][]string `json:"conditions,omitempty"`
	Why        string                         `json:"why,omitempty"`
}

// TestRoles writes what the roles of the largest deployment are made of, for "make docs".
func TestRoles(t *testing.T) {
	at := calls.Place{Account: "${Account}", Region: "${Region}", Names: map[string]string{"${HubAccount}": "${HubAccount}", "${HomeRegion}": "${HomeRegion}"}}
	var page []pageRole
	for _, of := range []struct {
		where string
		tpl   template
		only  []string // roles; all where it is empty
	}{
		{where: "home region", tpl: get(t, fullHubs, homeStack)},
		{where: "every other region", tpl: get(t, plain, outpostStack), only: []string{"ForwardRole"}},
		{where: "member account", tpl: get(t, fullHubs, spokeStack), only: []string{"Responder"}},
	} {
		roles := rolesOf(of.tpl, at)
		for _, id := range slices.Sorted(maps.Keys(roles)) {
			if len(of.only) > 0 && !slices.Contains(of.only, id) {
				continue
			}
			r := roles[id]
			told := pageRole{Where: of.where, Role: general(r.name)}
			for _, s := range r.statements[:r.inline] {
				told.Statements = append(told.Statements, pageStatement{
					Sid: s.Sid, Deny: s.Deny, Actions: s.Actions, Except: s.Except, Resources: generals(s.Resources), Conditions: generalConditions(s.Conditions),
					Why: r.reasons[s.Sid],
				})
			}
			page = append(page, told)
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(page); err != nil {
		t.Fatal(err)
	}
	golden(t, "roles.golden.json", out.String())
}

// general puts placeholders where the templates of the tests have values of their own.
func general(text string) string {
	operator := everything()
	return strings.NewReplacer(operator.Topic, "${Topic}", "riposte/slack-app", "${AppSecret}", "riposte/pagerduty", "${PagerDutySecret}",
		operator.SlackSecret, "${SlackSecret}", "o-a1b2c3d4e5", "${Organization}",
		operator.BreakGlass[0], "${BreakGlass}", strings.Replace(operator.BreakGlass[0], ":role/", ":role/*/", 1), "${BreakGlass}",
		"arn:aws:iam::*:user/ops/rescue", "${BreakGlass}", "arn:aws:iam::*:user/*/ops/rescue", "${BreakGlass}",
		"arn:aws:", "arn:${Partition}:").Replace(text)
}

func generals(texts []string) []string {
	var out []string
	for _, t := range texts {
		if g := general(t); !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}

// generalConditions does the same for conditions.
func generalConditions(c map[string]map[string][]string) map[string]map[string][]string {
	var out map[string]map[string][]string
	for operator, keys := range c {
		if out == nil {
			out = map[string]map[string][]string{}
		}
		out[operator] = map[string][]string{}
		for key, values := range keys {
			out[operator][key] = generals(values)
		}
	}
	return out
}
