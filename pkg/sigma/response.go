package sigma

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

// A response is what the key riposte of a rule says: what to do, and where the event names what it is to be done to.
type response struct {
	actions  []string
	resource *resource
	params   []param
}

type resource struct {
	kind       detect.ResourceType
	id, parent int // paths; parent is -1 where there is none
	idField    string
	upField    string
}

type param struct {
	name  string
	path  int
	field string
}

// A need is what an action takes from a finding.
type need struct {
	kinds  []detect.ResourceType
	parent string // what the resource's parent is; empty where it needs none
	params []string
}

func principals() []detect.ResourceType {
	return []detect.ResourceType{detect.User, detect.Role, detect.Group}
}

// needs lists the actions that a rule of the operator's own can name. An action that needs more than an event says in
// so many words, as the security group rules that one call added, is left to the rules that are written in Go.
func needs() map[string]need {
	return map[string]need{
		"deactivate-access-key":          {kinds: []detect.ResourceType{detect.AccessKey}, parent: "the user whose key it is"},
		"detach-policy":                  {kinds: principals(), params: []string{detect.ParamPolicyARN}},
		"remove-inline-policy":           {kinds: principals(), params: []string{detect.ParamPolicyName, detect.ParamDocumentHash}},
		"restore-default-policy-version": {kinds: []detect.ResourceType{detect.Policy}, params: []string{detect.ParamVersionID}},
		"start-cloudtrail-logging":       {kinds: []detect.ResourceType{detect.Trail}},
	}
}

func (r *reader) response(n *yaml.Node, paths *paths, known []actions.Action) response {
	var out response
	if !r.mapping(n, "riposte") {
		return out
	}
	var actionLines []int
	entries(n, func(key, value *yaml.Node) {
		switch key.Value {
		case "actions":
			out.actions = r.texts(value, "riposte.actions", maxField)
			for i := range out.actions {
				line := value.Line
				if value.Kind == yaml.SequenceNode {
					line = value.Content[i].Line
				}
				actionLines = append(actionLines, line)
			}
		case "resource":
			out.resource = r.resource(value, paths)
		case "params":
			out.params = r.params(value, paths)
		default:
			r.fail(key.Line, "riposte.%s: unknown key; there are actions, resource and params", key.Value)
		}
	})
	wanted := map[string]bool{}
	before := len(r.problems)
	for i, id := range out.actions {
		if slices.Contains(out.actions[:i], id) {
			r.fail(actionLines[i], "action %s is listed twice", shown(id))
			continue
		}
		r.action(actionLines[i], id, out, known, wanted)
	}
	for _, p := range out.params {
		if !wanted[p.name] && len(r.problems) == before {
			r.fail(n.Line, "riposte.params.%s: none of the rule's actions takes it: remove it, or correct its name", p.name)
		}
	}
	return out
}

// action checks that an action exists and that the rule says what it needs.
func (r *reader) action(line int, id string, out response, known []actions.Action, wanted map[string]bool) {
	if !slices.ContainsFunc(known, func(a actions.Action) bool { return a.ID == id }) {
		r.fail(line, "no action %s: \"riposte actions\" lists them", shown(id))
		return
	}
	need, usable := needs()[id]
	if !usable {
		r.fail(line, "action %s needs more than a Sigma rule can tell it: leave it to Riposte's own rules", id)
		return
	}
	switch {
	case out.resource == nil:
		r.fail(line, "action %s needs riposte.resource: write its type (%s) and the path of its id", id, kinds(need))
		return
	case !slices.Contains(need.kinds, out.resource.kind):
		r.fail(line, "action %s cannot work on a resource of type %s: want %s", id, out.resource.kind, kinds(need))
	case need.parent != "" && out.resource.parent < 0:
		r.fail(line, "action %s needs riposte.resource.parent: write the path of %s", id, need.parent)
	}
	for _, name := range need.params {
		wanted[name] = true
		if !slices.ContainsFunc(out.params, func(p param) bool { return p.name == name }) {
			what := ""
			if name == detect.ParamDocumentHash {
				what = " of the policy document, from which the hash is made"
			}
			r.fail(line, "action %s needs riposte.params.%s: write the path%s", id, name, what)
		}
	}
}

func kinds(n need) string {
	names := make([]string, len(n.kinds))
	for i, k := range n.kinds {
		names[i] = string(k)
	}
	return strings.Join(names, ", ")
}

func (r *reader) resource(n *yaml.Node, paths *paths) *resource {
	if !r.mapping(n, "riposte.resource") {
		return nil
	}
	out := &resource{id: -1, parent: -1}
	entries(n, func(key, value *yaml.Node) {
		switch key.Value {
		case "type":
			r.want(value, "riposte.resource.type", kindForm(), "a kind of resource such as AccessKey, User or Trail")
			out.kind = detect.ResourceType(value.Value)
		case "id":
			out.id, out.idField = r.source(value, "riposte.resource.id", paths)
		case "parent":
			out.parent, out.upField = r.source(value, "riposte.resource.parent", paths)
		default:
			r.fail(key.Line, "riposte.resource.%s: unknown key; there are type, id and parent", key.Value)
		}
	})
	if out.kind == "" || out.idField == "" {
		r.fail(n.Line, "riposte.resource needs type and id")
		return nil
	}
	return out
}

var kindForm = lazily(`^[A-Z][A-Za-z0-9]{1,39}$`)

func (r *reader) params(n *yaml.Node, paths *paths) []param {
	if !r.mapping(n, "riposte.params") {
		return nil
	}
	var out []param
	entries(n, func(key, value *yaml.Node) {
		if path, field := r.source(value, "riposte.params."+key.Value, paths); field != "" {
			out = append(out, param{key.Value, path, field})
		}
	})
	return out
}

// source reads the path from which a fact is taken. Only what AWS itself has checked or written may name what is changed.
func (r *reader) source(n *yaml.Node, what string, paths *paths) (path int, field string) {
	root, _, _ := strings.Cut(n.Value, ".")
	roots := []string{"requestParameters", "responseElements", "userIdentity", "additionalEventData", "serviceEventDetails"}
	if n.Kind != yaml.ScalarNode || !fieldPath().MatchString(n.Value) || len(n.Value) > maxField || !slices.Contains(roots, root) {
		r.fail(n.Line, "%s %s: want the path of a field below %s", what, kindOf(n), strings.Join(roots, ", "))
		return -1, ""
	}
	return paths.of(n.Value), n.Value
}
