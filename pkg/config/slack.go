package config

import "go.yaml.in/yaml/v3"

// channelID and memberID are as Slack writes them.
// https://docs.slack.dev/reference/objects/conversation-object
var (
	channelID = lazily(`^[CG][A-Z0-9]{8,20}$`)
	memberID  = lazily(`^[UW][A-Z0-9]{6,20}$`)
)

// slack reads a channel. One without an app or a webhook is left to whoever knows whether there is an app to borrow.
func (r *reader) slack(n *yaml.Node, path string) Slack {
	var s Slack
	before := len(r.errs)
	r.fields(
		n, path,
		field{key: "webhook_secret", read: func(n *yaml.Node, path string) { s.WebhookSecret = r.secret(n, path) }},
		field{key: "app_secret", read: func(n *yaml.Node, path string) { s.AppSecret = r.secret(n, path) }},
		field{key: "channel", read: func(n *yaml.Node, path string) { s.Channel = r.channel(n, path) }},
	)
	switch {
	case len(r.errs) > before:
	case s == Slack{}:
		r.fail(n, path, "missing: write webhook_secret, or app_secret and channel, or leave slack out; each names a secret in Secrets Manager")
	case s.WebhookSecret != "" && s.AppSecret != "":
		r.fail(n, path, "both webhook_secret and app_secret: keep the app, which can do what the webhook can, or the webhook")
	case s.WebhookSecret != "" && s.Channel != "":
		r.fail(n, path, "a webhook belongs to one channel already: leave channel out, or write app_secret instead of webhook_secret")
	case s.AppSecret != "" && s.Channel == "":
		r.fail(n, path, "an app without a channel: write channel too, such as C0123456789")
	}
	return s
}

func (r *reader) channel(n *yaml.Node, path string) string {
	id, ok := r.scalar(n, path, "a channel's ID", tagText)
	if ok && !channelID().MatchString(id) {
		r.fail(n, path, "%s is no channel's ID: want one such as C0123456789, which stands at the end of the channel's details in Slack", shown(id))
		return ""
	}
	return id
}
