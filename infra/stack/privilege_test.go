package stack

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/actions"
)

func cutPrefix(s, prefix string) ([]string, bool) {
	rest, ok := strings.CutPrefix(s, prefix)
	return strings.Split(rest, ", "), ok
}

func eachTemplate(t *testing.T, check func(*testing.T, template)) {
	for name, tpl := range map[string]template{
		"plain": plainTemplate(t), "configured": configuredTemplate(t), "hub": hubTemplate(t), "full hub": get(t, fullHubs, homeStack),
	} {
		t.Run(name, func(t *testing.T) { check(t, tpl) })
	}
}

// TestDetectWritesNothingElse holds that the detector, which reads what an attacker can shape, may change the ledger, the
// queue and the bus, keep its own failures and write its log, and nothing else.
func TestDetectWritesNothingElse(t *testing.T) {
	reads := []string{"dynamodb:GetItem", "dynamodb:Query", "kms:Decrypt", "kms:DescribeKey"}
	// What KMS does with a key changes nothing in an account.
	crypto := []string{"kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
	writes := map[string][]string{
		"dynamodb": {"<Ledger.Arn>"},
		"sqs":      {"<Jobs.Arn>", "<FailedEvents.Arn>"},
		"events":   {"<Bus.Arn>"},
		"logs":     {"<DetectLogs.Arn>"},
	}
	eachTemplate(t, func(t *testing.T, tpl template) {
		for _, s := range rolePolicy(t, tpl, detect) {
			for _, a := range s.actions {
				if s.effect == "Deny" || slices.Contains(reads, a) || slices.Contains(crypto, a) || s.sid == "Trace" {
					continue
				}
				service, _, _ := strings.Cut(a, ":")
				for _, r := range s.resources {
					if !slices.Contains(writes[service], r) {
						t.Errorf("%s: detect may %s on %s", s.sid, a, r)
					}
				}
			}
		}
	})
}

// declared returns what the actions of a deployment declare, but for what only undo needs where Riposte does not undo.
func declared(t *testing.T, settings Settings, ofHub bool) map[string]bool {
	t.Helper()
	pseudo := strings.NewReplacer("${Partition}", "<AWS::Partition>", "${Account}", "<AWS::AccountId>", "${Region}", "*")
	all, err := settings.reachable()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, a := range all {
		for _, g := range a.Grants {
			if g.Undo && !settings.Undo || g.Holder == actions.RootTask || g.Holder == actions.Hub && !ofHub {
				continue
			}
			for _, call := range g.Actions {
				for _, r := range g.Resources {
					out[call+" on "+pseudo.Replace(r)] = true
				}
			}
		}
	}
	return out
}

// TestOnlyRemediateChangesTheAccount holds that the remediator may do exactly what the actions declare that the policy can
// lead to, and nobody else any of it; in a member's account so may the responder.
func TestOnlyRemediateChangesTheAccount(t *testing.T) {
	rooted := everything()
	rooted.Topology, rooted.RootTasks = Members, true
	for name, test := range map[string]struct {
		settings Settings
		tpl      template
	}{
		"plain":      {Settings{}, plainTemplate(t)},
		"configured": {everything(), configuredTemplate(t)},
		"full hub":   {rooted, get(t, fullHubs, homeStack)},
	} {
		got := map[string]bool{}
		for _, f := range deployedFunctions(test.tpl) {
			for _, s := range rolePolicy(t, test.tpl, f) {
				for _, call := range s.actions {
					for _, r := range s.resources {
						switch {
						case s.effect == "Deny" || ownPlumbing(s, call, r):
						case f == remediate:
							got[call+" on "+r] = true
						default:
							t.Errorf("%s: %s may %s on %s", name, f, call, r)
						}
					}
				}
			}
		}
		if diff := cmp.Diff(declared(t, test.settings, true), got); diff != "" {
			t.Errorf("%s: what the remediator may do (-declared by actions +template):\n%s", name, diff)
		}
	}
	for name, tpl := range map[string]template{"rolled out": spokeTemplateOf(t), "alone": get(t, spokes, "Riposte-responder")} {
		got := map[string]bool{}
		for _, s := range policiesOf(t, tpl, "Responder") {
			for _, call := range s.actions {
				for _, r := range s.resources {
					if s.effect == "Allow" {
						got[call+" on "+r] = true
					}
				}
			}
		}
		if diff := cmp.Diff(declared(t, everything(), false), got); diff != "" || len(got) == 0 {
			t.Errorf("%s: what the responder may do (-declared by actions +template):\n%s", name, diff)
		}
	}
	if got := declared(t, Settings{}, true); len(got) > 0 {
		t.Errorf("while everything only alerts, the remediator may %v", got)
	}
}

// ownPlumbing reports whether a permission is one on what Riposte itself is made of.
func ownPlumbing(s policyStatement, call, on string) bool {
	switch service, _, _ := strings.Cut(call, ":"); service {
	case "dynamodb", "sqs", "sns", "events", "kms", "secretsmanager", "logs":
		return strings.HasPrefix(on, "<") || slices.Contains([]string{"KeyOfTopic", "KeyOfSecrets", "ReadSecrets", "Publish"}, s.sid)
	case "securityhub":
		return s.sid == "ImportFindings" || s.sid == "UpdateFindings"
	case "sts":
		return s.sid == "EnterMembers"
	case "xray":
		return s.sid == "Trace"
	}
	return false
}

// deployedFunctions are those of a template. The approve function is only there for a Slack app.
func deployedFunctions(tpl template) []function {
	out := []function{detect, remediate, notify, heartbeat}
	for id := range tpl.ofType("AWS::Lambda::Function") {
		if short(id) == titled(string(approve)) {
			out = append(out, approve)
		}
	}
	return out
}

// TestRemediateIsHeldBack holds the denials that stand whatever actions are allowed.
func TestRemediateIsHeldBack(t *testing.T) {
	eachTemplate(t, func(t *testing.T, tpl template) {
		policy := rolePolicy(t, tpl, remediate)
		var itself, wayBack, quarantine policyStatement
		var needed []string
		granted := grantsOf(actions.All(), true, true)
		for _, s := range policy {
			switch {
			case s.sid == "NeverRiposteItself":
				itself = s
			case s.sid == "NeverTheWayBackIn":
				wayBack = s
			case s.sid == "NeverAQuarantine":
				quarantine = s
			case !slices.ContainsFunc(granted, func(g statement) bool { return g.sid == s.sid }):
				needed = append(needed, s.actions...)
			}
		}
		slices.Sort(needed)
		if diff := cmp.Diff(slices.Compact(needed), itself.except); diff != "" || itself.effect != "Deny" {
			t.Errorf("what the remediator may do to Riposte (-what it is made of +what it is not denied):\n%s", diff)
		}
		for id, r := range tpl.Resources {
			if arn := arnOf(r, id, "us-east-1"); arn != "" && !slices.ContainsFunc(itself.resources, func(p string) bool { return covers(p, arn) }) {
				t.Errorf("nothing keeps the remediator from changing %s (%s)", id, arn)
			}
		}
		for role, protected := range map[string]bool{
			"aws-service-role/elasticbeanstalk.amazonaws.com/AWSServiceRoleForElasticBeanstalk":            true,
			"aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_AdministratorAccess_0123456789abcdef": true,
			"OrganizationAccountAccessRole":                              true,
			"AWSControlTowerExecution":                                   true,
			"aws-controltower-AdministratorExecutionRole":                true,
			"stacksets-exec-0123456789abcdef":                            true,
			"cdk-hnb659fds-deploy-role-111122223333-us-east-1":           true,
			"cdk-hnb659fds-file-publishing-role-111122223333-us-east-1":  true,
			"cdk-hnb659fds-image-publishing-role-111122223333-us-east-1": true,
			"cdk-hnb659fds-lookup-role-111122223333-us-east-1":           true,
			"cdk-hnb659fds-cfn-exec-role-111122223333-us-east-1":         true,
			"cdk-admin":                      false,
			"admin":                          false,
			"OrganizationAccountAccessRole2": false,
			"my-AWSControlTowerExecution":    false,
		} {
			arn := "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/" + role
			denied := wayBack.effect == "Deny" && slices.ContainsFunc(wayBack.resources, func(p string) bool { return covers(p, arn) })
			if denied != protected || actions.ProtectedRole(role) != protected {
				t.Errorf("role %s: denied %v, protected by its action %v, want %v", role, denied, actions.ProtectedRole(role), protected)
			}
		}
		detach := []string{"iam:DetachGroupPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy"}
		if quarantine.effect != "Deny" || !slices.Equal(quarantine.actions, detach) || !slices.Equal(quarantine.resources, []string{"*"}) ||
			len(quarantine.condition) != 1 {
			t.Errorf("nothing keeps the remediator from detaching a quarantine policy: %+v", quarantine)
		}
		for _, name := range []string{
			"AWSCompromisedKeyQuarantine", "AWSCompromisedKeyQuarantineV2", "AWSCompromisedKeyQuarantineV3", "AWSDenyAll",
			"AdministratorAccess", "AWSDenyAllButOne", "IAMFullAccess",
		} {
			arn := "arn:<AWS::Partition>:iam::aws:policy/" + name
			patterns, _ := cutPrefix(quarantine.condition[0], "ArnLike iam:PolicyARN = ")
			denied := slices.ContainsFunc(patterns, func(p string) bool { return covers(p, arn) })
			if protected := actions.ProtectedPolicy("arn:aws:iam::aws:policy/" + name); denied != protected {
				t.Errorf("policy %s: detaching it is denied %v, protected by its action %v", name, denied, protected)
			}
		}
	})
	for _, want := range []string{"111122223333:role/break-glass-*", "111122223333:role/*/break-glass-*", "*:user/ops/rescue"} {
		if !slices.ContainsFunc(rolePolicy(t, configuredTemplate(t), remediate), func(s policyStatement) bool {
			return s.effect == "Deny" && slices.Contains(s.resources, "arn:<AWS::Partition>:iam::"+want)
		}) {
			t.Errorf("nothing keeps the remediator from the break-glass principal %s", want)
		}
	}
}

// arnOf returns how a policy would name a resource; empty for what is no resource of its own.
func arnOf(r resource, id, region string) string {
	in := func(service, kind, name string) string {
		return "arn:<AWS::Partition>:" + service + ":" + region + ":<AWS::AccountId>:" + kind + name
	}
	name, _ := r.Properties["Name"].(string)
	switch r.Type {
	case "AWS::IAM::Role":
		return "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/" + text(r.Properties["RoleName"])
	case "AWS::IAM::ManagedPolicy":
		return "arn:<AWS::Partition>:iam::<AWS::AccountId>:policy/" + text(r.Properties["ManagedPolicyName"])
	case "AWS::Scheduler::Schedule":
		return in("scheduler", "schedule/Riposte/", name)
	case "AWS::Scheduler::ScheduleGroup":
		return in("scheduler", "schedule-group/", name)
	case "AWS::CloudFormation::StackSet":
		return in("cloudformation", "stackset/", text(r.Properties["StackSetName"])+":1")
	case "AWS::CloudWatch::Dashboard":
		return "arn:<AWS::Partition>:cloudwatch::<AWS::AccountId>:dashboard/" + text(r.Properties["DashboardName"])
	case "AWS::Events::EventBus":
		return in("events", "event-bus/", name)
	case "AWS::Lambda::Function":
		return in("lambda", "function:", r.Properties["FunctionName"].(string))
	case "AWS::Events::Rule":
		switch text(r.Properties["EventBusName"]) {
		case "<Bus>":
			name = "riposte/" + name
		case "<Intake>":
			name = "riposte-intake/" + name
		}
		return in("events", "rule/", name)
	case "AWS::SQS::Queue":
		return in("sqs", "", "Riposte-"+id) // CloudFormation's name for it begins so
	case "AWS::Logs::LogGroup":
		return in("logs", "log-group:", "Riposte-"+id)
	case "AWS::CloudWatch::Alarm":
		return in("cloudwatch", "alarm:", r.Properties["AlarmName"].(string))
	case "AWS::DynamoDB::Table", "AWS::KMS::Key":
		return "<" + short(id) + ".Arn>"
	case "AWS::SNS::Topic":
		return "<" + short(id) + ">"
	}
	return ""
}

// covers reports whether a pattern of a policy matches an ARN: * stands for any text.
func covers(pattern, arn string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == arn
	}
	rest, ok := strings.CutPrefix(arn, parts[0])
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		rest, ok = after, ok && found
	}
	return ok && strings.HasSuffix(rest, parts[len(parts)-1])
}

// TestWildcardsHaveReasons holds that whatever stands for more than one thing says why, where a reviewer reads it.
func TestWildcardsHaveReasons(t *testing.T) {
	eachTemplate(t, func(t *testing.T, tpl template) {
		for _, f := range deployedFunctions(tpl) {
			reasons := map[string]string{}
			carriers := []resource{tpl.one(t, "AWS::IAM::Role", titled(string(f))+"Role")}
			if f == remediate {
				carriers = slices.AppendSeq(carriers, maps.Values(tpl.ofType("AWS::IAM::ManagedPolicy")))
			}
			for _, carrier := range carriers {
				nag, ok := carrier.Metadata["cdk_nag"].(map[string]any)
				if !ok {
					continue
				}
				for _, r := range nag["rules_to_suppress"].([]any) {
					r := r.(map[string]any)
					for _, resource := range texts(r["applies_to"]) {
						reasons[strings.TrimPrefix(resource, "Resource::")] = r["reason"].(string)
					}
				}
			}
			for _, s := range rolePolicy(t, tpl, f) {
				if s.effect == "Deny" {
					continue
				}
				if len(s.except) > 0 || s.sid == "" || len(s.actions) == 0 || len(s.resources) == 0 {
					t.Errorf("%s: statement %q of %s does not name what it allows", f, s.sid, s.except)
				}
				for _, a := range s.actions {
					if strings.ContainsAny(a, "*?") {
						t.Errorf("%s: %s allows %s", f, s.sid, a)
					}
				}
				for _, r := range s.resources {
					if strings.ContainsAny(r, "*?") && len(reasons[r]) < 20 {
						t.Errorf("%s: %s allows %s without a reason", f, s.sid, r)
					}
				}
			}
		}
	})
}

// TestStatementsAreChecked holds that a wildcard without a reason stops the synthesis.
func TestStatementsAreChecked(t *testing.T) {
	for name, test := range map[string]struct {
		statement statement
		ok        bool
	}{
		"exact":                     {statement{actions: []string{"iam:GetRole"}, resources: []string{"arn:aws:iam::111122223333:role/a"}}, true},
		"any name with a reason":    {statement{actions: []string{"iam:GetRole"}, resources: []string{"arn:aws:iam::111122223333:role/*"}, why: "any"}, true},
		"any name without a reason": {statement{actions: []string{"iam:GetRole"}, resources: []string{"arn:aws:iam::111122223333:role/*"}}, false},
		"one character":             {statement{actions: []string{"iam:GetRole"}, resources: []string{"arn:aws:iam::111122223333:role/a?"}}, false},
		"everything":                {statement{actions: []string{"iam:GetRole"}, resources: []string{"*"}}, false},
		"any action":                {statement{actions: []string{"iam:*"}, resources: []string{"arn:aws:iam::111122223333:role/a"}, why: "any"}, false},
		"a denial of everything":    {statement{deny: true, actions: []string{"iam:*"}, resources: []string{"*"}}, true},
	} {
		if err := test.statement.check(); (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, s := range grantsOf([]actions.Action{{ID: "do", Grants: []actions.Grant{{Actions: []string{"ec2:Do"}, Resources: []string{"*"}}}}}, false, false) {
		if s.check() == nil {
			t.Error("an action may have every resource without saying why")
		}
	}
}

// TestNobodyElseIsLetIn holds that the policies of queues, topic and bus let in AWS's own services for Riposte's own rules
// and alarms, and nobody else; principals of the account need a permission in IAM.
func TestNobodyElseIsLetIn(t *testing.T) {
	var got []string
	tpl := plainTemplate(t)
	for id, r := range tpl.Resources {
		for _, property := range []string{"PolicyDocument", "ResourcePolicy", "Policy", "Statement"} {
			document := r.Properties[property]
			if document == nil {
				continue
			}
			if r.Type == "AWS::IAM::ManagedPolicy" {
				continue // of the remediator: TestRolesAreNarrow
			}
			if r.Type == "AWS::Events::EventBusPolicy" {
				continue // TestWhoMayForward
			}
			if r.Type != "AWS::SQS::QueuePolicy" && r.Type != "AWS::SNS::TopicPolicy" {
				t.Errorf("%s of type %s has a policy of its own", id, r.Type)
				continue
			}
			for _, s := range statements(document) {
				if s.effect == "Allow" {
					for i, c := range s.condition {
						s.condition[i] = sortedList(c)
					}
					got = append(got, strings.Join(s.principals, "; ")+" may "+strings.Join(s.actions, ", ")+" on "+
						strings.Join(s.resources, ", ")+" if "+strings.Join(s.condition, " and "))
				}
			}
		}
	}
	slices.Sort(got)
	want := []string{
		"Service cloudwatch.amazonaws.com may sns:Publish on <Topic> if ArnLike aws:SourceArn = " +
			"arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:Riposte-* and StringEquals aws:SourceAccount = <AWS::AccountId>",
		"Service events.amazonaws.com may sns:Publish on <Topic> if ArnEquals aws:SourceArn = <IntakeAlarms.Arn>",
		"Service events.amazonaws.com may sqs:SendMessage on <LostEvents.Arn> if ArnEquals aws:SourceArn = " + strings.Join(rulesOn(tpl, "<LostEvents.Arn>"), ", "),
		"Service events.amazonaws.com may sqs:SendMessage on <LostMessages.Arn> if ArnEquals aws:SourceArn = " + strings.Join(rulesOn(tpl, "<LostMessages.Arn>"), ", "),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("who needs no permission in IAM (-want +got):\n%s", diff)
	}
	for id, p := range tpl.ofType("AWS::Lambda::Permission") {
		if p.Properties["Principal"] != "events.amazonaws.com" || p.Properties["SourceArn"] == nil {
			t.Errorf("%s lets %v invoke a function for %v", id, p.Properties["Principal"], p.Properties["SourceArn"])
		}
	}
}

// sortedList sorts what a condition lists.
func sortedList(condition string) string {
	head, list, ok := strings.Cut(condition, " = ")
	values := strings.Split(list, ", ")
	slices.Sort(values)
	if !ok {
		return condition
	}
	return head + " = " + strings.Join(values, ", ")
}

// rulesOn returns the ARNs of the rules that leave in a queue what they cannot deliver.
func rulesOn(tpl template, queue string) []string {
	var out []string
	for id, r := range tpl.ofType("AWS::Events::Rule") {
		target := r.Properties["Targets"].([]any)[0].(map[string]any)
		if text(target["DeadLetterConfig"].(map[string]any)["Arn"]) == queue {
			out = append(out, "<"+short(id)+".Arn>")
		}
	}
	slices.Sort(out)
	return out
}

// TestRolesAreNarrow holds what is not in a statement: who may take a role, what else could be attached to it, and that IAM
// takes it.
func TestRolesAreNarrow(t *testing.T) {
	for name, tpl := range every(t) {
		for id, r := range tpl.ofType("AWS::IAM::Role") {
			if r.Properties["ManagedPolicyArns"] != nil {
				t.Errorf("%s: %s has managed policies: %v", name, id, r.Properties["ManagedPolicyArns"])
			}
			want := "Service lambda.amazonaws.com"
			switch short(id) {
			case "ForwardRole":
				want = "Service events.amazonaws.com"
			case "BeatRole", "HeartbeatCheckRole", "SettleRole", "TickRole":
				want = "Service scheduler.amazonaws.com"
			case "Responder":
				continue // TestResponderTrustsTheHub
			}
			trust := statements(r.Properties["AssumeRolePolicyDocument"])
			if len(trust) != 1 || !slices.Equal(trust[0].principals, []string{want}) {
				t.Errorf("%s: %s may be taken by %v", name, id, trust)
			}
			if scheduled := want == "Service scheduler.amazonaws.com"; scheduled != (len(trust[0].condition) == 2) {
				t.Errorf("%s: %s may be taken if %v", name, id, trust[0].condition)
			}
			// IAM counts without white space and takes 10,240 characters of inline policies for a role.
			if policy, _ := json.Marshal(resolved(r.Properties["Policies"])); len(policy) > 10_240 {
				t.Errorf("%s: the policy of %s may be too long for IAM: %d characters", name, id, len(policy))
			}
		}
		managed := tpl.ofType("AWS::IAM::ManagedPolicy")
		if len(managed) > 10 {
			t.Errorf("%s: %d managed policies, and a role takes ten", name, len(managed))
		}
		for id, p := range managed {
			if roles := p.Properties["Roles"].([]any); len(roles) != 1 || text(roles[0]) != "<RemediateRole>" && text(roles[0]) != "<Responder>" {
				t.Errorf("%s: %s is attached to %v", name, id, roles)
			}
			if policy, _ := json.Marshal(resolved(p.Properties["PolicyDocument"])); len(policy) > 6_144 {
				t.Errorf("%s: %s may be too long for IAM: %d characters", name, id, len(policy))
			}
		}
		for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::RolePolicy"} {
			if n := len(tpl.ofType(kind)); n > 0 {
				t.Errorf("%s: %d resources of type %s", name, n, kind)
			}
		}
	}
}

// TestAcceptedFindings holds that cdk-nag has nothing to say that has not been answered.
func TestAcceptedFindings(t *testing.T) {
	for name, tpl := range every(t) {
		for _, f := range tpl.findings {
			t.Errorf("%s: %s", name, f)
		}
	}
}
