package config

import (
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// unitPath is a path of names as Organizations knows them: at most five levels below the root.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
var unitPath = lazily(`^[^/\s]([^/]{0,126}[^/\s])?(/[^/\s]([^/]{0,126}[^/\s])?){0,4}$`)

// unit reads where an account stands in the organization.
func (r *reader) unit(n *yaml.Node, path string) (string, bool) {
	text, ok := r.scalar(n, path, "a path of names", tagText)
	if !ok {
		return "", false
	}
	if !unitPath().MatchString(text) || strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) {
		r.fail(n, path, "%s is no path of organizational units: want names from the top down, at most five, such as Workloads/Prod", shown(text))
		return "", false
	}
	return text, true
}

// Within reports whether the account stands in an organizational unit or below it.
func (a Account) Within(unit string) bool {
	return a.OU != "" && (a.OU == unit || strings.HasPrefix(a.OU, unit+"/"))
}

// maxTags is how many tags AWS lets an account have.
const maxTags = 50

func (r *reader) tags(n *yaml.Node, path string) map[string]string {
	if !r.atMost(n, path, maxTags) {
		return nil
	}
	tags := map[string]string{}
	r.entries(n, path, func(key, value *yaml.Node) {
		if !taggable(key.Value, 128) || key.Value == "" {
			r.fail(key, path, "%s is no tag's key: want 1 to 128 visible characters", shown(key.Value))
			return
		}
		at := path + "[" + shown(key.Value) + "]"
		text, ok := r.scalar(value, at, "a tag's value", tagText)
		switch {
		case !ok:
		case !taggable(text, 256):
			r.fail(value, at, "no tag's value: longer than 256 characters, or with invisible ones")
		default:
			tags[key.Value] = text
		}
	})
	return tags
}

func taggable(text string, most int) bool {
	return len([]rune(text)) <= most && !strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) })
}

// Tagged reports whether the account has all of some tags.
func (a Account) Tagged(tags map[string]string) bool {
	for key, want := range tags {
		if value, ok := a.Tags[key]; !ok || value != want {
			return false
		}
	}
	return true
}
