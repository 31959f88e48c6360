package jsonscan

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

var texts = []string{
	`{}`, `[]`, `{"a":1}`, `{"a":{"b":[1,2.5,-0,1e9,1E-2,"x"]},"c":null}`, ` { "a" : [ true , false , null ] } `, "{\t\"a\"\r\n:1}",
	`["\"\\\/\b\f\n\r\té€"]`, "[\"\x80\xff\"]", `["` + strings.Repeat("long ", 40) + `"]`, `[[[[]]]]`, `[{}]`, `[0.5]`,
	`{`, `}`, `{]`, `[}`, `[1,]`, `[,1]`, `{"a":1,}`, `{"a"}`, `{"a" 1}`, `{a:1}`, `{'a':1}`, `[01]`, `[1.]`, `[.5]`, `[-]`, `[1e]`, `[+1]`,
	`[tru]`, `[nul]`, `[falsy]`, `["\x"]`, `["\u12g4"]`, `["\u123`, "[\"\x1f\"]", "[\"a\nb\"]", `["abc`, `{"a":`, `[1 2]`, `[1]]`, `[1],`,
	"[1\x00]", "\ufeff[]", `["\ud800"]`, `{"a":1 "b":2}`, `{"a":1,"b"}`, `{,}`, `[NaN]`, `["1234567\"8", "12345678\\"]`,
}

// whole reports whether a text is one object or list and nothing else.
func whole(b []byte) bool {
	end := Value(b, 0, MaxDepth)
	return end >= 0 && Space(b, end) == len(b)
}

func isContainer(b []byte) bool {
	i := Space(b, 0)
	return i < len(b) && (b[i] == '{' || b[i] == '[')
}

func TestValueTakesWhatTheStandardLibraryTakes(t *testing.T) {
	for _, text := range texts {
		if got, want := whole([]byte(text)), json.Valid([]byte(text)); got != want {
			t.Errorf("%q: taken %t, want %t", text, got, want)
		}
	}
}

func TestValueOfAPrefixIsShort(t *testing.T) {
	for _, text := range texts {
		if !json.Valid([]byte(text)) {
			continue
		}
		text = strings.TrimSpace(text)
		for n := range len(text) {
			if end := Value([]byte(text[:n]), 0, MaxDepth); end != Short {
				t.Errorf("Value(%q) = %d, want Short: %q is whole", text[:n], end, text)
			}
		}
	}
}

func TestValueStopsAtItsEnd(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
	}{
		{`{"a":[1]} {`, 9}, {`"x",`, 3}, {`12,`, 2}, {`-1.5e+3]`, 7}, {`true}`, 4}, {`  null `, 6}, {`[]x`, 2}, {``, Short}, {`12`, Short}, {`x`, Malformed},
	} {
		if got := Value([]byte(tt.text), 0, MaxDepth); got != tt.want {
			t.Errorf("Value(%q) = %d, want %d", tt.text, got, tt.want)
		}
	}
}

func TestValueBoundsNesting(t *testing.T) {
	nested := func(n int) []byte { return []byte(strings.Repeat(`[`, n) + strings.Repeat(`]`, n)) }
	mixed := func(n int) []byte { return []byte(strings.Repeat(`{"a":[`, n) + strings.Repeat(`]}`, n)) }
	for _, tt := range []struct {
		name  string
		text  []byte
		limit int
		want  int
	}{
		{"at the limit", nested(100), 100, 200},
		{"over the limit", nested(101), 100, Deep},
		{"more than the stack's own room", nested(5000), MaxDepth, 10000},
		{"objects count too", mixed(50), 100, 400},
		{"objects over the limit", mixed(51), 100, Deep},
	} {
		if got := Value(tt.text, 0, tt.limit); got != tt.want {
			t.Errorf("%s: Value = %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestMembers(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{`{}`, `end 2`},
		{` {"a":1,"b":{"c":2}} `, `a=1 b={"c":2} end 20`},
		{`{"a" : "x" , "a\u0062":[ ]}x`, `a="x" a\u0062!=[ ] end 27`},
		{`{"a":1,}`, `a=1 end -1`},
		{`{"a":1 "b":2}`, `a=1 end -1`},
		{`{"a":1`, `end -2`},
		{`{"a":[1]`, `a=[1] end -2`},
		{`{"a"`, `end -2`},
		{`{"a" 1}`, `end -1`},
		{`{1:1}`, `end -1`},
		{`[]`, `end -1`},
		{``, `end -2`},
	} {
		var got []string
		o := Members([]byte(tt.text), 0)
		for o.Next() {
			start := o.At
			if o.At = Value([]byte(tt.text), start, MaxDepth); o.At < 0 {
				break
			}
			mark := ""
			if o.Escaped {
				mark = "!"
			}
			got = append(got, fmt.Sprintf("%s%s=%s", o.Key, mark, tt.text[start:o.At]))
			if tt.text[o.KeyAt] != '"' || string(o.Key) != tt.text[o.KeyAt+1:o.KeyAt+1+len(o.Key)] {
				t.Errorf("Members(%q): KeyAt %d is not where %q stands", tt.text, o.KeyAt, o.Key)
			}
		}
		got = append(got, fmt.Sprint("end ", o.At))
		if strings.Join(got, " ") != tt.want {
			t.Errorf("Members(%q) = %s, want %s", tt.text, strings.Join(got, " "), tt.want)
		}
	}
}

func FuzzValue(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if !isContainer(b) {
			return
		}
		if got, want := whole(b), json.Valid(b); got != want {
			t.Errorf("a whole value %t, encoding/json says %t", got, want)
		}
	})
}
