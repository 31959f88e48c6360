package config

import (
	"go.yaml.in/yaml/v3"
)

func (r *reader) notify(n *yaml.Node, path string, to *Notify) {
	r.fields(
		n, path,
		field{key: "sns", read: func(n *yaml.Node, path string) {
			r.fields(n, path, field{
				key: "topic", must: "write the topic's ARN or leave sns out",
				read: func(n *yaml.Node, path string) { to.SNS.Topic = r.topic(n, path) },
			})
		}},
		field{key: "slack", read: func(n *yaml.Node, path string) {
			r.fields(n, path, field{
				key: "webhook_secret", must: "write the name of the Secrets Manager secret that holds the webhook's URL, or leave slack out",
				read: func(n *yaml.Node, path string) { to.Slack.WebhookSecret = r.webhookSecret(n, path) },
			})
		}},
	)
}

var (
	region     = lazily(`^[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}$`)
	topicName  = lazily(`^[A-Za-z0-9_-]{1,256}$`)
	secretName = lazily(`^[A-Za-z0-9/_+=.@-]{1,512}$`)
	secretPart = lazily(`^secret:[A-Za-z0-9/_+=.@-]{1,519}$`)
)

func (r *reader) topic(n *yaml.Node, path string) string {
	text, ok := r.scalar(n, path, "a topic's ARN", tagText)
	if !ok {
		return ""
	}
	a, ok := ParseARN(text)
	if !ok || a.Service != "sns" || !partition().MatchString(a.Partition) || !region().MatchString(a.Region) ||
		!accountID().MatchString(a.Account) || !topicName().MatchString(a.Resource) {
		r.fail(n, path, "%s is no ARN of a standard topic: want arn:aws:sns:REGION:ACCOUNT:NAME", shown(text))
		return ""
	}
	return text
}

// webhookSecret reads the name of a secret. What stands there by mistake is probably the secret itself, so no error
// shows it.
func (r *reader) webhookSecret(n *yaml.Node, path string) string {
	text, ok := r.scalar(n, path, "a secret's name or ARN", tagText)
	if !ok {
		return ""
	}
	if a, ok := ParseARN(text); ok {
		if a.Service == "secretsmanager" && partition().MatchString(a.Partition) && region().MatchString(a.Region) &&
			accountID().MatchString(a.Account) && secretPart().MatchString(a.Resource) {
			return text
		}
		r.fail(n, path, "no ARN of a secret: want arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME")
		return ""
	}
	switch {
	case webhookURL().MatchString(text):
		r.fail(n, path, "this is a webhook's URL, which is a secret: revoke it if this file was shared, store the new one "+
			"in Secrets Manager, and write the name of that secret here")
	case !secretName().MatchString(text):
		r.fail(n, path, "no name of a secret (not shown): want letters, digits and /_+=.@- or an ARN")
	default:
		return text
	}
	return ""
}
