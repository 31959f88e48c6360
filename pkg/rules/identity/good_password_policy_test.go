package identity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/identity"
)

// TestGoodPasswordPolicy holds that a strict policy is remembered as restore-password-policy writes it, and nothing else is.
func TestGoodPasswordPolicy(t *testing.T) {
	for request, want := range map[string]string{
		`{"minimumPasswordLength":16,"requireSymbols":true,"requireNumbers":true,"requireUppercaseCharacters":true,"requireLowercaseCharacters":true,
			"allowUsersToChangePassword":true,"hardExpiry":false,"maxPasswordAge":90,"passwordReusePrevention":24}`: `{"lowercase":true,"maximum_age":90,"minimum_length":16,"numbers":true,"reuse_prevention":24,"set":true,"symbols":true,"uppercase":true,"users_may_change":true}`,
		`{"minimumPasswordLength":16,"maxPasswordAge":"x"}`: "",
		`{}`: `{"set":true}`, `null`: "",
	} {
		ev, err := cloudtrail.Decode([]byte(`{"eventVersion":"1.11","eventSource":"iam.amazonaws.com","eventName":"UpdateAccountPasswordPolicy",
			"eventID":"0c0d3c5e-1f5e-4d0a-9a53-5d2f1b9d9b11","eventTime":"2026-11-20T09:00:00Z","awsRegion":"us-east-1","recipientAccountId":"111122223333",
			"userIdentity":{"type":"IAMUser","userName":"alice"},"requestParameters":` + request + `}`))
		if err != nil {
			t.Fatal(err)
		}
		state, ok := identity.PasswordPolicyWeakened().Good(ev)
		if ok != (want != "") {
			t.Errorf("%s: remembered %v: %s", request, ok, state.State)
			continue
		}
		if diff := cmp.Diff(want, string(state.State)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", request, diff)
		}
		if r := (detect.Resource{Type: detect.Account, ID: "111122223333"}); ok && (state.Resource != r || state.Aspect != "password-policy") {
			t.Errorf("%s is remembered of %s", state.Aspect, state.Resource)
		}
	}
}
