package exposure_test

import (
	"encoding/json"
	"testing"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/rules/exposure"
)

// TestGoodKeyPolicy holds which events leave a key's policy behind that is worth remembering.
func TestGoodKeyPolicy(t *testing.T) {
	const owner = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}`
	quoted, err := json.Marshal(owner)
	if err != nil {
		t.Fatal(err)
	}
	index := detect.NewIndex([]*detect.Rule{exposure.KeyPolicyChanged()})
	for name, tt := range map[string]struct {
		call, request, response string
		key                     string
	}{
		"put":                      {"PutKeyPolicy", `{"keyId":"k","policyName":"default","policy":` + string(quoted) + `}`, `null`, "k"},
		"with a new key":           {"CreateKey", `{"policy":` + string(quoted) + `}`, `{"keyMetadata":{"keyId":"n"}}`, "n"},
		"a new key without one":    {"CreateKey", `{}`, `{"keyMetadata":{"keyId":"n"}}`, ""},
		"without a lock-out check": {"PutKeyPolicy", `{"keyId":"k","bypassPolicyLockoutSafetyCheck":true,"policy":` + string(quoted) + `}`, `null`, ""},
		"without a policy":         {"PutKeyPolicy", `{"keyId":"k"}`, `null`, ""},
		"no policy at all":         {"PutKeyPolicy", `{"keyId":"k","policy":"open"}`, `null`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			ev := call("kms", tt.call, tt.request, tt.response)
			ev.Time = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
			got := index.Good(ev)
			if tt.key == "" {
				if len(got) != 0 {
					t.Errorf("%s is called good", got[0].State)
				}
				return
			}
			if len(got) != 1 || got[0].Aspect != "key-policy" || got[0].Resource != (detect.Resource{Type: detect.Key, ID: tt.key}) ||
				string(got[0].State) != string(quoted) {
				t.Errorf("good: %+v; want the policy of %s", got, tt.key)
			}
		})
	}
}
