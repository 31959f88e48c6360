package stack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"riposte/pkg/decide"
	detection "riposte/pkg/detect"
	"riposte/pkg/routing"
)

// A graph says what sets off what: buses, functions, queues and the topic, each by the stack that it is in, and where it hands
// on what comes in.
type graph map[string]map[string]bool

func (g graph) add(from, to string) {
	if g[from] == nil {
		g[from] = map[string]bool{}
	}
	g[from][to] = true
}

// cycle returns a way from a place back to it, without the edges that are left out.
func (g graph) cycle(without func(from, to string) bool) []string {
	var visit func(at string, way []string) []string
	done := map[string]bool{}
	visit = func(at string, way []string) []string {
		if i := slices.Index(way, at); i >= 0 {
			return append(way[i:], at)
		}
		if done[at] {
			return nil
		}
		for _, to := range slices.Sorted(maps.Keys(g[at])) {
			if without != nil && without(at, to) {
				continue
			}
			if found := visit(to, append(slices.Clone(way), at)); found != nil {
				return found
			}
		}
		done[at] = true
		return nil
	}
	for _, start := range slices.Sorted(maps.Keys(g)) {
		if found := visit(start, nil); found != nil {
			return found
		}
	}
	return nil
}

// flows builds the graph of a deployment from its templates: rules by what they match and where they hand it, queues by who
// takes from them, functions and schedules by what their roles may send. What a template names by its ARN and what another
// has under that name is one place.
func flows(t testing.TB, all map[string]template) graph {
	g := graph{}
	place := func(stack, ref string) string {
		switch {
		case strings.HasSuffix(ref, ":event-bus/riposte-intake"), ref == "<HubBusArn>", ref == "<Intake>", ref == "<Intake.Arn>":
			return "bus intake"
		case ref == "<Bus>", ref == "<Bus.Arn>":
			return "bus messages"
		case ref == "<Topic>":
			return "topic"
		}
		return stack + " " + strings.TrimSuffix(strings.Trim(ref, "<>"), ".Arn")
	}
	for stack, tpl := range all {
		for _, r := range tpl.ofType("AWS::Events::Rule") {
			from := stack + " default bus"
			if r.Properties["EventBusName"] != nil {
				from = place(stack, text(r.Properties["EventBusName"]))
			}
			for _, target := range r.Properties["Targets"].([]any) {
				g.add(from, place(stack, text(target.(map[string]any)["Arn"])))
			}
		}
		for _, m := range tpl.ofType("AWS::Lambda::EventSourceMapping") {
			g.add(place(stack, text(m.Properties["EventSourceArn"])), place(stack, text(m.Properties["FunctionName"])))
		}
		for id, f := range tpl.ofType("AWS::Lambda::Function") {
			role := strings.TrimSuffix(strings.Trim(text(f.Properties["Role"]), "<>"), ".Arn")
			for to := range sends(t, tpl, role) {
				g.add(place(stack, "<"+short(id)+">"), place(stack, to))
			}
		}
		for _, s := range tpl.ofType("AWS::Scheduler::Schedule") {
			g.add(stack+" schedule "+text(s.Properties["Name"]), place(stack, scheduled(t, s)))
		}
	}
	// What the remediator changes, here and in members' accounts, CloudTrail tells the default bus of the region.
	if tpl := all[homeStack]; tpl.Resources != nil {
		for stack := range all {
			g.add(homeStack+" Remediate", stack+" default bus")
		}
	}
	return g
}

// scheduled returns what a schedule sets off. A call of AWS's is seen by the default bus of its region.
func scheduled(t testing.TB, s resource) string {
	t.Helper()
	target := s.Properties["Target"].(map[string]any)
	switch arn := text(target["Arn"]); {
	case strings.HasSuffix(arn, ":eventbridge:tagResource"):
		return "default bus"
	case strings.HasSuffix(arn, ":sqs:sendMessage"):
		var input struct {
			QueueURL string `json:"QueueUrl"`
		}
		if err := json.Unmarshal([]byte(text(target["Input"])), &input); err != nil {
			t.Fatalf("schedule %v: %v", s.Properties["Name"], err)
		}
		return input.QueueURL
	default:
		return arn
	}
}

// sends returns where a role may send something that sets something off.
func sends(t testing.TB, tpl template, role string) map[string]bool {
	out := map[string]bool{}
	for _, s := range policiesOf(t, tpl, role) {
		for _, a := range s.actions {
			if s.effect == "Allow" && slices.Contains([]string{"events:PutEvents", "sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction"}, a) {
				for _, r := range s.resources {
					out[r] = true
				}
			}
		}
	}
	return out
}

// TestNoLoops holds that nothing which Riposte hands on comes back to a function that acts. The one way round leads through
// the account: what the remediator changes is recorded, and the detector sees it. It is cut where the detector knows the
// remediator's calls by the journal and never acts on its own roles': TestRiposteKnowsItself.
func TestNoLoops(t *testing.T) {
	for name, from := range map[string][]func() (map[string]template, error){
		"single": {plain}, "configured": {configured}, "hub": {hubs}, "full hub": {fullHubs}, "hub and a spoke of its own": {hubs, spokes},
	} {
		all := map[string]template{}
		for n, f := range from {
			stacks, err := f()
			if err != nil {
				t.Fatal(err)
			}
			for stack, tpl := range stacks {
				if n > 0 {
					stack = "member's " + stack
				}
				all[stack] = tpl
			}
		}
		t.Run(name, func(t *testing.T) { checkLoops(t, all) })
	}
}

func checkLoops(t testing.TB, all map[string]template) {
	g := flows(t, all)
	for _, edge := range [][2]string{
		{homeStack + " default bus", homeStack + " Detect"},
		{"bus intake", homeStack + " Detect"},
		{homeStack + " Detect", homeStack + " Jobs"},
		{homeStack + " Jobs", homeStack + " Remediate"},
		{homeStack + " Remediate", "bus messages"},
		{"bus messages", homeStack + " Notify"},
		{outpostStack + " default bus", "bus intake"},
		{homeStack + " schedule Riposte-heartbeat", homeStack + " default bus"},
		{homeStack + " schedule Riposte-heartbeat-check", homeStack + " Heartbeat"},
		{outpostStack + " schedule Riposte-heartbeat", outpostStack + " default bus"},
	} {
		if !g[edge[0]][edge[1]] {
			t.Fatalf("the graph lacks the way from %s to %s: it shows nothing", edge[0], edge[1])
		}
	}
	if g.cycle(nil) == nil {
		t.Error("the way round through the account is missing: the graph shows nothing")
	}
	through := func(from, to string) bool {
		return from == homeStack+" Remediate" && strings.HasSuffix(to, " default bus")
	}
	if way := g.cycle(through); way != nil {
		t.Errorf("what is handed on comes back: %s", strings.Join(way, " → "))
	}
	if to := slices.Sorted(maps.Keys(g["bus intake"])); !slices.Equal(to, []string{homeStack + " Detect", "topic"}) {
		t.Errorf("what comes in goes to %v, and not to the detector and the topic alone", to)
	}
	for from, to := range g {
		for place := range to {
			if strings.HasSuffix(place, " default bus") && from != homeStack+" Remediate" && !strings.HasSuffix(from, " schedule Riposte-heartbeat") {
				t.Errorf("%s may put events on %s, where they look like AWS's own", from, place)
			}
			if place == homeStack+" Remediate" && from != homeStack+" Jobs" {
				t.Errorf("%s sets the remediator off without a job", from)
			}
			if place == homeStack+" Jobs" && from != homeStack+" Detect" && from != homeStack+" Approve" && from != homeStack+" schedule Riposte-settle" {
				t.Errorf("%s gives the remediator jobs", from)
			}
			if place == homeStack+" Approve" {
				t.Errorf("%s sets off the function for answers, and nothing but Slack does", from)
			}
			if strings.Contains(place, " schedule ") {
				t.Errorf("%s sets off %s, and nothing but the clock does", from, place)
			}
		}
	}
}

// TestRiposteKnowsItself holds that what the functions and the responders do is known as Riposte's own by the names that the
// detector is given, and never acted on: what is changed cannot set off a change.
func TestRiposteKnowsItself(t *testing.T) {
	const account, member = "111122223333", "444455556666"
	for name, test := range map[string]struct {
		from    func() (map[string]template, error)
		members map[string]bool // whether the responder of an account is Riposte's own
	}{
		"single": {configured, map[string]bool{account: false, member: false}},
		"hub":    {fullHubs, map[string]bool{account: true, member: true}},
	} {
		tpl := get(t, test.from, homeStack)
		own := strings.NewReplacer("<AWS::Partition>", "aws", "<AWS::AccountId>", account).Replace(environment(t, tpl, detect)["RIPOSTE_OWN_ROLES"])
		policy := decide.New(everything().Policy, decide.Options{OwnRoles: strings.Split(own, ",")})
		acts := func(in, role string) bool {
			now := time.Unix(0, 0)
			d := policy.Decide(detection.Finding{
				Rule: "IAM-002", Severity: detection.Critical, Actions: []string{"deactivate-access-key"},
				Actor: detection.Actor{Kind: "AssumedRole", ARN: "arn:aws:sts::" + in + ":assumed-role/" + role + "/session", Role: "arn:aws:iam::" + in + ":role/" + role},
				Event: detection.EventRef{Account: in, Time: now},
			}, decide.Facts{Now: now})
			return d.Action != ""
		}
		for _, f := range deployedFunctions(tpl) {
			role := text(tpl.one(t, "AWS::IAM::Role", titled(string(f))+"Role").Properties["RoleName"])
			if acts(account, role) {
				t.Errorf("%s: what %s does is answered", name, role)
			}
			if !acts(member, role) {
				t.Errorf("%s: a role of another account goes for Riposte's own by its name %s", name, role)
			}
		}
		for in, itself := range test.members {
			if acts(in, "Riposte-responder") == itself {
				t.Errorf("%s: whether the responder of %s is Riposte's own: want %v", name, in, itself)
			}
		}
		if !acts(account, "admin") {
			t.Errorf("%s: nothing is answered: the test shows nothing", name)
		}
	}
}

// TestIntakeTellsEventsApart holds that what comes in goes one way: an alarm to the topic, all else to the detector.
func TestIntakeTellsEventsApart(t *testing.T) {
	to := func(event string) (names []string) {
		for _, r := range hubTemplate(t).ofType("AWS::Events::Rule") {
			if r.Properties["EventBusName"] == nil || text(r.Properties["EventBusName"]) != "<Intake>" {
				continue
			}
			m, err := routing.Parse([]byte(text(r.Properties["EventPattern"])))
			if err != nil {
				t.Fatal(err)
			}
			if match, err := m.Match([]byte(event)); err != nil {
				t.Fatal(err)
			} else if match {
				names = append(names, text(r.Properties["Name"]))
			}
		}
		return names
	}
	for name, test := range map[string]struct {
		event string
		want  []string
	}{
		"a call":              {`{"source":"aws.iam","detail-type":"AWS API Call via CloudTrail","detail":{"eventSource":"iam.amazonaws.com"}}`, []string{"Riposte-intake-events"}},
		"an alarm":            {alarmEvent("Riposte-LostForwards", "ALARM"), []string{"Riposte-intake-alarms"}},
		"an alarm that ends":  {alarmEvent("Riposte-LostForwards", "OK"), nil},
		"somebody's alarm":    {alarmEvent("Billing", "ALARM"), nil},
		"what Riposte tells":  {`{"source":"riposte","detail-type":"Incident Opened","detail":{"eventSource":"iam.amazonaws.com"}}`, nil},
		"an event of another": {`{"source":"aws.health","detail-type":"AWS Health Event","detail":{"service":"EC2"}}`, nil},
	} {
		if got := to(test.event); !slices.Equal(got, test.want) {
			t.Errorf("%s goes to %v, want %v", name, got, test.want)
		}
	}
}

// alarmEvent is what CloudWatch says when an alarm changes.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
func alarmEvent(name, state string) string {
	return fmt.Sprintf(`{"source":"aws.cloudwatch","detail-type":"CloudWatch Alarm State Change","account":"444455556666","region":"eu-west-1",`+
		`"detail":{"alarmName":%q,"state":{"value":%q}}}`, name, state)
}

// TestForwardedEventsEndAtHome holds that no rule which forwards matches what somebody forwarded, nor what Riposte tells: it is on
// the default bus, where only AWS puts events whose source begins with "aws.", and EventBridge refuses a second hop besides.
func TestForwardedEventsEndAtHome(t *testing.T) {
	for name, tpl := range every(t) {
		for id, r := range tpl.ofType("AWS::Events::Rule") {
			target := r.Properties["Targets"].([]any)[0].(map[string]any)
			if target["RoleArn"] == nil {
				continue // to a function or a topic of the same region
			}
			if r.Properties["EventBusName"] != nil {
				t.Errorf("%s: %s forwards from the bus %s: another region's events would come by a second time", name, id, text(r.Properties["EventBusName"]))
			}
			checkSource(t, name+" "+id, text(r.Properties["EventPattern"]))
		}
	}
}

// checkSource holds that a pattern matches nothing but what AWS itself sends.
func checkSource(t testing.TB, name, pattern string) {
	m, err := routing.Parse([]byte(pattern))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var p struct{ Source []any }
	if err := json.Unmarshal([]byte(pattern), &p); err != nil || len(p.Source) == 0 {
		t.Errorf("%s: the pattern does not say from whom: %s", name, pattern)
	}
	for _, of := range p.Source {
		prefix := of
		if o, ok := of.(map[string]any); ok {
			prefix = o["prefix"]
		}
		if s, _ := prefix.(string); !strings.HasPrefix(s, "aws.") {
			t.Errorf("%s: the pattern lets in %v", name, of)
		}
	}
	event := fmt.Sprintf(`{"source":%q,"detail-type":"Incident Opened","detail":{"eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey"}}`, busSource)
	if match, err := m.Match([]byte(event)); err != nil || match {
		t.Errorf("%s: what Riposte tells would be forwarded (%v)", name, err)
	}
}
