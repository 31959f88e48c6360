package identity

import (
	"testing"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// TestGoodInline holds what is remembered of an inline policy: its document, and after it was deleted that there is none.
func TestGoodInline(t *testing.T) {
	index := detect.NewIndex([]*detect.Rule{InlinePolicyWildcard()})
	const harmless = `{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::a/b\"}]}`
	for record, want := range map[string]string{
		`{"eventSource":"iam.amazonaws.com","eventName":"PutUserPolicy","eventTime":"2026-11-20T09:00:00Z","requestParameters":{"userName":"bob","policyName":"p","policyDocument":"` + harmless + `"}}`: `"` + harmless + `"`,
		`{"eventSource":"iam.amazonaws.com","eventName":"DeleteUserPolicy","eventTime":"2026-11-20T09:00:00Z","requestParameters":{"userName":"bob","policyName":"p"}}`:                                  `""`,
		`{"eventSource":"iam.amazonaws.com","eventName":"DeleteUserPolicy","eventTime":"2026-11-20T09:00:00Z","errorCode":"AccessDenied","requestParameters":{"userName":"bob","policyName":"p"}}`:       ``,
		`{"eventSource":"iam.amazonaws.com","eventName":"DeleteUserPolicy","eventTime":"2026-11-20T09:00:00Z","requestParameters":null}`:                                                                 ``,
	} {
		ev, err := cloudtrail.DecodeAny([]byte(record))
		if err != nil {
			t.Fatal(err)
		}
		got := index.Good(ev)
		switch {
		case want == "" && len(got) == 0:
		case len(got) != 1 || string(got[0].State) != want || got[0].Name != "p" || got[0].Resource.ID != "bob":
			t.Errorf("%s: %+v, want %s", record, got, want)
		}
	}
}
