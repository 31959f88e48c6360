package stack

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTopologies holds which stacks each topology has, and where.
func TestTopologies(t *testing.T) {
	// The signs that somebody signed in are recorded in five regions, wherever people work.
	for name, test := range map[string]struct {
		from func() (map[string]template, error)
		want []string
	}{
		"single": {plain, []string{"Riposte", "Riposte-ap-southeast-2", "Riposte-eu-north-1", "Riposte-us-east-2", "Riposte-us-west-2"}},
		"hub": {hubs, []string{
			"Riposte", "Riposte-ap-southeast-2", "Riposte-eu-north-1", "Riposte-spoke", "Riposte-us-east-1", "Riposte-us-east-2", "Riposte-us-west-2",
		}},
		"spoke": {spokes, []string{
			"Riposte-ap-southeast-2", "Riposte-eu-central-1", "Riposte-eu-north-1", "Riposte-responder", "Riposte-us-east-1", "Riposte-us-east-2", "Riposte-us-west-2",
		}},
	} {
		all, err := test.from()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, slices.Sorted(maps.Keys(all))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Limits of CloudFormation, and what its API takes of a template without a bucket.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const (
	maxTemplate  = 1_000_000
	maxInline    = 51_200
	maxResources = 500
)

// TestTemplatesFit holds that every template stays below what CloudFormation takes with all rules and actions on, and that the
// regions' stacks can be deployed without a bucket there. The CDK's command line sends YAML, which is shorter than the indented
// JSON that is counted here. What StackSets roll out is an asset in the hub's bootstrap bucket, and has the larger limit; so
// has a responder that is deployed by hand and may do much (docs/operating.md).
func TestTemplatesFit(t *testing.T) {
	all, err := synthAll(everything(), func(s *Settings) { s.ReadEvents = true })
	if err != nil {
		t.Fatal(err)
	}
	templates := every(t)
	for name, tpl := range all {
		templates["everything "+name] = tpl
	}
	for name, tpl := range templates {
		limit := maxTemplate
		if len(tpl.ofType("AWS::Lambda::Function")) == 0 && len(tpl.Parameters) == 0 && name != "spoke Riposte-responder" {
			limit = maxInline
		}
		if tpl.size > limit {
			t.Errorf("%s has %d bytes of %d", name, tpl.size, limit)
		}
		if n := len(tpl.Resources); n > maxResources {
			t.Errorf("%s has %d resources of %d", name, n, maxResources)
		}
		if n := len(tpl.ofType("AWS::Events::Rule")); n > 100 { // what the smaller regions' buses take
			t.Errorf("%s has %d rules of 100", name, n)
		}
	}
}

// TestOutpostsNeedNothing holds that what is in the other regions has no asset, no key and no function, and so costs next to
// nothing and needs no bootstrapping.
func TestOutpostsNeedNothing(t *testing.T) {
	for name, tpl := range map[string]template{
		"outpost": get(t, plain, outpostStack), "spoke": spokeTemplateOf(t), "alone": get(t, spokes, outpostStack), "responder": get(t, spokes, "Riposte-responder"),
	} {
		var kinds []string
		for _, r := range tpl.Resources {
			kinds = append(kinds, r.Type)
		}
		slices.Sort(kinds)
		for _, kind := range slices.Compact(kinds) {
			if !slices.Contains([]string{
				"AWS::CloudWatch::Alarm", "AWS::Events::Rule", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy",
				"AWS::Scheduler::Schedule", "AWS::Scheduler::ScheduleGroup",
			}, kind) {
				t.Errorf("%s has a resource of type %s", name, kind)
			}
		}
		data, err := json.Marshal(tpl.raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, needs := range []string{"BootstrapVersion", "cdk-hnb659fds", "S3Key"} {
			if strings.Contains(string(data), needs) {
				t.Errorf("%s names %s", name, needs)
			}
		}
	}
}

// TestOutpostsKeepAndTell holds that an outpost keeps what it cannot forward, by TLS only, and that its alarms are forwarded.
func TestOutpostsKeepAndTell(t *testing.T) {
	for name, tpl := range map[string]template{"outpost": get(t, plain, outpostStack), "spoke": spokeTemplateOf(t)} {
		t.Run(name, func(t *testing.T) { checkOutpost(t, tpl) })
	}
}

func checkOutpost(t testing.TB, tpl template) {
	q := tpl.one(t, "AWS::SQS::Queue", "LostForwards")
	if q.Properties["SqsManagedSseEnabled"] != false || q.Properties["KmsMasterKeyId"] != nil || q.Properties["MessageRetentionPeriod"] != 1209600.0 {
		t.Errorf("the queue of what is lost: %v", q.Properties) // EventBridge could not fill it under a key of SQS's own
	}
	tls := false
	for _, s := range statements(tpl.one(t, "AWS::SQS::QueuePolicy", "LostForwardsPolicy").Properties["PolicyDocument"]) {
		tls = tls || s.effect == "Deny" && slices.Equal(s.principals, []string{"AWS *"}) && slices.Equal(s.condition, []string{"Bool aws:SecureTransport = false"})
		if s.effect == "Allow" && (!slices.Equal(s.principals, []string{"Service events.amazonaws.com"}) || len(s.condition) != 1 ||
			!strings.HasPrefix(s.condition[0], "ArnEquals aws:SourceArn = <")) {
			t.Errorf("the queue lets in %v if %v", s.principals, s.condition)
		}
	}
	if !tls {
		t.Error("the queue can be used without TLS")
	}
	// One: it is paid for in each region of each account.
	want := map[string]float64{"AWS/SQS ApproximateNumberOfMessagesVisible QueueName=<LostForwards.QueueName>": 0}
	watched := map[string]float64{}
	for id, a := range tpl.ofType("AWS::CloudWatch::Alarm") {
		if a.Properties["AlarmActions"] != nil || !strings.HasPrefix(text(a.Properties["AlarmName"]), "Riposte-") {
			t.Errorf("alarm %s is not one that EventBridge forwards: %v", id, a.Properties)
		}
		for _, m := range metricsOf(a.Properties) {
			watched[m] = a.Properties["Threshold"].(float64)
		}
	}
	if diff := cmp.Diff(want, watched); diff != "" {
		t.Errorf("thresholds (-want +template):\n%s", diff)
	}
	alarms := tpl.one(t, "AWS::Events::Rule", "Alarms").Properties
	if !strings.Contains(text(alarms["EventPattern"]), `"alarmName":[{"prefix":"Riposte-"}]`) || alarms["State"] != "ENABLED" {
		t.Errorf("alarms are not forwarded: %v", alarms)
	}
}

// TestWhoMayForward holds who may put events on the intake bus.
func TestWhoMayForward(t *testing.T) {
	for name, test := range map[string]struct {
		tpl  template
		want policyStatement
	}{
		"single": {plainTemplate(t), policyStatement{
			principals: []string{"AWS arn:<AWS::Partition>:iam::<AWS::AccountId>:root"},
			condition:  []string{"ArnLike aws:PrincipalArn = arn:<AWS::Partition>:iam::<AWS::AccountId>:role/Riposte-forward-*"},
		}},
		"organization": {hubTemplate(t), policyStatement{
			principals: []string{"AWS *"},
			condition: []string{
				"ArnLike aws:PrincipalArn = arn:<AWS::Partition>:iam::*:role/Riposte-forward-*", "StringEquals aws:PrincipalOrgID = o-a1b2c3d4e5",
			},
		}},
	} {
		t.Run(name, func(t *testing.T) { checkIntake(t, test.tpl, test.want) })
	}
}

func checkIntake(t testing.TB, tpl template, want policyStatement) {
	policies := tpl.ofType("AWS::Events::EventBusPolicy")
	if len(policies) != 1 {
		t.Fatalf("%d policies of buses, want one", len(policies))
	}
	want.sid, want.effect, want.actions, want.resources = "Forwarders", "Allow", []string{"events:PutEvents"}, []string{"<Intake.Arn>"}
	for _, p := range policies {
		got := statements(map[string]any{"Statement": []any{p.Properties["Statement"]}})
		if diff := cmp.Diff([]policyStatement{want}, got, cmp.AllowUnexported(policyStatement{})); diff != "" || text(p.Properties["EventBusName"]) != "<Intake>" {
			t.Errorf("who may put events on %s (-want +got):\n%s", text(p.Properties["EventBusName"]), diff)
		}
	}
}

// TestResponderTrustsTheHub holds who may take on a responder, and with what.
func TestResponderTrustsTheHub(t *testing.T) {
	for name, test := range map[string]struct {
		tpl                 template
		account, externalID string
	}{
		"rolled out": {spokeTemplateOf(t), "<HubAccount>", "<ExternalId>"},
		"alone":      {get(t, spokes, "Riposte-responder"), "111122223333", externalIDOf("o-a1b2c3d4e5", "Riposte")},
	} {
		t.Run(name, func(t *testing.T) { checkTrust(t, test.tpl, test.account, test.externalID) })
	}
}

func checkTrust(t testing.TB, tpl template, account, externalID string) {
	role := tpl.one(t, "AWS::IAM::Role", "Responder")
	if role.Properties["RoleName"] != "Riposte-responder" {
		t.Errorf("the responder's name is %v", role.Properties["RoleName"])
	}
	hub := []string{"AWS arn:<AWS::Partition>:iam::" + account + ":root"}
	by, as := "ArnEquals aws:PrincipalArn = arn:<AWS::Partition>:iam::"+account+":role/Riposte-remediate", "StringLike sts:SourceIdentity = riposte-*"
	want := []policyStatement{
		{
			effect: "Allow", actions: []string{"sts:AssumeRole"}, principals: hub,
			condition: []string{by, "StringEquals sts:ExternalId = " + externalID, as},
		},
		{sid: "SayWhichIncident", effect: "Allow", actions: []string{"sts:SetSourceIdentity"}, principals: hub, condition: []string{by, as}},
	}
	if diff := cmp.Diff(want, statements(role.Properties["AssumeRolePolicyDocument"]), cmp.AllowUnexported(policyStatement{})); diff != "" {
		t.Errorf("who may take on the responder (-want +got):\n%s", diff)
	}
}

// TestResponderIsHeldBack holds that no action is allowed anything on what Riposte itself is, nor on the way back in.
func TestResponderIsHeldBack(t *testing.T) {
	for name, test := range map[string]struct{ role, around template }{
		"rolled out": {spokeTemplateOf(t), spokeTemplateOf(t)},
		"alone":      {get(t, spokes, "Riposte-responder"), get(t, spokes, outpostStack)},
	} {
		t.Run(name, func(t *testing.T) { checkHeldBack(t, test.role, test.around) })
	}
}

func checkHeldBack(t testing.TB, tpl, around template) {
	denied := map[string]policyStatement{}
	for _, s := range policiesOf(t, tpl, "Responder") {
		if s.effect == "Deny" {
			denied[s.sid] = s
		}
	}
	itself := denied["NeverRiposteItself"]
	if !slices.Equal(itself.actions, []string{"*"}) || len(itself.condition) > 0 {
		t.Errorf("of Riposte itself the responder is denied %v if %v", itself.actions, itself.condition)
	}
	for _, region := range []string{"us-east-1", "eu-north-1"} {
		for id, r := range around.Resources {
			arn := arnOf(r, id, region)
			if r.Type == "AWS::SQS::Queue" {
				arn = "arn:<AWS::Partition>:sqs:" + region + ":<AWS::AccountId>:" + text(r.Properties["QueueName"])
			}
			if arn != "" && !slices.ContainsFunc(itself.resources, func(p string) bool { return covers(p, arn) }) {
				t.Errorf("nothing keeps the responder from changing %s (%s)", id, arn)
			}
		}
	}
	for sid, of := range map[string]string{
		"NeverTheWayBackIn": "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/OrganizationAccountAccessRole", "NeverAQuarantine": "*",
	} {
		if !slices.Contains(denied[sid].resources, of) {
			t.Errorf("%s does not hold for %s: %v", sid, of, denied[sid])
		}
	}
}

// TestIAMIsInOneRegion holds that a spoke has what is IAM's to keep in one region only, and all else in every region.
func TestIAMIsInOneRegion(t *testing.T) {
	tpl := spokeTemplateOf(t)
	if diff := cmp.Diff(map[string]any{"IamRegion": map[string]any{"Fn::Equals": []any{map[string]any{"Ref": "AWS::Region"}, "us-east-1"}}}, tpl.Conditions); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
	for id, r := range tpl.Resources {
		once := strings.HasPrefix(id, "Responder")
		if once != (r.Condition == "IamRegion") {
			t.Errorf("%s has the condition %q", id, r.Condition)
		}
		if name := text(r.Properties["RoleName"]); r.Type == "AWS::IAM::Role" && !once && !strings.HasSuffix(name, "-<AWS::Region>") {
			t.Errorf("role %s would be made in every region under one name: %s", id, name)
		}
	}
}

// TestSpokeParameters holds the names that hubs of other versions set.
func TestSpokeParameters(t *testing.T) {
	if got := slices.Sorted(maps.Keys(spokeTemplateOf(t).Parameters)); !slices.Equal(got, []string{"ExternalId", "HubAccount", "HubBusArn"}) {
		t.Errorf("parameters %v: a hub of another version would set others", got)
	}
}

// TestRollout holds how spokes are rolled out.
func TestRollout(t *testing.T) { checkRollout(t, hubTemplate(t)) }

func checkRollout(t testing.TB, tpl template) {
	set := tpl.one(t, "AWS::CloudFormation::StackSet", "Spokes")
	url := text(set.Properties["TemplateURL"])
	if !strings.Contains(url, "https://s3.eu-central-1.") || !strings.Contains(url, "cdk-hnb659fds-assets-") || !strings.HasSuffix(strings.TrimRight(url, `"}`), ".json") {
		t.Errorf("the spokes' template is %s", url)
	}
	regions := []any{"us-east-1", "eu-central-1", "ap-southeast-2", "eu-north-1", "us-east-2", "us-west-2"}
	got := maps.Clone(set.Properties)
	delete(got, "TemplateURL")
	delete(got, "Description")
	want := map[string]any{
		"StackSetName": "Riposte-spokes", "PermissionModel": "SERVICE_MANAGED", "CallAs": "DELEGATED_ADMIN", "Capabilities": []any{"CAPABILITY_NAMED_IAM"},
		"ManagedExecution": map[string]any{"Active": true},
		"AutoDeployment":   map[string]any{"Enabled": true, "RetainStacksOnAccountRemoval": false},
		"OperationPreferences": map[string]any{
			"RegionConcurrencyType": "SEQUENTIAL", "RegionOrder": regions, "MaxConcurrentPercentage": 25.0, "FailureTolerancePercentage": 10.0,
			"ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
		},
		"Parameters": []any{
			map[string]any{"ParameterKey": "HubAccount", "ParameterValue": "<AWS::AccountId>"},
			map[string]any{"ParameterKey": "HubBusArn", "ParameterValue": "<Intake.Arn>"},
			map[string]any{"ParameterKey": "ExternalId", "ParameterValue": externalIDOf("o-a1b2c3d4e5", "Riposte")},
		},
		"StackInstancesGroup": []any{map[string]any{
			"Regions": regions,
			"DeploymentTargets": map[string]any{
				"OrganizationalUnitIds": []any{"ou-ab12-11111111", "ou-ab12-22222222"},
				"AccountFilterType":     "DIFFERENCE", "Accounts": []any{"999988887777", "<AWS::AccountId>"}, // the hub has its own stacks
			},
		}},
	}
	if diff := cmp.Diff(want, flattened(got)); diff != "" {
		t.Errorf("the StackSet (-want +got):\n%s", diff)
	}
	var waits []string
	for _, id := range set.DependsOn.([]any) {
		waits = append(waits, short(id.(string)))
	}
	if !slices.Contains(waits, "IntakePolicy") || !slices.Contains(waits, "IntakeEvents") {
		t.Errorf("spokes are rolled out after %v: what the first send would be refused or lost", waits)
	}
}

// flattened returns a value of a template with its references as texts.
func flattened(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, function := range []string{"Ref", "Fn::GetAtt", "Fn::Join"} {
			if _, ok := v[function]; ok {
				return text(v)
			}
		}
		out := map[string]any{}
		for key, value := range v {
			out[key] = flattened(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = flattened(v[i])
		}
		return out
	}
	return v
}

// TestTheManagementAccountRollsOutItself holds that a hub which is the management account says so.
func TestTheManagementAccountRollsOutItself(t *testing.T) {
	tpl, err := synth(Settings{}, organization, func(s *Settings) { s.DelegatedAdmin = false })
	if err != nil {
		t.Fatal(err)
	}
	if as := tpl.one(t, "AWS::CloudFormation::StackSet", "Spokes").Properties["CallAs"]; as != "SELF" {
		t.Errorf("the management account calls as %v", as)
	}
}

// TestTheHubEntersMembersOnly holds that the remediator can take on the responders of its organisation, and in a single account
// nobody's.
func TestTheHubEntersMembersOnly(t *testing.T) { checkEntry(t, hubTemplate(t), plainTemplate(t)) }

func checkEntry(t testing.TB, hub, single template) {
	found := false
	for _, s := range rolePolicy(t, hub, remediate) {
		if !slices.ContainsFunc(s.actions, func(a string) bool { return strings.HasPrefix(a, "sts:") }) {
			continue
		}
		found = true
		want := policyStatement{
			sid: "EnterMembers", effect: "Allow", actions: []string{"sts:AssumeRole", "sts:SetSourceIdentity"},
			resources: []string{"arn:<AWS::Partition>:iam::*:role/Riposte-responder"}, condition: []string{"StringEquals aws:ResourceOrgID = o-a1b2c3d4e5"},
		}
		if diff := cmp.Diff(want, s, cmp.AllowUnexported(policyStatement{})); diff != "" {
			t.Errorf("which roles the hub may take on (-want +got):\n%s", diff)
		}
	}
	if !found {
		t.Error("the hub may not take on any responder")
	}
	for _, s := range rolePolicy(t, single, remediate) {
		if slices.ContainsFunc(s.actions, func(a string) bool { return strings.HasPrefix(a, "sts:") }) {
			t.Errorf("a single account's remediator may %v on %v", s.actions, s.resources)
		}
	}
}

// TestRootTasksStayInTheOrganization holds that root's place is taken in members only, for tasks that AWS bounds.
func TestRootTasksStayInTheOrganization(t *testing.T) {
	found := false
	for _, s := range rolePolicy(t, get(t, fullHubs, homeStack), remediate) {
		if !slices.Contains(s.actions, "sts:AssumeRoot") {
			continue
		}
		found = true
		if !slices.Contains(s.condition, "StringEquals aws:ResourceOrgID = o-a1b2c3d4e5") ||
			!slices.ContainsFunc(s.condition, func(c string) bool { return strings.Contains(c, "sts:TaskPolicyArn = ") }) {
			t.Errorf("%s holds if %v", s.sid, s.condition)
		}
	}
	if !found {
		t.Error("nothing lets the remediator take root's place, and rootTasks is set")
	}
	for name, tpl := range map[string]template{"configured": configuredTemplate(t), "hub": hubTemplate(t)} {
		for _, s := range rolePolicy(t, tpl, remediate) {
			if slices.Contains(s.actions, "sts:AssumeRoot") {
				t.Errorf("%s: %s lets the remediator take root's place, and rootTasks is not set", name, s.sid)
			}
		}
	}
}

// TestBoundary holds that a permissions boundary bounds every role.
func TestBoundary(t *testing.T) {
	all, err := fullHubs()
	if err != nil {
		t.Fatal(err)
	}
	for name, tpl := range all {
		for id, r := range tpl.ofType("AWS::IAM::Role") {
			// The CDK knows the partition where it knows the region.
			if got := strings.Replace(text(r.Properties["PermissionsBoundary"]), "arn:aws:", "arn:<AWS::Partition>:", 1); got != "arn:<AWS::Partition>:iam::<AWS::AccountId>:policy/riposte-boundary" {
				t.Errorf("%s: role %s is bounded by %s", name, id, got)
			}
		}
	}
	for id, r := range plainTemplate(t).ofType("AWS::IAM::Role") {
		if r.Properties["PermissionsBoundary"] != nil {
			t.Errorf("role %s is bounded although nobody asked for it", id)
		}
	}
	const arn = "arn:aws:iam::aws:policy/PowerUserAccess"
	tpl, err := synth(Settings{}, func(s *Settings) { s.PermissionsBoundary = arn })
	if err != nil {
		t.Fatal(err)
	}
	if got := tpl.one(t, "AWS::IAM::Role", "DetectRole").Properties["PermissionsBoundary"]; got != arn {
		t.Errorf("the boundary is %v, want %s", got, arn)
	}
}

// TestTracing holds that functions are traced where it was asked for.
func TestTracing(t *testing.T) {
	for name, test := range map[string]struct {
		tpl  template
		want any
	}{"plain": {plainTemplate(t), nil}, "full hub": {get(t, fullHubs, homeStack), map[string]any{"Mode": "Active"}}} {
		for _, f := range deployedFunctions(test.tpl) {
			if diff := cmp.Diff(test.want, test.tpl.one(t, "AWS::Lambda::Function", titled(string(f))).Properties["TracingConfig"]); diff != "" {
				t.Errorf("%s: tracing of %s (-want +got):\n%s", name, f, diff)
			}
			traces := slices.ContainsFunc(rolePolicy(t, test.tpl, f), func(s policyStatement) bool { return slices.Contains(s.actions, "xray:PutTraceSegments") })
			if traces != (test.want != nil) {
				t.Errorf("%s: %s may write traces: %v", name, f, traces)
			}
		}
	}
}
