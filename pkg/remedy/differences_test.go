package remedy

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestDifferences(t *testing.T) {
	for _, tt := range []struct{ want, live, says string }{
		{`"Inactive"`, `"Active"`, ""},
		{`{"a":1}`, `{"a":1}`, ""},
		{`{"a":1,"b":2}`, `{"a":1,"b":3}`, "b: expected 2, found 3"},
		{`{"a":1}`, `{}`, "a: expected 1, found nothing"},
		{`{}`, `{"a":{"b":[1]}}`, `a: found {"b":[1]}, expected nothing`},
		{`{"s":[{"e":"Deny"},{"e":"Allow"}]}`, `{"s":[{"e":"Deny"},{"e":"Deny"}]}`, `s[1].e: expected "Allow", found "Deny"`},
		{`{"s":[1]}`, `{"s":[1,2]}`, "s: expected [1], found [1,2]"},
		{`["a"]`, `["b"]`, `[0]: expected "a", found "b"`},
		{`"{\"Statement\":[{\"Effect\":\"Deny\"}]}"`, `"{\"Statement\":[{\"Effect\":\"Allow\"}]}"`, `Statement[0].Effect: expected "Deny", found "Allow"`},
		{`{"a":1`, `{"a":2}`, ""},
	} {
		if got := strings.Join(Differences(json.RawMessage(tt.want), json.RawMessage(tt.live)), "; "); got != tt.says {
			t.Errorf("%s and %s: %q, want %q", tt.want, tt.live, got, tt.says)
		}
	}
	many, none := map[string]string{}, map[string]string{}
	for n := range 100 {
		many[fmt.Sprintf("k%02d\n", n)] = strings.Repeat("v", 5000)
	}
	a, _ := json.Marshal(many)
	b, _ := json.Marshal(none)
	got := Differences(a, b)
	if len(got) != 9 || got[8] != "and more" || len(strings.Join(got, "")) > 3000 || strings.Contains(strings.Join(got, ""), "\n") {
		t.Errorf("%d differences: %.300q", len(got), got)
	}
	deep := json.RawMessage(strings.Repeat("[", 5000) + strings.Repeat("]", 5000))
	Differences(deep, json.RawMessage(strings.Repeat("[", 5000)+"1"+strings.Repeat("]", 5000))) // must come back
}
