package ruletest

import (
	"encoding/json"
	"strings"
	"testing"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// The accounts of estate cases, by the names that stand for them in requests and answers.
const (
	own      = "111122223333"
	trusted  = "444455556666" // {trusted}
	stranger = "999988887777" // {stranger}
)

// An EstateCase is a call that involves another account, which matters to a rule only where it is a stranger's.
// {account} in One stands for that account; Both names {trusted} and {stranger} where one call can involve several.
type EstateCase struct {
	Name, Rule   string
	Source, Call string
	One, Both    string // request parameters
	Response     string // response elements, in which {account} stands for the same
	Lower        bool   // a known account makes the finding less severe instead of none
}

// Estate holds for each case that the rule finds the call where the operator says nothing, that it stays quiet where the
// account is the operator's own or trusted, that it still finds a stranger, and that it names the strangers only.
func Estate(t *testing.T, rules []*detect.Rule, cases []EstateCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			index := detect.NewIndex(rules)
			known := map[string]*detect.Index{
				"trusted": index.In(&cloudtrail.Estate{Trusted: []string{trusted}}),
				"own":     index.In(&cloudtrail.Estate{Accounts: []string{own, trusted}}),
			}
			unsaid := c.find(t, index, c.One, trusted)
			if len(unsaid) != 1 || unsaid[0].Unjudged != "" {
				t.Fatalf("nobody said anything about the account: found %+v, want one finding", unsaid)
			}
			for who, in := range known {
				c.knows(t, in, who, unsaid[0].Severity)
			}
		})
	}
}

// knows holds what a case finds where the operator says whose an account is.
func (c EstateCase) knows(t *testing.T, in *detect.Index, who string, unsaid detect.Severity) {
	t.Helper()
	got := c.find(t, in, c.One, trusted)
	switch {
	case !c.Lower && len(got) != 0:
		t.Errorf("the account is %s: found %q", who, got[0].Summary)
	case c.Lower && (len(got) != 1 || got[0].Severity >= unsaid):
		t.Errorf("the account is %s: found %+v, want one finding below %v", who, got, unsaid)
	}
	if got := c.find(t, in, c.One, stranger); len(got) != 1 || got[0].Severity != unsaid {
		t.Errorf("a stranger's beside one that is %s: found %+v, want %v", who, got, unsaid)
	}
	if c.Both == "" {
		return
	}
	got = c.find(t, in, c.Both, stranger)
	if len(got) != 1 || !strings.Contains(got[0].Summary, stranger) || strings.Contains(got[0].Summary, trusted) {
		t.Errorf("one is %s and one a stranger's: found %+v, want one that names only the stranger's", who, got)
	}
}

// find returns what the case's rule finds.
func (c EstateCase) find(t *testing.T, index *detect.Index, request, account string) []detect.Finding {
	t.Helper()
	fill := func(text string) cloudtrail.Payload {
		if text == "" {
			text = "null"
		}
		text = strings.NewReplacer("{account}", account, "{trusted}", trusted, "{stranger}", stranger).Replace(text)
		if !json.Valid([]byte(text)) {
			t.Fatalf("%s is no JSON", text)
		}
		return cloudtrail.NewPayload(json.RawMessage(text))
	}
	found := index.Match(&cloudtrail.Event{
		ID: "e-1", Source: c.Source + ".amazonaws.com", Name: c.Call, Account: own, Region: "us-east-1",
		Identity: cloudtrail.Identity{Type: "IAMUser", ARN: "arn:aws:iam::" + own + ":user/mallory", UserName: "mallory"},
		Request:  fill(request), Response: fill(c.Response),
	})
	var out []detect.Finding
	for _, f := range found {
		if f.Rule == c.Rule {
			out = append(out, f)
		}
	}
	return out
}
