package config

import (
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Named returns the receiver of a name; DefaultReceiver is that of the ways directly under notify.
func (n Notify) Named(name string) (Receiver, bool) {
	if name == DefaultReceiver {
		return n.Receiver, true
	}
	r, ok := n.Receivers[name]
	return r, ok
}

// Names returns the names of all receivers, that of the default one first.
func (n Notify) Names() []string {
	return append([]string{DefaultReceiver}, slices.Sorted(maps.Keys(n.Receivers))...)
}

// Empty reports whether the receiver has no way to tell anybody.
func (r Receiver) Empty() bool {
	return r.SNS.Topic == "" && r.Slack == Slack{} && !r.SecurityHub && r.PagerDuty.KeySecret == ""
}

// maxReceivers bounds what a person can keep in mind, and what a function keeps open.
const maxReceivers = 100

// A borrower is a receiver with a channel only, which waits for the app of the default one.
type borrower struct {
	name, path string
	at         *yaml.Node
}

// ways lists the keys of a receiver.
func (r *reader) ways(to *Receiver) []field {
	return []field{
		{key: "sns", read: func(n *yaml.Node, path string) {
			r.fields(n, path, field{
				key: "topic", must: "write the topic's ARN or leave sns out",
				read: func(n *yaml.Node, path string) { to.SNS.Topic = r.topic(n, path) },
			})
		}},
		{key: "slack", read: func(n *yaml.Node, path string) { to.Slack = r.slack(n, path) }},
		{key: "security_hub", read: func(n *yaml.Node, path string) { to.SecurityHub = r.truth(n, path) }},
		{key: "pagerduty", read: func(n *yaml.Node, path string) {
			r.fields(n, path, field{
				key: "key_secret", must: "write the name of the Secrets Manager secret that holds the routing key, or leave pagerduty out",
				read: func(n *yaml.Node, path string) { to.PagerDuty.KeySecret = r.secret(n, path) },
			})
		}},
	}
}

func (r *reader) receivers(n *yaml.Node, path string) (map[string]Receiver, []borrower) {
	out, borrowers := map[string]Receiver{}, []borrower{}
	if !r.atMost(n, path, maxReceivers) {
		return nil, nil
	}
	r.entries(n, path, func(key, value *yaml.Node) {
		name, before := key.Value, len(r.errs)
		switch {
		case name == DefaultReceiver:
			r.fail(key, path, "%s is the name of what stands directly under notify: choose another", name)
			return
		case !slugName().MatchString(name) || len(name) > 40:
			r.fail(key, path, "%s: want a name of at most 40 small letters, digits and -, such as platform-team", shown(name))
			return
		}
		to, at := Receiver{Pos: r.pos(key)}, join(path, name)
		r.fields(value, at, r.ways(&to)...)
		out[name] = to
		switch {
		case len(r.errs) > before:
		case to.Empty():
			r.fail(value, at, "no way to tell anybody: write sns, slack, security_hub: true or pagerduty")
		case to.Slack.Channel != "" && to.Slack.AppSecret == "":
			borrowers = append(borrowers, borrower{name, join(at, "slack.channel"), value})
		}
	})
	return out, borrowers
}

// lend gives receivers with a channel only the app of the default one.
func (r *reader) lend(to *Notify, borrowers []borrower) {
	for _, b := range borrowers {
		if to.Slack.AppSecret == "" {
			r.fail(b.at, b.path, "a channel without an app: write app_secret beside it or under notify.slack")
			continue
		}
		receiver := to.Receivers[b.name]
		receiver.Slack.AppSecret = to.Slack.AppSecret
		to.Receivers[b.name] = receiver
	}
}

var topicName = lazily(`^[A-Za-z0-9_-]{1,256}$`)

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
