package s3rules

import (
	"encoding/json"
	"testing"
)

func TestRules(t *testing.T) {
	read := map[string]func([]json.RawMessage) ([]json.RawMessage, bool){"lifecycle": Lifecycle, "replication": Replication}
	for name, tt := range map[string]struct{ of, rule, want string }{
		"days as a text": {"lifecycle", `{"ID":"a","Status":"Enabled","Filter":{"Prefix":""},"Expiration":{"Days":"30"}}`, `{"Expiration":{"Days":30},"Filter":{"Prefix":""},"ID":"a","Status":"Enabled"}`},
		"one transition": {"lifecycle", `{"ID":"a","Transition":{"Days":30,"StorageClass":"GLACIER"}}`, `{"ID":"a","Transitions":[{"Days":30,"StorageClass":"GLACIER"}]}`},
		"two transitions": {
			"lifecycle", `{"id":"a","transition":[{"days":30,"storageClass":"STANDARD_IA"},{"days":90,"storageClass":"GLACIER"}]}`,
			`{"ID":"a","Transitions":[{"Days":30,"StorageClass":"STANDARD_IA"},{"Days":90,"StorageClass":"GLACIER"}]}`,
		},
		"tags": {
			"lifecycle", `{"ID":"a","Filter":{"And":{"Prefix":"x","Tag":{"Key":"k","Value":"v"}}}}`,
			`{"Filter":{"And":{"Prefix":"x","Tags":[{"Key":"k","Value":"v"}]}},"ID":"a"}`,
		},
		"a tag":           {"lifecycle", `{"ID":"a","Filter":{"Tag":{"Key":"k","Value":"v"},"ObjectSizeGreaterThan":5}}`, `{"Filter":{"ObjectSizeGreaterThan":5,"Tag":{"Key":"k","Value":"v"}},"ID":"a"}`},
		"an empty filter": {"lifecycle", `{"ID":"a","Filter":""}`, `{"Filter":{},"ID":"a"}`},
		"a marker":        {"lifecycle", `{"Expiration":{"ExpiredObjectDeleteMarker":"true"}}`, `{"Expiration":{"ExpiredObjectDeleteMarker":true}}`},
		"unknown":         {"lifecycle", `{"ID":"a","Brand":"new"}`, ""},
		"no number":       {"lifecycle", `{"Expiration":{"Days":"soon"}}`, ""},
		"no object":       {"lifecycle", `[1]`, ""},
		"replicated": {
			"replication", `{"xmlns":"x","ID":"a","Priority":"1","Status":"Enabled","Filter":{"Prefix":""},"Destination":{"Bucket":"arn:aws:s3:::b","EncryptionConfiguration":{"ReplicaKmsKeyID":"k"}}}`,
			`{"Destination":{"Bucket":"arn:aws:s3:::b","EncryptionConfiguration":{"ReplicaKmsKeyID":"k"}},"Filter":{"Prefix":""},"ID":"a","Priority":1,"Status":"Enabled"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := read[tt.of]([]json.RawMessage{json.RawMessage(tt.rule)})
			if ok != (tt.want != "") || ok && string(got[0]) != tt.want {
				t.Errorf("read as %s, %v; want %s", got, ok, tt.want)
			}
		})
	}
}

func FuzzLifecycle(f *testing.F) {
	f.Add(`{"ID":"a","Filter":{"And":{"Tag":[{"Key":"k","Value":"v"}]}},"Transition":[{"Days":1}]}`)
	f.Add(`{"Expiration":[[]]}`)
	f.Fuzz(func(t *testing.T, rule string) {
		list, ok := Lifecycle([]json.RawMessage{json.RawMessage(rule)})
		if ok && (len(list) != 1 || !json.Valid(list[0])) {
			t.Errorf("%q is read as %q", rule, list)
		}
	})
}
