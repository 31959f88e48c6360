package stack

import (
	"regexp"
	"slices"
	"strings"

	"riposte/pkg/config"
	"riposte/pkg/ledger/schema"
)

// receivers returns everybody whom riposte.yaml names, the default one first.
func (o Operator) receivers() []config.Receiver {
	var out []config.Receiver
	n := o.policy().Notify
	for _, name := range n.Names() {
		r, _ := n.Named(name)
		out = append(out, r)
	}
	return out
}

// collect returns what receivers name, each once; empty for what they do not.
func (o Operator) collect(of func(config.Receiver) string) []string {
	var out []string
	for _, r := range o.receivers() {
		out = append(out, of(r))
	}
	return distinct(out)
}

func distinct(all []string) []string {
	all = slices.DeleteFunc(all, func(s string) bool { return s == "" })
	slices.Sort(all)
	return slices.Compact(all)
}

// apps returns the secrets of the Slack apps.
func (o Operator) apps() []string {
	return o.collect(func(r config.Receiver) string { return r.Slack.AppSecret })
}

// secrets returns what notify reads to tell people.
func (o Operator) secrets() []string {
	return distinct(slices.Concat([]string{o.SlackSecret}, o.apps(),
		o.collect(func(r config.Receiver) string { return r.Slack.WebhookSecret }),
		o.collect(func(r config.Receiver) string { return r.PagerDuty.KeySecret })))
}

// topics returns the topics of riposte.yaml.
func (o Operator) topics() []string {
	return distinct(append(o.collect(func(r config.Receiver) string { return r.SNS.Topic }), o.Topic))
}

// securityHub reports whether findings go to Security Hub.
func (o Operator) securityHub() bool {
	return slices.ContainsFunc(o.receivers(), func(r config.Receiver) bool { return r.SecurityHub })
}

// notifyPermissions let the notifier read incidents, keep what it holds back, and tell. It can change nothing else.
func (d *deployment) notifyPermissions() []statement {
	topics := d.settings.topics()
	publish := statement{sid: "Publish", actions: []string{"sns:Publish"}, resources: topics}
	if d.settings.Topic == "" {
		publish.resources = append([]string{d.incidentTopic()}, topics...)
	}
	out := append(
		d.useLedger(
			d.records("LedgerIncidents", incidents(), "dynamodb:GetItem"),
			d.records("LedgerDeliveries", deliveries(), "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"),
			d.records("LedgerHeld", slots(schema.Pending, schema.Quiet, schema.Digest, schema.Waiting),
				"dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
			d.records("LedgerTold", slots(schema.Told), "dynamodb:GetItem", "dynamodb:PutItem"),
			d.records("LedgerMessages", []string{"count#notify/*"}, "dynamodb:UpdateItem"),
		),
		publish,
		statement{sid: "KeepFailures", actions: []string{"sqs:SendMessage"}, resources: []string{*d.failedMessages.QueueArn()}},
		d.useKey("KeyForQueues", "sqs", "kms:Decrypt", "kms:GenerateDataKey"),
	)
	if len(d.settings.apps()) > 0 {
		out = append(out, d.records("LedgerCards", slots(schema.Cards), "dynamodb:GetItem", "dynamodb:PutItem"))
	}
	if d.settings.Topic == "" {
		out = append(out, d.useKey("KeyForTopic", "sns", "kms:Decrypt", "kms:GenerateDataKey"))
	}
	if len(topics) > 0 {
		out = append(out, statement{
			sid: "KeyOfTopic", actions: []string{"kms:Decrypt", "kms:GenerateDataKey"},
			resources:  []string{"arn:${Partition}:kms:${Region}:*:key/*"},
			conditions: d.settings.through("sns", conditions{"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": topics}}),
			why:        "the key of a topic that riposte.yaml names is not known here; the condition allows it for those topics only",
		})
	}
	if d.settings.securityHub() {
		at := "arn:${Partition}:securityhub:${Region}:${Account}:"
		out = append(out,
			statement{
				sid: "ImportFindings", actions: []string{"securityhub:BatchImportFindings"},
				resources: fill([]string{at + "product/${Account}/default"}),
			},
			statement{
				sid: "UpdateFindings", actions: []string{"securityhub:BatchUpdateFindings", "securityhub:GetFindings"},
				resources: fill([]string{at + "hub/default"}),
			})
	}
	return append(out, d.settings.readSecrets(d.settings.secrets())...)
}

// complete recognises the ARN of a secret with the six characters that Secrets Manager appends to its name.
var complete = regexp.MustCompile(`^arn:.*-[A-Za-z0-9]{6}$`)

// readSecrets lets a function read secrets that riposte.yaml names, by name or ARN.
func (s Settings) readSecrets(names []string) []statement {
	if len(names) == 0 {
		return nil
	}
	read := statement{sid: "ReadSecrets", actions: []string{"secretsmanager:GetSecretValue"}}
	for _, secret := range names {
		switch {
		case complete.MatchString(secret):
		case strings.HasPrefix(secret, "arn:"):
			secret += "-??????"
		default:
			secret = "arn:${Partition}:secretsmanager:${Region}:${Account}:secret:" + secret + "-??????"
		}
		read.resources = append(read.resources, secret)
	}
	if len(read.wildcards()) > 0 {
		read.why = "Secrets Manager appends six characters to the name that riposte.yaml gives"
	}
	return []statement{read, {
		sid: "KeyOfSecrets", actions: []string{"kms:Decrypt"}, resources: []string{"arn:${Partition}:kms:${Region}:*:key/*"},
		conditions: s.through("secretsmanager", conditions{"ArnLike": {"kms:EncryptionContext:SecretARN": read.resources}}),
		why:        "the key of a secret that riposte.yaml names is not known here; the condition allows it for those secrets only",
	}}
}
