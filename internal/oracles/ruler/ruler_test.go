//go:build oracles

// Package ruler_test holds pkg/routing's matcher against AWS's own, event-ruler.
package ruler_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"riposte/events"
	"riposte/pkg/catalog"
	"riposte/pkg/routing"
)

// ours answers a question as the project does.
func ours(t *testing.T, q question) answer {
	t.Helper()
	m, err := routing.Parse([]byte(q.Pattern))
	if err != nil {
		return answer{Error: err.Error()}
	}
	match, err := m.Match([]byte(q.Event))
	if err != nil {
		t.Errorf("event %s: %v", q.Event, err)
	}
	return answer{Match: match}
}

// TestCatalogue holds the answers for every rendered pattern, and every one that is packed of them, and every sample event.
func TestCatalogue(t *testing.T) {
	rendered, err := routing.Render(catalog.Rules())
	if err != nil {
		t.Fatal(err)
	}
	packed, err := routing.Pack(rendered)
	if err != nil {
		t.Fatal(err)
	}
	rendered = append(rendered, packed...)
	var questions []question
	err = fs.WalkDir(events.Files(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		event, err := fs.ReadFile(events.Files(), path)
		for _, r := range rendered {
			questions = append(questions, question{Pattern: r.Pattern, Event: string(event)})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	matches := 0
	for i, theirs := range ask(t, questions) {
		if got := ours(t, questions[i]); got != theirs {
			t.Errorf("pattern %s, event %s: we say %+v, event-ruler %+v", questions[i].Pattern, questions[i].Event, got, theirs)
		}
		if theirs.Match {
			matches++
		}
	}
	if matches == 0 {
		t.Error("no pattern matches any event")
	}
	t.Logf("%d patterns and events, %d matches", len(questions), matches)
}

// TestOperators holds the table that pkg/routing's own tests read.
func TestOperators(t *testing.T) {
	table, err := os.ReadFile("../../../pkg/routing/testdata/operators.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Want, Why      string
		Pattern, Event json.RawMessage
	}
	var rows []row
	var questions []question
	for line := range bytes.Lines(table) {
		var r row
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		rows = append(rows, r)
		questions = append(questions, question{Pattern: string(r.Pattern), Event: string(r.Event)})
	}
	for i, theirs := range ask(t, questions) {
		got := ours(t, questions[i])
		switch {
		case got.Error == "" && theirs.Error != "":
			t.Errorf("%s: event-ruler refuses the pattern: %s", questions[i].Pattern, theirs.Error)
		case rows[i].Want == "stricter":
			if theirs.Error != "" {
				t.Errorf("%s: event-ruler refuses it too: write \"refused\"", questions[i].Pattern)
			}
		case rows[i].Want == "differs":
			if theirs.Match == got.Match {
				t.Errorf("%s, %s: event-ruler no longer differs: write its answer", questions[i].Pattern, questions[i].Event)
			}
		case theirs.Match != got.Match, (theirs.Error == "") != (got.Error == ""):
			t.Errorf("%s, %s: we say %+v, event-ruler %+v", questions[i].Pattern, questions[i].Event, got, theirs)
		}
	}
}

// TestGenerated holds the answers for random patterns and events. What event-ruler refuses we refuse; what we refuse
// beyond that, the table of TestOperators lists as "stricter". Where event-ruler's answer to a pattern with $or differs
// from its own answers to the arms written out one by one, the latter count: arms that share a field can hide each other
// from it, which is seen in about one of twenty thousand random patterns.
func TestGenerated(t *testing.T) {
	const seed, count = 20, 40_000
	g := generator{rand.New(rand.NewPCG(seed, seed))}
	patterns, questions := make([]object, count), make([]question, count)
	for i := range questions {
		patterns[i] = g.pattern(2)
		questions[i] = question{Pattern: text(patterns[i]), Event: text(g.eventFor(patterns[i], 2))}
	}
	var matches, misses, refused, refusedByUs, hidden int
	for i, theirs := range ask(t, questions) {
		got := ours(t, questions[i])
		if got.Error == "" && theirs.Error == "" && got != theirs && len(expand(patterns[i])) > 1 {
			theirs = askAny(t, expand(patterns[i]), questions[i].Event)
			hidden++
		}
		switch {
		case got.Error != "" && theirs.Error != "":
			refused++
		case got.Error != "":
			refusedByUs++
		case got != theirs:
			t.Errorf("pattern %s\nevent   %s\nwe say %+v, event-ruler %+v", questions[i].Pattern, questions[i].Event, got, theirs)
		case got.Match:
			matches++
		default:
			misses++
		}
	}
	t.Logf("seed %d: %d matches, %d misses, %d patterns refused by both, %d by us alone, %d answers by single arms",
		seed, matches, misses, refused, refusedByUs, hidden)
	if matches < count/4 || misses < count/4 || hidden > count/1000 {
		t.Errorf("%d matches, %d misses and %d answers by single arms, of %d: too little is compared", matches, misses, hidden, count)
	}
}

// askAny asks event-ruler whether one of the patterns matches.
func askAny(t *testing.T, patterns []object, event string) answer {
	t.Helper()
	var questions []question
	for _, p := range patterns {
		questions = append(questions, question{Pattern: text(p), Event: event})
	}
	answers := ask(t, questions)
	if i := slices.IndexFunc(answers, func(a answer) bool { return a.Match || a.Error != "" }); i >= 0 {
		return answers[i]
	}
	return answer{}
}

// expand writes out the arms of each $or as patterns of their own.
func expand(pattern object) []object {
	out := []object{{}}
	for _, key := range slices.Sorted(maps.Keys(pattern)) {
		var ways []object
		switch v := pattern[key].(type) {
		case object:
			for _, inner := range expand(v) {
				ways = append(ways, object{key: inner})
			}
		case []any:
			if key != "$or" {
				ways = []object{{key: v}}
				break
			}
			for _, arm := range v {
				ways = append(ways, expand(arm.(object))...)
			}
		}
		var next []object
		for _, o := range out {
			for _, w := range ways {
				next = append(next, join(o, w))
			}
		}
		out = next
	}
	return out
}

// join merges two patterns that have no path in common.
func join(a, b object) object {
	out := maps.Clone(a)
	for k, v := range b {
		if inner, ok := out[k].(object); ok {
			v = join(inner, v.(object))
		}
		out[k] = v
	}
	return out
}
