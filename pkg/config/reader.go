package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// A reader collects the mistakes of one file. Its methods report what is wrong with a node and say whether it was fine.
type reader struct {
	file string
	errs Errors
}

func (r *reader) failAt(line, column int, format string, args ...any) {
	r.errs = append(r.errs, &Error{Position{r.file, line, column}, fmt.Sprintf(format, args...)})
}

// fail reports a mistake at a node; path says which key it is, such as "exceptions[0].expires".
func (r *reader) fail(n *yaml.Node, path, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if path != "" {
		text = path + ": " + text
	}
	r.errs = append(r.errs, &Error{r.pos(n), text})
}

func (r *reader) pos(n *yaml.Node) Position {
	return Position{r.file, max(n.Line, 1), max(n.Column, 1)}
}

// A field is a key that a mapping may have.
type field struct {
	key  string
	read func(n *yaml.Node, path string)
	must string // what to write when it is missing; empty when it may be
	list bool   // a section that may stand there without content
}

// fields reads a mapping whose keys are known.
func (r *reader) fields(n *yaml.Node, path string, known ...field) {
	has := map[string]bool{}
	ok := r.entries(n, path, func(key, value *yaml.Node) {
		for _, f := range known {
			if f.key != key.Value {
				continue
			}
			has[f.key] = true
			switch at := join(path, f.key); {
			case !isNull(value):
				f.read(value, at)
			case !f.list:
				r.fail(value, at, "no value: write one or leave the key out")
			}
			return
		}
		r.unknown(key, path, known)
	})
	if !ok {
		return
	}
	for _, f := range known {
		if f.must != "" && !has[f.key] {
			r.fail(n, join(path, f.key), "missing: %s", f.must)
		}
	}
}

func (r *reader) unknown(key *yaml.Node, path string, known []field) {
	names := make([]string, len(known))
	for i, f := range known {
		names[i] = f.key
	}
	text, meant := "unknown key "+shown(key.Value), didYouMean(key.Value, names)
	if why := notHere(key.Value); why != "" && meant == "" {
		r.fail(key, path, "%s: %s", text, why)
		return
	}
	r.fail(key, path, "%s%s; known here: %s", text, meant, strings.Join(names, ", "))
}

// notHere explains keys that people expect and that do not exist.
func notHere(key string) string {
	switch strings.ToLower(key) {
	case "tag", "tags":
		return "CloudTrail events carry no tags; name the principal or the resource"
	case "ou", "ous", "organizational_unit", "organizational_units", "organisational_units":
		return "CloudTrail events carry no organizational unit; list the accounts one by one under accounts, each with its ou, " +
			"which routes and silences may name"
	case "webhook", "webhook_url", "url":
		return "a webhook's URL is a secret: store it in Secrets Manager and name that secret in webhook_secret"
	case "token", "bot_token", "signing_secret":
		return "what lets Riposte into Slack is secret: store it in Secrets Manager and name that secret in app_secret"
	case "routing_key", "integration_key", "service_key":
		return "a routing key is a secret: store it in Secrets Manager and name that secret in key_secret"
	case "kill_switch", "stopped", "enabled", "dry_run":
		return `"riposte stop" and "riposte resume" move the kill switch; stance: observe only alerts`
	}
	return ""
}

// entries visits the entries of a mapping whose keys are text and stand there once.
func (r *reader) entries(n *yaml.Node, path string, visit func(key, value *yaml.Node)) bool {
	if refused(n) {
		return false
	}
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "want keys with values, found %s", kind(n))
		return false
	}
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch line, twice := first[key.Value]; {
		case refused(key):
		case key.Kind != yaml.ScalarNode:
			r.fail(key, path, "a key has to be text, found %s", kind(key))
		case twice:
			r.fail(key, path, "key %s stands twice: first on line %d", shown(key.Value), line)
		default:
			first[key.Value] = key.Line
			visit(key, value)
		}
	}
	return true
}

// items visits the items of a list.
func (r *reader) items(n *yaml.Node, path string, visit func(item *yaml.Node, path string)) {
	switch {
	case refused(n):
	case n.Kind != yaml.SequenceNode:
		r.fail(n, path, "want a list, found %s", kind(n))
	default:
		for i, item := range n.Content {
			visit(item, path+"["+strconv.Itoa(i)+"]")
		}
	}
}

// atMost reports whether a list or mapping is short enough to be read by a person.
func (r *reader) atMost(n *yaml.Node, path string, most int) bool {
	count := len(n.Content)
	if n.Kind == yaml.MappingNode {
		count /= 2
	}
	if count > most {
		r.fail(n, path, "has %d entries: at most %d are possible", count, most)
	}
	return count <= most
}

// scalar returns a plain value of one of the kinds that tags name.
func (r *reader) scalar(n *yaml.Node, path, want string, tags ...string) (string, bool) {
	if refused(n) {
		return "", false
	}
	if n.Kind == yaml.ScalarNode && slices.Contains(tags, n.Tag) {
		return n.Value, true
	}
	hint := ""
	if n.Kind == yaml.ScalarNode && !isNull(n) && tags[0] == tagText {
		hint = "; put it in quotes"
	}
	r.fail(n, path, "want %s, found %s%s", want, kind(n), hint)
	return "", false
}

const (
	tagText = "!!str"
	tagInt  = "!!int"
	tagBool = "!!bool"
	tagDate = "!!timestamp"
)

// text returns a text for people in one line of at most most characters.
func (r *reader) text(n *yaml.Node, path string, most int) string {
	value, ok := r.scalar(n, path, "text", tagText)
	if !ok {
		return ""
	}
	line := strings.Join(strings.Fields(value), " ")
	switch {
	case line == "":
		r.fail(n, path, "empty: write something or leave the key out")
	case strings.ContainsFunc(line, func(c rune) bool { return !unicode.IsPrint(c) }):
		r.fail(n, path, "has invisible characters: remove them")
	case len([]rune(line)) > most:
		r.fail(n, path, "longer than %d characters: say it shorter", most)
	default:
		return line
	}
	return ""
}

var plainNumber = lazily(`^(0|[1-9][0-9]{0,6})$`)

// number returns a whole number from 0 to 9,999,999.
func (r *reader) number(n *yaml.Node, path string) (int64, bool) {
	value, ok := r.scalar(n, path, "a whole number", tagInt)
	if !ok {
		return 0, false
	}
	if !plainNumber().MatchString(value) {
		r.fail(n, path, "%s: want a plain whole number from 0 to 9999999, such as 10", shown(value))
		return 0, false
	}
	v, err := strconv.ParseInt(value, 10, 64)
	return v, err == nil
}

func (r *reader) truth(n *yaml.Node, path string) bool {
	value, ok := r.scalar(n, path, "true or false", tagBool)
	if ok && value != "true" && value != "false" {
		r.fail(n, path, "%s: write true or false", shown(value))
	}
	return value == "true"
}

func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	case yaml.DocumentNode, yaml.AliasNode:
		return "something else"
	case yaml.ScalarNode:
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case tagInt, "!!float":
		return "the number " + shown(n.Value)
	case "!!bool":
		return n.Value + ", which YAML reads as true or false"
	case tagDate:
		return "a date"
	}
	return "text"
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
