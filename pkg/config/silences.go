package config

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

const maxSilences = 200

// Holds reports whether the silence still holds.
func (m Muting) Holds(now time.Time) bool { return now.Before(m.Until) }

// Key identifies a silence by what it says, wherever it stands in the file and until when it holds.
func (m Muting) Key() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{m.String(), m.Owner}, "\x00")))
	return "sil-" + hex.EncodeToString(sum[:6])
}

func (r *reader) silences(n *yaml.Node, path string) []Muting {
	var out []Muting
	if !r.atMost(n, path, maxSilences) {
		return nil
	}
	r.items(n, path, func(item *yaml.Node, path string) {
		before := len(r.errs)
		m := Muting{Pos: r.pos(item)}
		r.fields(item, path, append(
			r.conditions(&m.Match),
			field{key: "until", must: "every silence ends; write a date such as 2027-01-31", read: func(n *yaml.Node, path string) {
				m.Until = r.expiry(n, path)
			}},
			field{key: "owner", must: "write who answers for it, such as platform-team@example.com", read: func(n *yaml.Node, path string) {
				m.Owner = r.text(n, path, 200)
			}},
			field{key: "reason", must: "write why nobody needs to be told and what ends it", read: func(n *yaml.Node, path string) {
				m.Reason = r.text(n, path, 500)
			}},
		)...)
		if len(r.errs) == before && m.selectsNothing() {
			r.fail(item, path, "would mute everything: name at least one of rules, accounts, ous, tags and production; "+
				"a digest gathers what is less grave")
		}
		out = append(out, m)
	})
	return out
}
