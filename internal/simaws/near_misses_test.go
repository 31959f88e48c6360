package simaws_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// A nearMiss is a call that Riposte did not make, and nearly did.
type nearMiss struct {
	cloudRecord
	what string
}

// kinds are the members of requests that do not say which or how much, but what kind of thing the call is about: with another
// one the call would fail or be another. EC2 numbers what it wraps, and the SDK draws the tokens.
func kinds() []string {
	return []string{
		"Host", "tag", "clientToken", "ClientToken", "ResourceType", "attributeType", "attributeName", "operationType", "ruleAction",
		"targetType", "permissionType", "type", "SessionNumber", "pendingWindowInDays",
	}
}

// nearMisses returns a call with one thing of it changed, for each thing that it says, and the call where and when it was not
// made.
func nearMisses(t *testing.T, c cloudRecord) []nearMiss {
	t.Helper()
	var out []nearMiss
	for _, v := range variants(c, "", c.params) {
		miss := nearMiss{c, v.what}
		miss.params = v.value.(map[string]any)
		out = append(out, miss)
	}
	late := nearMiss{c, "an hour later"}
	late.at = late.at.Add(time.Hour)
	out = append(out, late)
	if !slices.Contains([]string{"iam", "organizations"}, c.source) { // whose calls are recorded in one region
		elsewhere := nearMiss{c, "in another region"}
		elsewhere.region = "eu-west-3"
		out = append(out, elsewhere)
	}
	return out
}

// A variant is a value with one thing of it changed.
type variant struct {
	value any
	what  string
}

func variants(c cloudRecord, path string, v any) []variant {
	switch v := v.(type) {
	case map[string]any:
		return memberVariants(c, path, v)
	case []any:
		var out []variant
		for i, inner := range v {
			for _, changed := range variants(c, fmt.Sprintf("%s[%d]", path, i), inner) {
				list := slices.Clone(v)
				list[i] = changed.value
				out = append(out, variant{list, changed.what})
			}
		}
		return out
	case string:
		return textVariants(c, path, v)
	case float64:
		return []variant{{v + 1, path}}
	}
	return nil
}

func memberVariants(c cloudRecord, path string, v map[string]any) []variant {
	if statements, ok := v["Statement"]; ok { // of a policy nothing else matters
		out := memberVariant(c, path, "Statement", statements)
		for i := range out {
			m := maps.Clone(v)
			m["Statement"] = out[i].value
			out[i].value = m
		}
		return out
	}
	var out []variant
	for name, inner := range v {
		for _, changed := range memberVariant(c, path, name, inner) {
			m := maps.Clone(v)
			m[name] = changed.value
			out = append(out, variant{m, changed.what})
		}
	}
	return out
}

func memberVariant(c cloudRecord, path, name string, inner any) []variant {
	path += "." + name
	switch {
	case slices.Contains(kinds(), name), strings.HasPrefix(name, "x-amz-grant-full"), name == "Key" && inner == "RiposteRestores":
		return nil
	case name == "Statement":
		beside := slices.DeleteFunc(listOf(inner), func(s any) bool { return s.(map[string]any)["Effect"] == "Deny" }) // under which nothing is risky
		return []variant{{append(beside, statementFor(c)), path}}
	case name == "AccessControlList":
		everybody := map[string]any{
			"Grantee":    map[string]any{"xsi:type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"},
			"Permission": "WRITE_ACP",
		}
		return []variant{{map[string]any{"Grant": append(listOf(inner.(map[string]any)["Grant"]), everybody)}, path}}
	case name == "Owner": // of an access control list
		return nil
	case strings.HasPrefix(name, "x-amz-grant-"):
		return []variant{{`uri="http://acs.amazonaws.com/groups/global/AuthenticatedUsers"`, path}}
	case name == "LifecycleConfiguration", name == "ReplicationConfiguration":
		rule := map[string]any{"ID": "near", "Status": "Enabled", "Filter": map[string]any{"Prefix": ""}}
		if name == "LifecycleConfiguration" {
			rule["Expiration"] = map[string]any{"Days": 1}
		} else {
			rule["Destination"] = map[string]any{"Bucket": "arn:aws:s3:::others", "Account": "444455556666"}
		}
		m := maps.Clone(inner.(map[string]any))
		m["Rule"] = append(listOf(m["Rule"]), rule)
		return []variant{{m, path}}
	}
	return variants(c, path, inner)
}

func listOf(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return slices.Clone(v)
	}
	return []any{v}
}

// statementFor returns a statement that makes a policy risky.
func statementFor(c cloudRecord) map[string]any {
	s := map[string]any{"Sid": "near", "Effect": "Allow", "Action": "*", "Resource": "*"}
	switch {
	case c.name == "UpdateAssumeRolePolicy":
		delete(s, "Resource")
		s["Action"], s["Principal"] = "sts:AssumeRole", "*"
	case c.source != "iam":
		s["Principal"] = "*"
	}
	return s
}

func textVariants(c cloudRecord, path, v string) []variant {
	if v == "" {
		return nil
	}
	var document map[string]any
	if json.Unmarshal([]byte(v), &document) != nil {
		return []variant{{v + "x", path}}
	}
	var out []variant
	for _, changed := range memberVariant(c, path, "Statement", document["Statement"]) {
		document["Statement"] = changed.value
		raw, err := json.Marshal(document)
		if err != nil {
			panic(err)
		}
		out = append(out, variant{string(raw), changed.what})
	}
	return out
}
