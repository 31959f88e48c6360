package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

func (r *reader) notify(n *yaml.Node, path string, to *Notify) {
	var borrowers []borrower
	var named []mention
	before := len(r.errs)
	to.Pos = r.pos(n)
	known := append(
		r.ways(&to.Receiver),
		field{key: "receivers", list: true, read: func(n *yaml.Node, path string) { to.Receivers, borrowers = r.receivers(n, path) }},
		field{key: "routes", list: true, read: func(n *yaml.Node, path string) { to.Routes, named = r.routes(n, path) }},
		field{key: "silences", list: true, read: func(n *yaml.Node, path string) { to.Silences = r.silences(n, path) }},
		field{key: "quiet", read: func(n *yaml.Node, path string) { to.Quiet = r.quiet(n, path) }},
		field{key: "digest", read: func(n *yaml.Node, path string) { to.Digest = r.digest(n, path) }},
	)
	r.fields(n, path, known...)
	// What could not be read is not missed a second time.
	slack, receivers := join(path, "slack"), join(path, "receivers")
	if !r.failedBelow(slack, before) {
		if to.Slack.Channel != "" && to.Slack.AppSecret == "" {
			r.fail(n, join(slack, "channel"), "a channel without an app: write app_secret beside it")
		} else {
			r.lend(to, borrowers)
		}
	}
	if to.Receivers != nil || !r.failedBelow(receivers, before) {
		r.mentions(*to, named)
	}
}

// failedBelow reports whether an error since some other is about a key or what is below it.
func (r *reader) failedBelow(path string, since int) bool {
	return slices.ContainsFunc(r.errs[since:], func(e *Error) bool { return strings.HasPrefix(e.Text, path) })
}
