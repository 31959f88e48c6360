package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"riposte/events"
	"riposte/pkg/catalog"
	"riposte/pkg/detect"
)

func TestPagesShowTheEvent(t *testing.T) {
	all, err := samplesOf(catalog.Rules(), events.Files())
	if err != nil {
		t.Fatal(err)
	}
	pages := renderCatalogue(t)
	for _, r := range catalog.Rules() {
		p := pages["rules/"+r.ID+".md"]
		if want := min(1, len(all[r.ID].fires)); strings.Count(p, "<details>") != want || strings.Count(p, "</details>") != want {
			t.Errorf("%s: want %d events shown", r.ID, want)
		}
		if len(all[r.ID].fires) == 0 {
			continue
		}
		var e map[string]any
		if text := decidingParts(shown(all[r.ID].fires).record); !strings.Contains(text, "\n…") {
			if err := json.Unmarshal([]byte(text), &e); err != nil || e["eventName"] == nil || e["userIdentity"] == nil {
				t.Errorf("%s: shows %s: %v", r.ID, text, err)
			}
		}
	}
}

func TestShownSample(t *testing.T) {
	unjudged := sample{path: "u", finding: detect.Finding{Unjudged: "why"}}
	attempt := sample{path: "a", finding: detect.Finding{Attempt: true}}
	for want, fires := range map[string][]sample{"u": {unjudged, attempt}, "x": {unjudged, attempt, {path: "x"}, {path: "y"}}} {
		if got := shown(fires); got.path != want {
			t.Errorf("shows %s, want %s", got.path, want)
		}
	}
}

// TestDecidingPartsOfHostileEvents holds that no event can break out of its block, hide anything or flood the page, and
// that what is shown is still JSON with the same texts.
func TestDecidingPartsOfHostileEvents(t *testing.T) {
	hostile := "</details>\n```\n# Heading <script>\x1b[2J\u202e\u2028\U000e0041&"
	many := map[string]any{}
	for i := range 50 {
		many[fmt.Sprintf("k%02d", i)] = i
	}
	record, err := json.Marshal(map[string]any{
		"eventName":   hostile,
		"accessKeyId": "not shown",
		"userIdentity": map[string]any{
			"type": "AssumedRole", "principalId": "not shown", "accessKeyId": "not shown",
			"sessionContext": map[string]any{"attributes": map[string]any{"mfaAuthenticated": "true", "creationDate": "not shown"}},
		},
		"requestParameters": map[string]any{
			hostile: hostile, "long": strings.Repeat("é", 5000), "number": json.Number("12345678901234567890"),
			"list": []any{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := decidingParts(record)
	var got struct {
		EventName         string
		UserIdentity      map[string]any
		RequestParameters map[string]any
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if got.EventName != hostile || got.RequestParameters[hostile] != hostile || got.UserIdentity["mfaAuthenticated"] != "true" {
		t.Errorf("texts are not the same:\n%s", text)
	}
	for _, not := range []string{"<", ">", "\n```", "not shown", "\u202e", strings.Repeat("é", maxShownText+1)} {
		if strings.Contains(text, not) {
			t.Errorf("shows %q:\n%s", not, text)
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
		t.Errorf("shows what cannot be seen:\n%q", text)
	}
	for _, want := range []string{"12345678901234567890", "… 2 more"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q:\n%s", want, text)
		}
	}
	record, err = json.Marshal(map[string]any{"requestParameters": map[string]any{"a": many, "b": many, "c": many, "d": many, "e": many}})
	if err != nil {
		t.Fatal(err)
	}
	if text = decidingParts(record); strings.Count(text, "\n") != maxShownLines || !strings.HasSuffix(text, "\n…") {
		t.Errorf("not cut:\n%s", text)
	}
	if text = decidingParts([]byte(`[]`)); text != "{}" {
		t.Errorf("of no object: %s", text)
	}
}

func TestFence(t *testing.T) {
	p := page{}
	p.fence("json", "a\n````\nb\n")
	if want := "`````json\na\n````\nb\n`````\n"; p.String() != want {
		t.Errorf("%q, want %q", p.String(), want)
	}
}

func FuzzDecidingParts(f *testing.F) {
	for _, s := range []string{`{"eventName":"</details>"}`, `{"userIdentity":[],"requestParameters":{"a":[{"b":"\u202e\ud800"}]}}`, `[`, `null`, `{"requestParameters":{"":{"":{}}}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		text := decidingParts(record)
		if strings.Count(text, "\n") > maxShownLines || strings.ContainsAny(text, "<>") {
			t.Errorf("shows %q", text)
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				t.Errorf("can end its block: %q", text)
			}
		}
	})
}
