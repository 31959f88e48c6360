package detect_test

import (
	"testing"

	"riposte/pkg/detect"
)

func TestDocumentHash(t *testing.T) {
	hash := func(s string) string { return detect.DocumentHash([]byte(s)) }
	same := []string{`{"a":1,"b":["x","y"]}`, `{ "b": ["x", "y"], "a": 1 }`, "{\n\"a\":1,\"b\":[\"\\u0078\",\"y\"]}"}
	for _, s := range same {
		if hash(s) != hash(same[0]) {
			t.Errorf("%s differs from %s", s, same[0])
		}
	}
	seen := map[string]string{}
	for _, s := range []string{
		same[0], `{"a":1,"b":["y","x"]}`, `{"a":"1","b":["x","y"]}`, `{"a":1.0,"b":["x","y"]}`,
		`{"a":12345678901234567890}`, `{"a":12345678901234567891}`, same[0] + same[0], same[0] + "x", `{"a":`, `{"a": `, "",
	} {
		h := hash(s)
		if other, taken := seen[h]; taken || len(h) != 64 {
			t.Errorf("%q has the hash of %q: %s", s, other, h)
		}
		seen[h] = s
	}
}
