package stack

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"riposte/pkg/actions"
	"riposte/pkg/config"
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
		),
		statement{sid: "SendJobs", actions: []string{"sqs:SendMessage"}, resources: []string{*d.jobs.QueueArn()}},
		d.tellBus(),
		statement{sid: "KeepFailures", actions: []string{"sqs:SendMessage"}, resources: []string{*d.failedEvents.QueueArn()}},
		d.useKey("KeyForQueues", "sqs", "kms:Decrypt", "kms:GenerateDataKey"),
	)
}

// remediatePermissions let the remediator take jobs and do what the actions of the catalogue declare. What only undo needs
// is left out: people undo, with "riposte undo" and their own permissions, so that nothing that is deployed can attach a
// policy or open a port.
func (d *deployment) remediatePermissions() []statement {
	own := append(
		d.useLedger(
			d.records("LedgerIncidents", incidents(), "dynamodb:GetItem", "dynamodb:PutItem"),
			d.records("LedgerSwitch", killSwitch(), "dynamodb:GetItem"),
			d.records("LedgerTouches", touches(), "dynamodb:PutItem"),
			d.records("LedgerBaselines", baselines(), "dynamodb:GetItem"),
		),
		statement{
			sid:       "TakeJobs",
			actions:   []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
			resources: []string{*d.jobs.QueueArn()},
		},
		d.tellBus(),
		d.useKey("KeyForQueues", "sqs", "kms:Decrypt"),
	)
	return own
}

// grantsOf renders what actions need in the account that they change, but for undo.
func grantsOf(all []actions.Action) []statement {
	var out []statement
	for _, a := range all {
		for n, g := range a.Grants {
			if g.Undo {
				continue
			}
			why := g.Why
			if why == "" && !slices.Contains(g.Resources, "*") {
				why = fmt.Sprintf("%s has to reach whichever resource of this kind an incident is about", a.ID)
			}
			granted := statement{
				sid: titled(a.ID) + fmt.Sprint(n+1), actions: g.Actions, resources: g.Resources, why: why,
			}
			if g.ToService != "" {
				granted.conditions = conditions{"StringEquals": {"iam:PassedToService": {g.ToService}}}
			}
			out = append(out, granted)
		}
	}
	return out
}

// remediateLimits are denials that hold whatever an action is allowed: Riposte never changes itself, beyond the few
// calls that the remediator is made of, nor those whom the operator or AWS need to get back in.
func (d *deployment) remediateLimits(permissions []statement) []statement {
	var own []string
	for _, s := range permissions {
		own = append(own, s.actions...)
	}
	slices.Sort(own)
	return []statement{
		{
			sid: "NeverRiposteItself", deny: true, except: slices.Compact(own),
			resources: []string{
				d.ownRoles(),
				d.own("lambda", "function:"),
				d.own("events", "rule/"),
				d.own("events", "rule/"+d.busName()+"/"),
				*d.bus.EventBusArn(),
				*d.table.TableArn(),
				*d.table.TableArn() + "/index/*",
				d.own("sqs", ""),
				*d.topic.TopicArn(),
				d.own("logs", "log-group:"),
				d.own("cloudwatch", "alarm:"),
				*d.key.KeyArn(),
				"arn:${Partition}:cloudformation:${Region}:${Account}:stack/" + d.settings.StackName + "/*",
			},
		},
		{
			sid: "NeverTheWayBackIn", deny: true, except: []string{"iam:Get*", "iam:List*"},
			resources: append(protectedRoles(), breakGlass(d.settings.BreakGlass)...),
		},
		{
			sid: "NeverAQuarantine", deny: true,
			actions:    []string{"iam:DetachGroupPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy"},
			resources:  []string{"*"},
			conditions: conditions{"ArnLike": {"iam:PolicyARN": protectedPolicies()}},
		},
	}
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

func (d *deployment) notifyPermissions() []statement {
	out := append(
		d.useLedger(d.records("LedgerDeliveries", deliveries(), "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem")),
		statement{sid: "Publish", actions: []string{"sns:Publish"}, resources: []string{d.incidentTopic()}},
		statement{sid: "KeepFailures", actions: []string{"sqs:SendMessage"}, resources: []string{*d.failedMessages.QueueArn()}},
		d.useKey("KeyForQueues", "sqs", "kms:Decrypt", "kms:GenerateDataKey"),
	)
	if d.settings.Topic == "" {
		out = append(out, d.useKey("KeyForTopic", "sns", "kms:Decrypt", "kms:GenerateDataKey"))
	} else {
		out = append(out, statement{
			sid: "KeyOfTopic", actions: []string{"kms:Decrypt", "kms:GenerateDataKey"},
			resources:  []string{"arn:${Partition}:kms:${Region}:*:key/*"},
			conditions: through("sns", conditions{"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": {d.settings.Topic}}}),
			why:        "the key of the topic that riposte.yaml names is not known here; the condition allows it for that topic only",
		})
	}
	if d.settings.SlackSecret != "" {
		out = append(out, readSecret(d.settings.SlackSecret)...)
	}
	return out
}

// complete recognises the ARN of a secret with the six characters that Secrets Manager appends to its name.
var complete = regexp.MustCompile(`^arn:.*-[A-Za-z0-9]{6}$`)

func readSecret(secret string) []statement {
	s := statement{sid: "ReadWebhook", actions: []string{"secretsmanager:GetSecretValue"}}
	switch {
	case complete.MatchString(secret):
	case strings.HasPrefix(secret, "arn:"):
		secret += "-??????"
	default:
		secret = "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:" + secret + "-??????"
	}
	s.resources = []string{secret}
	if len(s.wildcards()) > 0 {
		s.why = "Secrets Manager appends six characters to the name that riposte.yaml gives"
	}
	return []statement{s, {
		sid: "KeyOfWebhook", actions: []string{"kms:Decrypt"}, resources: []string{"arn:${Partition}:kms:${Region}:*:key/*"},
		conditions: through("secretsmanager", conditions{"ArnLike": {"kms:EncryptionContext:SecretARN": {secret}}}),
		why:        "the key of the secret that riposte.yaml names is not known here; the condition allows it for that secret only",
	}}
}

// useLedger lets a function use records of the table. DynamoDB calls KMS with the caller's permissions.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
func (d *deployment) useLedger(records ...statement) []statement {
	return append(records, d.useKey("KeyForLedger", "dynamodb", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt",
		"kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"))
}

// The partition keys of the ledger's kinds of records. A key that is too long for DynamoDB is hashed and says so.
func incidents() []string  { return []string{"incident#*"} }
func series() []string     { return []string{"series#*", "series-sha256#*"} }
func baselines() []string  { return []string{"baseline#*", "baseline-sha256#*"} }
func threads() []string    { return []string{"thread#*", "thread-sha256#*"} }
func touches() []string    { return []string{"touch#*", "touch-sha256#*"} }
func counts() []string     { return []string{"count#*", "count-sha256#*"} }
func deliveries() []string { return []string{"delivery#*", "delivery-sha256#*"} }
func killSwitch() []string { return []string{"switch"} }

// records lets a function make calls on one kind of records only, so that none that has been taken over can release the
// kill switch, and only the remediator can write the marks by which its own calls are known. A call that names no key at
// all would satisfy ForAllValues, hence the second condition.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
func (d *deployment) records(sid string, keys []string, calls ...string) statement {
	const key = "dynamodb:LeadingKeys"
	return statement{
		sid: sid, actions: calls, resources: []string{*d.table.TableArn()},
		conditions: conditions{"ForAllValues:StringLike": {key: keys}, "Null": {key: {"false"}}},
	}
}

func (d *deployment) tellBus() statement {
	return statement{sid: "TellBus", actions: []string{"events:PutEvents"}, resources: []string{*d.bus.EventBusArn()}}
}

// useKey lets a function use Riposte's key, but only through a service.
func (d *deployment) useKey(sid, service string, calls ...string) statement {
	return statement{sid: sid, actions: calls, resources: []string{*d.key.KeyArn()}, conditions: through(service, conditions{})}
}

// through adds that a key is used through a service.
func through(service string, c conditions) conditions {
	if c["StringEquals"] == nil {
		c["StringEquals"] = map[string][]string{}
	}
	c["StringEquals"]["kms:ViaService"] = []string{service + ".${Region}.amazonaws.com"}
	return c
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
