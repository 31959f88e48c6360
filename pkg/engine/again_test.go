package engine

import (
	"maps"
	"testing"
	"time"

	"riposte/pkg/detect"
)

// TestSameChange holds which changes are the same one made again, so that they prove who made it and are a fight: by the same
// principal, on the same resource, of the same content, whatever numbers AWS gives it this time.
func TestSameChange(t *testing.T) {
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	base := func() detect.Finding {
		return detect.Finding{
			Rule: "NET-001", Resource: detect.Resource{Type: detect.SecurityGroup, ID: "sg-1"}, Actions: []string{"revoke"},
			Actor: detect.Actor{ARN: "arn:aws:iam::111122223333:user/bob"},
			Event: detect.EventRef{ID: "1", Account: "111122223333", Region: "us-east-1", Time: at},
			Params: map[string]string{
				detect.ParamRuleIDs: "sgr-1",
				detect.ParamRules:   `[{"id":"sgr-1","protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"0.0.0.0/0"},{"id":"sgr-2","protocol":"tcp","from_port":23,"to_port":23,"cidr_ipv4":"0.0.0.0/0"}]`,
			},
		}
	}
	param := func(name, value string) func(*detect.Finding) {
		return func(f *detect.Finding) { f.Params[name] = value }
	}
	for name, tt := range map[string]struct {
		change func(*detect.Finding)
		want   bool
	}{
		"the same": {func(*detect.Finding) {}, true},
		"other numbers": {func(f *detect.Finding) {
			f.Params[detect.ParamRuleIDs], f.Params[detect.ParamVersionID] = "sgr-9", "v9"
		}, true},
		"another session": {func(f *detect.Finding) { f.Actor.AccessKey = "ASIAIOSFODNN7EXAMPLE" }, true},
		"rules in another order, by other ids": {param(detect.ParamRules, `[{"id":"sgr-8","protocol":"tcp","from_port":23,"to_port":23,"cidr_ipv4":"0.0.0.0/0","description":"x"},
			{"id":"sgr-9","protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"0.0.0.0/0"}]`), true},
		"another document that says the same": {param(detect.ParamDocumentHash, "b"), true},
		"another port":                        {param(detect.ParamRules, `[{"protocol":"tcp","from_port":3389,"to_port":3389,"cidr_ipv4":"0.0.0.0/0"}]`), false},
		"one rule of two":                     {param(detect.ParamRules, `[{"protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"0.0.0.0/0"}]`), false},
		"unreadable rules":                    {param(detect.ParamRules, `[`), false},
		"another group":                       {param(detect.ParamGroupName, "admins"), false},
		"another target":                      {param(detect.ParamTargetID, "ou-1"), false},
		"another route":                       {param(detect.ParamRoute, `{}`), false},
		"another grantee":                     {param(detect.ParamGrantees, `["all"]`), false},
		"another statement":                   {param(detect.ParamStatements, "c"), false},
		"another resource":                    {func(f *detect.Finding) { f.Resource.ID = "sg-2" }, false},
		"another parent":                      {func(f *detect.Finding) { f.Resource.Parent = "x" }, false},
		"another rule":                        {func(f *detect.Finding) { f.Rule = "NET-002" }, false},
		"another principal":                   {func(f *detect.Finding) { f.Actor.ARN = "arn:aws:iam::111122223333:user/ann" }, false},
		"another account":                     {func(f *detect.Finding) { f.Event.Account = "444455556666" }, false},
		"another region":                      {func(f *detect.Finding) { f.Event.Region = "eu-west-1" }, false},
		"the same event":                      {func(f *detect.Finding) { f.Event.ID = "1" }, false},
		"an earlier event":                    {func(f *detect.Finding) { f.Event.Time = at.Add(-time.Second) }, false},
		"one that failed":                     {func(f *detect.Finding) { f.Attempt = true }, false},
		"one that nobody could judge":         {func(f *detect.Finding) { f.Unjudged = "omitted" }, false},
		"nobody known":                        {func(f *detect.Finding) { f.Actor = detect.Actor{} }, false},
		"no time":                             {func(f *detect.Finding) { f.Event.Time = time.Time{} }, false},
	} {
		was, now := base(), base()
		now.Params = maps.Clone(now.Params)
		now.Event.ID, now.Event.Time = "2", at.Add(time.Hour)
		tt.change(&now)
		if got := sameAgain(was, now); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
