// Package calls says which permission each call of the AWS SDK needs, for tests that hold what is called against what is
// granted. The tables are written by hand from AWS's service authorization reference and are to be reviewed like a
// policy: what they leave out nobody would notice missing.
package calls

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// A Call is one call of the SDK, or on its wire.
type Call struct {
	Service   string // as the SDK names it: "IAM", "Secrets Manager"
	Operation string // "UpdateAccessKey"
	Region    string
	Account   string // the account that it is made in
	Input     any    // the SDK's typed input, or the members of the request by their names
}

// A Need is one permission that a call needs. In its texts ${Partition}, ${Region} and ${Account} stand for those of the
// call, so that it reads like a grant.
type Need struct {
	Action   string            `json:"action"`   // "iam:UpdateAccessKey"
	Resource string            `json:"resource"` // one resource, or "*" where the service knows none
	Context  map[string]string `json:"context,omitempty"`
}

// A row says what one operation needs.
type row struct {
	action  string            // where it is not the operation's own name
	on      []string          // ARNs: {Member} is a member of the input
	or      string            // where the input has none of those
	context map[string]string // condition keys that policies use
	also    []further
}

// A further permission is one that AWS asks for beside the call's own.
type further struct {
	action  string
	on      []string
	or      string
	context map[string]string
	when    string // only where the input has this member
}

// Needs returns the permissions that a call needs. A call that no table has is an error.
func Needs(c Call) ([]Need, error) {
	r, ok := table()[c.Service+" "+c.Operation]
	if !ok {
		return nil, fmt.Errorf("no table says which permission %s %s needs", c.Service, c.Operation)
	}
	in, err := membersOf(c.Input)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", c.Service, c.Operation, err)
	}
	action := r.action
	if action == "" {
		action = prefix(c.Service) + ":" + c.Operation
	}
	needs, err := expand(c, in, further{action: action, on: r.on, or: r.or, context: r.context})
	if err != nil {
		return nil, err
	}
	for _, f := range r.also {
		if f.when != "" && len(in.texts(f.when)) == 0 {
			continue
		}
		more, err := expand(c, in, f)
		if err != nil {
			return nil, err
		}
		needs = append(needs, more...)
	}
	return needs, nil
}

// expand makes one need for each resource.
func expand(c Call, in members, f further) ([]Need, error) {
	var resources []string
	for _, pattern := range f.on {
		resources = append(resources, in.fill(pattern)...)
	}
	if len(resources) == 0 && f.or != "" {
		resources = []string{f.or}
	}
	if len(resources) == 0 {
		return nil, fmt.Errorf("%s %s: the input names none of %v", c.Service, c.Operation, f.on)
	}
	needs := make([]Need, len(resources))
	for n, resource := range resources {
		needs[n] = Need{Action: f.action, Resource: c.general(resource), Context: c.context(in, f.context)}
	}
	return needs, nil
}

// context returns the condition keys that the input gives a value.
func (c Call) context(in members, keys map[string]string) map[string]string {
	var out map[string]string
	for key, pattern := range keys {
		values := in.fill(pattern)
		if len(values) == 0 {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[key] = c.general(values[0])
	}
	return out
}

// general puts placeholders in the place of what is the call's own, in ARNs.
func (c Call) general(text string) string {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return text
	}
	if parts[1] == "aws" {
		parts[1] = "${Partition}"
	}
	if parts[3] == c.Region && c.Region != "" {
		parts[3] = "${Region}"
	}
	if parts[4] == c.Account && c.Account != "" {
		parts[4] = "${Account}"
	}
	return strings.Join(parts, ":")
}

// prefix is what IAM calls a service in the names of its actions.
func prefix(service string) string {
	switch service {
	case "AccessAnalyzer":
		return "access-analyzer"
	case "CloudWatch Logs":
		return "logs"
	case "Config Service":
		return "config"
	case "EventBridge":
		return "events"
	case "S3 Control":
		return "s3"
	case "SSO Admin":
		return "sso"
	case "Secrets Manager":
		return "secretsmanager"
	}
	return strings.ToLower(service)
}

// table joins the tables of all services.
func table() map[string]row {
	all := map[string]row{}
	for _, part := range []map[string]row{
		identityRows(), computeRows(), loggingRows(), storageRows(), dataRows(), organizationRows(), plumbingRows(),
	} {
		maps.Copy(all, part)
	}
	return all
}

// members are the members of an input by name.
type members map[string]any

func membersOf(input any) (members, error) {
	raw, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	m := members{}
	return m, json.Unmarshal(raw, &m)
}

// fill puts members into the place of {Name} and {Name.Inner}. Where a member has several values there are several texts,
// and none where it has none. A member that is an ARN already takes the place of what stands before it. After a bar:
// "base" takes the last part of a URL or path, "?" with a text puts that text after a member that may be missing, and
// anything else is how the values that count begin.
func (m members) fill(pattern string) []string { return m.fillFrom("", pattern) }

func (m members) fillFrom(done, pattern string) []string {
	before, rest, found := strings.Cut(pattern, "{")
	if !found {
		return []string{done + pattern}
	}
	name, after, _ := strings.Cut(rest, "}")
	if strings.HasSuffix(before, "$") { // a placeholder, and no member
		return m.fillFrom(done+before+"{"+name+"}", after)
	}
	var out []string
	for _, value := range m.values(name) {
		if strings.HasPrefix(value, "arn:") {
			out = append(out, m.fillFrom(value, after)...)
			continue
		}
		out = append(out, m.fillFrom(done+before+value, after)...)
	}
	return out
}

// values returns the values of a member, as what stands after the bar wants them.
func (m members) values(name string) []string {
	path, how, _ := strings.Cut(name, "|")
	values := m.texts(path)
	suffix, optional := strings.CutPrefix(how, "?")
	switch {
	case optional && len(values) == 0:
		return []string{""}
	case how == "":
		return values
	}
	var out []string
	for _, v := range values {
		switch {
		case optional:
			out = append(out, v+suffix)
		case how == "base":
			out = append(out, v[strings.LastIndex(v, "/")+1:])
		case strings.HasPrefix(v, how):
			out = append(out, v)
		}
	}
	return out
}

// texts returns the texts of a member, which may lie within others and within lists.
func (m members) texts(path string) []string {
	name, inner, deeper := strings.Cut(path, ".")
	var out []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, each := range v {
				walk(each)
			}
		case map[string]any:
			if deeper {
				out = append(out, members(v).texts(inner)...)
			}
		case string:
			if !deeper && v != "" {
				out = append(out, v)
			}
		case float64:
			if !deeper {
				out = append(out, fmt.Sprint(v))
			}
		}
	}
	walk(m[name])
	return out
}
