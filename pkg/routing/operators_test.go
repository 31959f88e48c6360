package routing_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"riposte/pkg/routing"
)

// A row is a line of testdata/operators.jsonl, which "make oracles" holds against event-ruler. Want is "match" or
// "miss"; "refused" where event-ruler refuses the pattern too, "stricter" where only we do; "differs" where we miss what
// event-ruler matches.
type row struct {
	Want    string
	Why     string
	Pattern json.RawMessage
	Event   json.RawMessage
}

func rows(tb testing.TB) []row {
	tb.Helper()
	table, err := os.ReadFile("testdata/operators.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	var out []row
	for line := range bytes.Lines(table) {
		var r row
		if err := json.Unmarshal(line, &r); err != nil {
			tb.Fatalf("%s: %v", line, err)
		}
		out = append(out, r)
	}
	return out
}

func TestOperators(t *testing.T) {
	for _, r := range rows(t) {
		t.Run(string(r.Pattern), func(t *testing.T) {
			m, err := routing.Parse(r.Pattern)
			if r.Want == "refused" || r.Want == "stricter" {
				if err == nil {
					t.Fatal("accepted")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := m.Match(r.Event)
			if err != nil || got != (r.Want == "match") {
				t.Errorf("event %s: match %v, error %v; want %s", r.Event, got, err, r.Want)
			}
			if (r.Want == "differs") != (r.Why != "") {
				t.Errorf("want %q with reason %q", r.Want, r.Why)
			}
		})
	}
}

func TestParseSaysWhereAndWhat(t *testing.T) {
	for pattern, want := range map[string]string{
		`{"detail":{"eventName":[{"regex":"x"}]}}`: `event pattern: at "detail.eventName": operator "regex": not known`,
		`{"a":["x"]`:              `event pattern: no JSON`,
		`{"a":["x"]} {"b":["y"]}`: `event pattern: no JSON`,
		``:                        `event pattern: no JSON`,
		`null`:                    `event pattern: want an object`,
		`{"a":{"":["x"]}}`:        `event pattern: at "a.": empty key`,
		`{"a":["` + strings.Repeat("x", 4096) + `"]}`:                                                 `event pattern: 4106 characters are more than the 4096 that EventBridge takes`,
		`{` + arms("a") + `,"b":{` + arms("c") + `},"d":{` + arms("e") + `},"f":{` + arms("g") + `}}`: `event pattern: at "f": $or leads to more than 1000 alternatives`,
	} {
		if _, err := routing.Parse([]byte(pattern)); err == nil || err.Error() != want {
			t.Errorf("%.60s: error %v, want %s", pattern, err, want)
		}
	}
}

// arms is an $or with six arms.
func arms(key string) string {
	return `"$or":[` + strings.TrimSuffix(strings.Repeat(`{"`+key+`":["x"]},`, 6), ",") + `]`
}

func TestMatchRefusesWhatIsNoEvent(t *testing.T) {
	m := parse(t, `{"a":{"b":["x"]}}`)
	for name, event := range map[string]string{
		"empty":    ``,
		"cut off":  `{"a":{"b":"x"}`,
		"a list":   `[{"a":{"b":"x"}}]`,
		"a text":   `"a"`,
		"two":      `{"a":{"b":"x"}}{}`,
		"too deep": `{"a":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`,
		"too long": `{"a":{"b":"x"},"c":"` + strings.Repeat("x", 1<<20) + `"}`,
	} {
		if match, err := m.Match([]byte(event)); err == nil || match {
			t.Errorf("%s: match %v, error %v; want an error", name, match, err)
		}
	}
	if match, err := m.Match([]byte(`{"z":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `,"a":{"b":"x"}}`)); err != nil || !match {
		t.Errorf("what no condition reaches may be as deep as it likes: match %v, error %v", match, err)
	}
}

// TestMatchIsBounded holds that lists which multiply each other lead to an error and not to a long search.
func TestMatchIsBounded(t *testing.T) {
	m := parse(t, `{"a":{"x":["1"]},"b":{"x":["1"]},"c":{"x":["1"]},"d":{"x":["1"],"y":["1"]}}`)
	many := strings.Repeat(`{"x":"1"},`, 200)
	event := `{"a":[` + many + `{}],"b":[` + many + `{}],"c":[` + many + `{}],"d":[` + many + `{"y":"1"}]}`
	if match, err := m.Match([]byte(event)); err == nil || match {
		t.Errorf("match %v, error %v; want an error", match, err)
	}
	event = strings.Replace(event, `"d":[`, `"d":[{"x":"1","y":"1"},`, 1)
	if match, err := m.Match([]byte(event)); err != nil || !match {
		t.Errorf("match %v, error %v; want a match", match, err)
	}
}

func parse(tb testing.TB, pattern string) *routing.Matcher {
	tb.Helper()
	m, err := routing.Parse([]byte(pattern))
	if err != nil {
		tb.Fatalf("%s: %v", pattern, err)
	}
	return m
}

// FuzzParse holds that no pattern makes Parse panic and that what it accepts can be matched.
func FuzzParse(f *testing.F) {
	for _, r := range rows(f) {
		f.Add([]byte(r.Pattern))
	}
	f.Fuzz(func(t *testing.T, pattern []byte) {
		m, err := routing.Parse(pattern)
		if err != nil {
			return
		}
		if _, err := m.Match([]byte(`{"a":[{"b":"x","c":1},{"b":"10.0.0.1"}]}`)); err != nil {
			t.Errorf("%s: %v", pattern, err)
		}
	})
}

// FuzzMatch holds that no event makes Match panic, and that JSON's white space does not matter.
func FuzzMatch(f *testing.F) {
	patterns := rows(f)
	for i, r := range patterns {
		f.Add(uint(i), []byte(r.Event))
	}
	f.Fuzz(func(t *testing.T, i uint, event []byte) {
		m, err := routing.Parse(patterns[i%uint(len(patterns))].Pattern)
		if err != nil {
			return
		}
		match, err := m.Match(event)
		if err != nil {
			if match {
				t.Errorf("a match and an error: %v", err)
			}
			return
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, event); err != nil {
			t.Fatalf("accepted what is no JSON: %v", err)
		}
		if again, err := m.Match(compact.Bytes()); err != nil || again != match {
			t.Errorf("compact: match %v, error %v; want %v", again, err, match)
		}
	})
}
