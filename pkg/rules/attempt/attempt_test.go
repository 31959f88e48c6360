package attempt_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

func TestOn(t *testing.T) {
	const by = "User: arn:aws:iam::111122223333:user/mallory is not authorized to perform: iam:CreateAccessKey"
	tests := []struct{ name, code, message, on, user string }{
		{"user by ARN", "AccessDenied", by + " on resource: arn:aws:iam::111122223333:user/ops/bob because no identity-based policy allows the iam:CreateAccessKey action", "arn:aws:iam::111122223333:user/ops/bob", "bob"},
		{"user by name", "AccessDenied", by + " on resource: user bob", "user bob", "bob"},
		{"explicit deny", "AccessDenied", by + " on resource: user bob with an explicit deny in a service control policy", "user bob", "bob"},
		{"a role", "AccessDenied", by + " on resource: arn:aws:iam::111122223333:role/bob", "arn:aws:iam::111122223333:role/bob", ""},
		{"no resource", "AccessDenied", by, "", ""},
		{"no message", "AccessDenied", "", "", ""},
		{"another failure", "NoSuchEntity", by + " on resource: user bob", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ev := &cloudtrail.Event{ErrorCode: tt.code, ErrorMessage: tt.message}
			if diff := cmp.Diff([]string{tt.on, tt.user}, []string{attempt.On(ev), attempt.User(ev)}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestGrave(t *testing.T) {
	failure := errors.New("no name")
	match := func(*cloudtrail.Event) ([]detect.Finding, error) {
		return []detect.Finding{
			{Summary: "as the rule says"},
			{Severity: detect.Medium, Summary: "medium"},
			{Severity: detect.Critical, Summary: "critical"},
			{Severity: detect.High, Summary: "not judged", Unjudged: "why"},
		}, failure
	}
	request := cloudtrail.NewPayload(json.RawMessage(`{}`))
	tests := []struct {
		name  string
		ev    cloudtrail.Event
		match attempt.Match
		want  []string
		fails bool
	}{
		{"done", cloudtrail.Event{Request: request}, attempt.Grave(match), []string{"as the rule says", "medium", "critical", "not judged"}, true},
		{"done and omitted", cloudtrail.Event{}, attempt.Grave(match), []string{"as the rule says", "medium", "critical", "not judged"}, true},
		{"denied", cloudtrail.Event{ErrorCode: "AccessDenied", Request: request}, attempt.Grave(match), []string{"as the rule says", "critical"}, true},
		{"denied and omitted", cloudtrail.Event{ErrorCode: "AccessDenied"}, attempt.Grave(match), nil, false},
		{"seen", cloudtrail.Event{ErrorCode: "AccessDenied", Request: request}, attempt.Seen(match), []string{"as the rule says", "medium", "critical", "not judged"}, true},
		{"unseen", cloudtrail.Event{ErrorCode: "AccessDenied"}, attempt.Seen(match), nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := tt.match(&tt.ev)
			var got []string
			for _, f := range found {
				got = append(got, f.Summary)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if (err != nil) != tt.fails {
				t.Errorf("error %v", err)
			}
		})
	}
}
