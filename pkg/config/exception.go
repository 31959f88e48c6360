package config

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// An Exception keeps matching findings from being told or acted on for a while; they are recorded all the same.
type Exception struct {
	Rule      string    // ID, class or "*"
	Account   string    // empty for every account
	Principal Principal // who made the change; an empty pattern for everybody
	Resource  Pattern   // "Type/ID"; empty for every resource
	Owner     string    // who answers for it
	Reason    string
	Expires   time.Time // the first moment at which it no longer holds
	Pos       Position
	RulePos   Position
}

// Holds reports whether the exception still holds.
func (e Exception) Holds(now time.Time) bool { return now.Before(e.Expires) }

// Key identifies an exception by what it says, wherever it stands in the file and until when it holds, so that what it has
// covered can be counted.
func (e Exception) Key() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		e.Rule, e.Account, string(e.Principal.Pattern), string(e.Resource), e.Owner,
	}, "\x00")))
	return "exc-" + hex.EncodeToString(sum[:6])
}

func (r *reader) exceptions(n *yaml.Node, path string) []Exception {
	var out []Exception
	r.items(n, path, func(item *yaml.Node, path string) {
		before := len(r.errs)
		e := Exception{Pos: r.pos(item)}
		r.fields(
			item, path,
			field{key: "rule", must: `write a rule's ID, a class, or "*" for every rule`, read: func(n *yaml.Node, path string) {
				e.Rule, e.RulePos = r.exceptionRule(n, path), r.pos(n)
			}},
			field{key: "account", read: func(n *yaml.Node, path string) { e.Account = r.exceptionAccount(n, path) }},
			field{key: "principal", read: func(n *yaml.Node, path string) { e.Principal = r.exceptionPrincipal(n, path) }},
			field{key: "resource", read: func(n *yaml.Node, path string) { e.Resource = r.resource(n, path) }},
			field{key: "owner", must: "write who answers for it, such as platform-team@example.com", read: func(n *yaml.Node, path string) {
				e.Owner = r.text(n, path, 200)
			}},
			field{key: "reason", must: "write why it is fine and what ends it", read: func(n *yaml.Node, path string) {
				e.Reason = r.text(n, path, 500)
			}},
			field{key: "expires", must: "every exception ends; write a date such as 2027-01-31", read: func(n *yaml.Node, path string) {
				e.Expires = r.expiry(n, path)
			}},
		)
		if len(r.errs) == before && r.narrow(item, path, e) {
			out = append(out, e)
		}
	})
	return out
}

// narrow refuses an exception that leaves out nothing: that is what modes are for.
func (r *reader) narrow(n *yaml.Node, path string, e Exception) bool {
	switch {
	case e.Account == "" && e.Principal.Pattern == "" && e.Resource == "":
		r.fail(n, path, "names no account, principal or resource: name at least one; to turn a rule off, write its mode under rules")
		return false
	case e.Account != "", e.Principal.Pattern != "" && principalNames(e.Principal), e.Resource != "" && resourceNames(e.Resource):
		return true
	}
	r.fail(n, path, "matches everything: give an account, or write a principal or resource that is not all wildcards; "+
		"to turn a rule off, write its mode under rules")
	return false
}

func principalNames(p Principal) bool {
	a, _ := ParseARN(string(p.Pattern))
	return a.Account != "*" || p.name().names()
}

func resourceNames(p Pattern) bool {
	_, id, _ := strings.Cut(string(p), "/")
	return Pattern(id).names()
}

func (r *reader) exceptionRule(n *yaml.Node, path string) string {
	text, ok := r.scalar(n, path, "a rule's ID, a class, or \"*\"", tagText)
	if ok && text != "*" && !ruleName().MatchString(text) {
		r.fail(n, path, `%s: want a rule's ID or class, such as IAM-002 or access-key-created, or "*" for every rule`, shown(text))
	}
	return text
}

// anything reports whether a value is made of wildcards alone. Leaving the key out says the same and is seen.
func (r *reader) anything(n *yaml.Node, path string) bool {
	if n.Kind != yaml.ScalarNode || n.Value == "" || strings.Trim(n.Value, "*?/:") != "" {
		return false
	}
	r.fail(n, path, "%s names nothing: leave the key out, and name something else", shown(n.Value))
	return true
}

func (r *reader) exceptionAccount(n *yaml.Node, path string) string {
	if r.anything(n, path) {
		return ""
	}
	id, _ := r.account(n, path)
	return id
}

func (r *reader) exceptionPrincipal(n *yaml.Node, path string) Principal {
	if r.anything(n, path) {
		return Principal{}
	}
	p, _ := r.principal(n, path)
	return p
}

var resourceType = lazily(`^[A-Z][A-Za-z0-9]*$`)

func (r *reader) resource(n *yaml.Node, path string) Pattern {
	if r.anything(n, path) {
		return ""
	}
	text, ok := r.scalar(n, path, "a resource", tagText)
	if !ok {
		return ""
	}
	kind, id, cut := strings.Cut(text, "/")
	switch {
	case !cut || !resourceType().MatchString(kind) || id == "":
		r.fail(n, path, "%s: want Type/ID as findings write it, such as AccessKey/*, User/bob or SecurityGroup/sg-0123", shown(text))
	case len(text) > 2048 || strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) || c == ' ' }):
		r.fail(n, path, "no resource: too long, or with spaces or invisible characters")
	default:
		return Pattern(text)
	}
	return ""
}
