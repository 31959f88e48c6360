package cloudtrail

import (
	"strings"
	"testing"
)

// TestMembersByName holds which of several members counts: the last of those that are spelt exactly so, and only where
// there is none the last in another letter case.
func TestMembersByName(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`{"name":"a"}`, `a`},
		{`{"name":"a","name":"b"}`, `b`},
		{`{"name":"a","Name":"b"}`, `a`},
		{`{"NAME":"a","Name":"b"}`, `b`},
		{`{"name":"a","n\u0061me":"b"}`, `b`},
		{`{"n\u0061me":"b","name":"a"}`, `a`},
		{`{"N\u0061me":"b"}`, `b`},
		{`{"name":"a","name":null}`, ``},
		{`{"name":"\u0062"}`, `b`},
		{"{\"name\":\"\xff\"}", "�"},
		{`{"name":12,"names":"x","nam":"y"}`, `12`},
		{`{"name":{"name":"x"}}`, ``},
	} {
		for _, whole := range []string{"", tt.text} {
			o, err := parseObject([]byte(tt.text), whole, maxDepth)
			if err != nil {
				t.Fatalf("%s: %v", tt.text, err)
			}
			if got := o.text("name"); got != tt.want {
				t.Errorf("%s: name is %q, want %q", tt.text, got, tt.want)
			}
		}
		found, err := lookUp([]byte(tt.text), "name")
		if got := textOf(found, ""); err != nil || got != tt.want {
			t.Errorf("%s: looked up as %q, %v; want %q", tt.text, got, err, tt.want)
		}
	}
}

// TestDetailIsTheLast holds that the record that is split together with its envelope is the one that counts.
func TestDetailIsTheLast(t *testing.T) {
	const a, b = `{"eventSource":"s","eventName":"A"}`, `{"eventSource":"s","eventName":"B"}`
	for text, want := range map[string]string{
		`{"detail":` + a + `}`:                           "A",
		`{"detail":` + a + `,"detail":` + b + `}`:        "B",
		`{"detail":` + a + `,"d\u0065tail":` + b + `}`:   "B",
		`{"d\u0065tail":` + a + `,"detail":` + b + `}`:   "B",
		`{"detail":` + a + `,"Detail":` + b + `}`:        "A",
		`{"Detail":` + a + `}`:                           "A",
		`{"detail":` + quote(a) + `}`:                    "A",
		`{"detail":` + a + `,"detail":` + quote(b) + `}`: "B",
		`{"detail":` + quote(a) + `,"detail":` + b + `}`: "B",
	} {
		e, err := DecodeAny([]byte(text))
		if err != nil || e.Name != want {
			t.Errorf("%s: decoded %+v, %v; want %s", text, e, err, want)
			continue
		}
		if !strings.HasPrefix(string(e.Record), `{"eventSource"`) || !strings.HasSuffix(string(e.Record), `"}`) {
			t.Errorf("%s: the record is %s", text, e.Record)
		}
	}
	for _, text := range []string{`{"detail":` + a + `,"detail":null}`, `{"detail":` + a[:len(a)-1] + `}`, `{"detail":` + a + `}}`} {
		if e, err := DecodeAny([]byte(text)); err == nil {
			t.Errorf("%s: decoded %+v, want an error", text, e)
		}
	}
}
