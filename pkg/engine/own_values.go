package engine

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/ledger"
)

// knowsCall reports whether an incident knows everything that the request of a call names: the resource, its parts, whom it
// gives something to. Rules tell of a call what is risky in it; this tells whether it is Riposte's at all. What a call does
// not say as a value of its own, whole policies and configurations that Riposte writes back with what others put into them,
// is compared by the rules that judge it. named are the resources that it is known to have touched.
func knowsCall(in ledger.Incident, ev *cloudtrail.Event, named []string) bool {
	if !global(ev.Source) && ev.Region != in.Region && !slices.ContainsFunc(in.Changes, func(c ledger.Change) bool { return c.Target.Region == ev.Region }) {
		return false
	}
	known := values{}
	known.incident(in)
	known.add(named...)
	var request any
	if ev.Request.Omitted() {
		return true // a call without parameters, or one that the rules cannot judge
	}
	if json.Unmarshal(ev.Request.Raw(), &request) != nil {
		return false
	}
	return known.all(request, in.Account)
}

// global reports whether a service records its calls in one region, wherever what they are about is.
func global(source string) bool {
	return slices.Contains([]string{"iam.amazonaws.com", "organizations.amazonaws.com", "sts.amazonaws.com"}, source)
}

// values are texts that an incident knows.
type values map[string]bool

func (v values) incident(in ledger.Incident) {
	v.add(in.Account, in.Region)
	r := in.Finding.Resource
	v.add(r.ID, r.Parent)
	for _, p := range in.Finding.Params {
		v.add(p)
		v.add(strings.Split(p, ",")...)
		v.state(json.RawMessage(p))
	}
	for _, c := range in.Changes {
		v.add(c.Target.ID, c.Target.Parent, c.Target.Region)
		for _, p := range c.Target.Params {
			v.add(p)
			v.state(json.RawMessage(p))
		}
		v.state(c.Before)
		v.state(c.After)
		v.state(c.ReadBack)
	}
}

// add takes texts as they stand, and what comes last in an ARN or a path.
func (v values) add(texts ...string) {
	for _, t := range texts {
		if t != "" {
			v[t], v[lastName(t)] = true, true
		}
	}
}

// state takes every text and every name out of a state, also of one that is written as a text in another.
func (v values) state(raw json.RawMessage) {
	if parsed, ok := parseValue(raw); ok {
		v.walk(parsed)
	}
}

func (v values) walk(value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			v.add(name)
			v.walk(inner)
		}
	case []any:
		for _, inner := range value {
			v.walk(inner)
		}
	case string:
		v.add(value)
		v.state(json.RawMessage(value))
	case json.Number:
		v.add(value.String())
	}
}

// all reports whether everything that a request names is known.
func (v values) all(request any, account string) bool {
	switch request := request.(type) {
	case map[string]any:
		for name, inner := range request {
			if text, ok := inner.(string); ok && strings.EqualFold(name, "eventPattern") {
				if text != "" && !v[text] { // no rule judges what is in one
					return false
				}
				continue
			}
			if !slices.Contains(unsaid(), strings.ToLower(name)) && !v.all(inner, account) {
				return false
			}
		}
		return true
	case []any:
		return !slices.ContainsFunc(request, func(inner any) bool { return !v.all(inner, account) })
	case string:
		return v.has(request, account)
	case float64:
		raw, err := json.Marshal(request)
		return err == nil && v.has(string(raw), account)
	}
	return true // what is only true, false or null names nothing
}

// has reports whether a text is known: as it stands, or as the name of the same in this account.
func (v values) has(text, account string) bool {
	if text == "" || v[text] || slices.Contains(constants(), text) {
		return true
	}
	if parsed, ok := parseValue(json.RawMessage(text)); ok {
		switch parsed.(type) {
		case map[string]any, []any:
			return true // a document: the rules that judge it compare its statements
		}
	}
	if own, ok := strings.CutPrefix(text, "riposte-"); ok && v[own] { // the name of what is made anew
		return true
	}
	if strings.HasPrefix(text, "arn:") {
		parts := strings.SplitN(text, ":", 6)
		if len(parts) < 6 || parts[4] != "" && parts[4] != account {
			return false
		}
	}
	return v[lastName(text)]
}

// lastName returns what comes last in an ARN or a path.
func lastName(text string) string { return text[strings.LastIndexAny(text, ":/")+1:] }

// unsaid lists the members of requests, in lower case, whose values say what kind of thing is meant, chosen by the service
// or drawn by the SDK, and those that hold what rules judge as a whole.
func unsaid() []string {
	return []string{
		"attribute", "attributename", "attributetype", "clientrequesttoken", "clienttoken", "durationseconds", "host", "operationtype",
		"pendingwindowindays", "permissiontype", "policy", "priority", "resourcetype", "ruleaction",
		"sessionnumber", "tag", "targettype", "type",
		"x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp", "x-amz-grant-write", "x-amz-grant-write-acp",
		"xmlns", "xmlns:xsi", "xsi:type",
		"accesscontrolpolicy", "bucketpolicy", "grantfullcontrol", "grantread", "grantreadacp", "grantwrite", "grantwriteacp",
		"lifecycleconfiguration", "replicationconfiguration",
	}
}

// constants lists what Riposte's calls say and no state does.
func constants() []string { return []string{"block-new-sharing", "default", "RiposteRestores"} }

// parseValue parses a JSON value and keeps the spelling of its numbers.
func parseValue(raw json.RawMessage) (any, bool) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil || decoder.More() {
		return nil, false
	}
	return value, true
}
