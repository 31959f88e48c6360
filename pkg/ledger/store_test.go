package ledger

import "testing"

func TestBaselineKey(t *testing.T) {
	if got, want := BaselineKey("111122223333", "us-east-1", "bucket-policy", "Bucket/a/b"), "111122223333/us-east-1/bucket-policy/Bucket/a/b"; got != want {
		t.Errorf("BaselineKey = %q, want %q", got, want)
	}
	seen := map[string][4]string{}
	parts := []string{"", "a", "/", "a/", "%2F", "a%2F", "\xff", "%FF"}
	for _, account := range parts {
		for _, region := range parts {
			for _, aspect := range parts {
				for _, resource := range parts {
					key, of := BaselineKey(account, region, aspect, resource), [4]string{account, region, aspect, resource}
					if other, ok := seen[key]; ok {
						t.Errorf("%q and %q have the key %q", of, other, key)
					}
					seen[key] = of
				}
			}
		}
	}
}
