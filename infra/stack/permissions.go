package stack

import (
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/actions"
	"riposte/pkg/config"
	"riposte/pkg/ledger/schema"
)

// detectPermissions let the detector write the ledger, the queue and the bus, and nothing else: it reads input that an
// attacker can shape.
func (d *deployment) detectPermissions() []statement {
	return append(
		d.useLedger(
			d.records("LedgerIncidents", incidents(), "dynamodb:GetItem", "dynamodb:PutItem"),
			d.records("LedgerSwitch", killSwitch(), "dynamodb:GetItem"),
			d.records("LedgerTouches", touches(), "dynamodb:Query"),
			d.records("LedgerCounts", counts(), "dynamodb:UpdateItem"),
			d.records("LedgerSeries", series(), "dynamodb:PutItem", "dynamodb:Query"),
			d.records("LedgerThreads", threads(), "dynamodb:GetItem", "dynamodb:PutItem"),
			d.records("LedgerBaselines", baselines(), "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"),
			d.records("LedgerBeats", beatRecords(), "dynamodb:PutItem"),
			d.records("LedgerExceptions", slots(schema.Exceptions), "dynamodb:Query"),
		),
		statement{sid: "SendJobs", actions: []string{"sqs:SendMessage"}, resources: []string{*d.jobs.QueueArn()}},
		d.tellBus(),
		statement{sid: "KeepFailures", actions: []string{"sqs:SendMessage"}, resources: []string{*d.failedEvents.QueueArn()}},
		d.useKey("KeyForQueues", "sqs", "kms:Decrypt", "kms:GenerateDataKey"),
	)
}

// remediatePermissions let the remediator take jobs, keep its records and tell. What it may do to the account comes from the
// actions: see grants.
func (d *deployment) remediatePermissions() []statement {
	out := append(
		d.useLedger(
			d.records("LedgerIncidents", incidents(), "dynamodb:GetItem", "dynamodb:PutItem"),
			d.records("LedgerSwitch", killSwitch(), "dynamodb:GetItem"),
			d.records("LedgerTouches", touches(), "dynamodb:PutItem"),
			d.records("LedgerBaselines", baselines(), "dynamodb:GetItem"),
			d.records("LedgerSeries", series(), "dynamodb:Query"),
			d.records("LedgerWork", work(), "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"),
		),
		statement{
			sid:       "TakeJobs",
			actions:   []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
			resources: []string{*d.jobs.QueueArn()},
		},
		d.tellBus(),
		d.useKey("KeyForQueues", "sqs", "kms:Decrypt"),
	)
	if len(d.settings.apps()) > 0 {
		out = append(out,
			d.records("LedgerApprovals", slots(schema.Approvals), "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"),
			d.records("LedgerExceptions", slots(schema.Exceptions), "dynamodb:GetItem", "dynamodb:PutItem"),
			d.records("LedgerAnswered", []string{"delivery#answer/*"}, "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"))
	}
	if d.settings.settles() {
		out = append(out, statement{
			sid: "FindContainments", actions: []string{"dynamodb:Query"}, resources: []string{*d.table.TableArn() + "/index/" + schema.FeedIndex},
			conditions: onRecords([]string{"incident"}),
		})
	}
	if d.settings.Topology == Members {
		out = append(out, d.enterMembers()...)
	}
	return out
}

// enterMembers let the remediator take on the responders of the organisation's members, and of nobody else.
func (d *deployment) enterMembers() []statement {
	return []statement{{
		sid: "EnterMembers", actions: []string{"sts:AssumeRole", "sts:SetSourceIdentity"},
		resources:  []string{"arn:${Partition}:iam::*:role/" + d.settings.responderName()},
		conditions: conditions{"StringEquals": d.settings.insideOrganization()},
		why:        "every account of the organisation has a responder of this name; the condition keeps to the organisation",
	}}
}

func (s Settings) insideOrganization() map[string][]string {
	return map[string][]string{"aws:ResourceOrgID": {s.OrganizationID}}
}

// grants renders what the reachable actions need in the accounts that they change; of the hub, also what they need before
// they enter one. What only undo needs is left out unless Riposte itself undoes: otherwise people undo, with "riposte undo" and
// their own permissions, so that nothing that is deployed can attach a policy or open a port.
func (s *site) grants(ofHub bool) ([]statement, error) {
	all, err := s.settings.reachable()
	if err != nil {
		return nil, err
	}
	out := grantsOf(all, s.settings.Undo, ofHub)
	for i, g := range out {
		// Only the hub enters other accounts, and none outside the organisation.
		if s.settings.Topology == Members && slices.ContainsFunc(g.actions, func(a string) bool { return strings.HasPrefix(a, "sts:") }) {
			out[i].conditions = g.conditions.and("StringEquals", s.settings.insideOrganization())
		}
	}
	return out, nil
}

func grantsOf(all []actions.Action, undo, ofHub bool) []statement {
	var out []statement
	for _, a := range all {
		for n, g := range a.Grants {
			if g.Undo && !undo || g.Holder == actions.RootTask || g.Holder == actions.Hub && !ofHub {
				continue
			}
			out = append(out, grant(fmt.Sprint(titled(a.ID), n+1), a, g))
		}
	}
	return out
}

func grant(sid string, a actions.Action, g actions.Grant) statement {
	why := g.Why
	if why == "" && !slices.Contains(g.Resources, "*") {
		why = fmt.Sprintf("%s has to reach whichever resource of this kind an incident is about, in every region", a.ID)
	}
	out := statement{sid: sid, actions: g.Actions, resources: slices.Clone(g.Resources), conditions: conditions{}, why: why}
	for i, r := range out.resources {
		out.resources[i] = strings.ReplaceAll(r, "${Region}", "*") // incidents happen in all the regions that are watched
	}
	for operator, keys := range g.Conditions {
		out.conditions = out.conditions.and(operator, keys)
	}
	if g.ToService != "" {
		out.conditions = out.conditions.and("StringEquals", map[string][]string{"iam:PassedToService": {g.ToService}})
	}
	return out
}

// remediateLimits are denials that hold whatever an action is allowed: Riposte never changes itself, beyond the few calls that
// the remediator is made of.
func (d *deployment) remediateLimits(permissions []statement) []statement {
	var own []string
	for _, s := range permissions {
		own = append(own, s.actions...)
	}
	slices.Sort(own)
	return append([]statement{{
		sid: "NeverRiposteItself", deny: true, except: slices.Compact(own),
		resources: append(d.settings.ownResources(),
			*d.table.TableArn(), *d.table.TableArn()+"/index/*", *d.topic.TopicArn(), *d.key.KeyArn()),
	}}, d.settings.limits()...)
}

// ownResources are the patterns of the ARNs of all that belongs to Riposte in an account, in every region.
func (s Settings) ownResources() []string {
	of := func(service, kind string) string { return s.own(service, "*", kind) }
	return []string{
		"arn:${Partition}:iam::${Account}:role/" + s.name("*"),
		"arn:${Partition}:iam::${Account}:policy/" + s.name("*"),
		of("lambda", "function:"),
		of("events", "rule/"),
		of("events", "rule/"+s.busName()+"/"),
		of("events", "rule/"+s.intakeName()+"/"),
		"arn:${Partition}:events:*:${Account}:event-bus/" + s.busName(),
		"arn:${Partition}:events:*:${Account}:event-bus/" + s.intakeName(),
		"arn:${Partition}:scheduler:*:${Account}:schedule/" + s.StackName + "/*",
		"arn:${Partition}:scheduler:*:${Account}:schedule-group/" + s.StackName,
		of("sqs", ""),
		of("sns", ""),
		of("logs", "log-group:"),
		of("cloudwatch", "alarm:"),
		"arn:${Partition}:cloudwatch::${Account}:dashboard/" + s.StackName,
		"arn:${Partition}:cloudformation:*:${Account}:stack/" + s.StackName + "/*",
		"arn:${Partition}:cloudformation:*:${Account}:stack/" + s.name("*/*"),
		"arn:${Partition}:cloudformation:*:${Account}:stack/StackSet-" + s.name("*/*"),
		"arn:${Partition}:cloudformation:*:${Account}:stackset/" + s.name("*"),
	}
}

// limits are denials of what the operator or AWS need to get back in.
func (s Settings) limits() []statement {
	return []statement{
		{
			sid: "NeverTheWayBackIn", deny: true, except: []string{"iam:Get*", "iam:List*"},
			resources: append(protectedRoles(), breakGlass(s.BreakGlass)...),
		},
		{
			sid: "NeverAQuarantine", deny: true,
			actions:    []string{"iam:DetachGroupPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy"},
			resources:  []string{"*"},
			conditions: conditions{"ArnLike": {"iam:PolicyARN": protectedPolicies()}},
		},
	}
}

// heartbeatPermissions let the heartbeat function read when each place was last heard of, and nothing else.
func (d *deployment) heartbeatPermissions() []statement {
	return d.useLedger(d.records("LedgerBeats", beatRecords(), "dynamodb:Query"))
}

// protectedPolicies are the ARNs of the policies that actions.ProtectedPolicy names, as far as they are AWS's own.
func protectedPolicies() []string {
	return []string{
		"arn:${Partition}:iam::aws:policy/AWSCompromisedKeyQuarantine*",
		"arn:${Partition}:iam::aws:policy/AWSDenyAll",
	}
}

// protectedRoles are the ARNs of the roles that actions.ProtectedRole names. That is a second lock on the same door: the
// first can be lost in a release, the second only in a deployment.
func protectedRoles() []string {
	names := []string{
		"aws-service-role/*", "aws-reserved/*", "AWSServiceRoleFor*", "AWSReservedSSO_*",
		"AWSControlTowerExecution", "aws-controltower-*", "OrganizationAccountAccessRole", "stacksets-exec-*",
	}
	for _, purpose := range []string{"deploy", "file-publishing", "image-publishing", "lookup", "cfn-exec"} {
		names = append(names, "cdk-*-"+purpose+"-role-*")
	}
	for i, name := range names {
		names[i] = "arn:${Partition}:iam::${Account}:role/" + name
	}
	return names
}

// breakGlass returns the ARNs under which IAM knows the operator's break-glass users and roles. riposte.yaml may leave
// out their path.
func breakGlass(principals []string) []string {
	var out []string
	for _, p := range principals {
		a, _ := config.ParseARN(p)
		kind, name, _ := strings.Cut(a.Resource, "/")
		of := "arn:${Partition}:iam::" + a.Account + ":" + kind
		out = append(out, of+"/"+name, of+"/*/"+name)
	}
	return out
}

// useLedger lets a function use records of the table. DynamoDB calls KMS with the caller's permissions.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
func (d *deployment) useLedger(records ...statement) []statement {
	return append(records, d.useKey("KeyForLedger", "dynamodb", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt",
		"kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"))
}

// The partition keys of the ledger's kinds of records. A key that is too long for DynamoDB is hashed and says so. Those of
// deliveries begin with an incident's ID, and those of work with a word of their own; neither comes to be that long.
func incidents() []string  { return []string{"incident#*"} }
func series() []string     { return []string{"series#*", "series-sha256#*"} }
func baselines() []string  { return []string{"baseline#*", "baseline-sha256#*"} }
func threads() []string    { return []string{"thread#*", "thread-sha256#*"} }
func touches() []string    { return []string{"touch#*", "touch-sha256#*"} }
func counts() []string     { return []string{"count#budget/*"} }
func deliveries() []string { return []string{"delivery#inc-*", "delivery#tick/*"} }
func work() []string       { return []string{"delivery#work/*"} }
func slots(families ...string) []string {
	out := make([]string, len(families))
	for n, f := range families {
		out[n] = schema.SlotPartition(f)
	}
	return out
}
func killSwitch() []string  { return []string{"switch"} }
func beatRecords() []string { return []string{"beats"} }

// records lets a function make calls on one kind of records only, so that none that has been taken over can release the
// kill switch, and only the remediator can write the marks by which its own calls are known. A call that names no key at
// all would satisfy ForAllValues, hence the second condition.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
func (d *deployment) records(sid string, keys []string, calls ...string) statement {
	return statement{sid: sid, actions: calls, resources: []string{*d.table.TableArn()}, conditions: onRecords(keys)}
}

func onRecords(keys []string) conditions {
	const key = "dynamodb:LeadingKeys"
	return conditions{"ForAllValues:StringLike": {key: keys}, "Null": {key: {"false"}}}
}

func (d *deployment) tellBus() statement {
	return statement{sid: "TellBus", actions: []string{"events:PutEvents"}, resources: []string{*d.bus.EventBusArn()}}
}

// useKey lets a function use Riposte's key, but only through a service.
func (d *deployment) useKey(sid, service string, calls ...string) statement {
	return statement{sid: sid, actions: calls, resources: []string{*d.key.KeyArn()}, conditions: d.settings.through(service, conditions{})}
}

// through adds that a key is used through a service. Partitions with a domain of their own may name services by either.
func (s Settings) through(service string, c conditions) conditions {
	names := []string{service + ".${Region}.amazonaws.com"}
	if domain := partitions()[s.Partition].domain; domain != "" {
		names = append(names, service+".${Region}."+domain)
	}
	return c.and("StringEquals", map[string][]string{"kms:ViaService": names})
}

// titled turns a name with hyphens into one word: "detach-policy" into "DetachPolicy".
func titled(name string) string {
	var out strings.Builder
	for part := range strings.SplitSeq(name, "-") {
		if part != "" {
			out.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return out.String()
}
