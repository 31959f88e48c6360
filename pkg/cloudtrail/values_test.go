package cloudtrail

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestText(t *testing.T) {
	for raw, want := range map[string]Text{
		`"a"`: "a", `"a\u0026\"b"`: `a&"b`, `null`: "", `""`: "", `5`: "5", `111122223333`: "111122223333", `1.10`: "1.10", `true`: "true", ` -1e3 `: "-1e3",
	} {
		got := Text("before")
		if err := json.Unmarshal([]byte(raw), &got); err != nil || got != want {
			t.Errorf("%s reads as %q, %v; want %q", raw, got, err, want)
		}
	}
	for _, raw := range []string{`{}`, `[]`, `["a"]`, `{"a":1}`} {
		if got := Text(""); json.Unmarshal([]byte(raw), &got) == nil {
			t.Errorf("%s reads as the text %q, want an error", raw, got)
		}
	}
}

func TestFlag(t *testing.T) {
	for raw, want := range map[string]Flag{
		`true`: true, `"true"`: true, `"True"`: true, `"TRUE"`: true, `"Yes"`: true, `"YES"`: true, `"1"`: true, `1`: true, `" true "`: true,
		`false`: false, `"false"`: false, `"No"`: false, `""`: false, `0`: false, `{}`: false, `[true]`: false, `"truer"`: false, `null`: false,
	} {
		got := !want
		if raw == `null` {
			got = false
		}
		if err := json.Unmarshal([]byte(raw), &got); err != nil || got != want {
			t.Errorf("%s reads as %t, %v; want %t", raw, got, err, want)
		}
	}
}

func TestList(t *testing.T) {
	type port struct {
		From int
		Item Text
	}
	for _, tt := range []struct {
		raw  string
		want []port
	}{
		{`[{"from":1},{"from":2}]`, []port{{From: 1}, {From: 2}}},
		{`{"items":[{"from":1},{"from":2}]}`, []port{{From: 1}, {From: 2}}},
		{`{"items":[{"from":1}],"total":1}`, []port{{From: 1}}},
		{`{"items":{"from":1}}`, []port{{From: 1}}},
		{`{"item":[{"from":1}]}`, []port{{From: 1}}},
		{`{"item":{"from":1}}`, []port{{From: 1}}},
		{`{"item":"x","from":1}`, []port{{From: 1, Item: "x"}}},
		{`{"from":1}`, []port{{From: 1}}},
		{` [ {"from":1} ] `, []port{{From: 1}}},
		{`{"items":[]}`, []port{}},
		{`{"items":null}`, nil},
		{`{"items":{}}`, nil},
		{`[]`, []port{}},
		{`{}`, nil},
		{`""`, nil},
		{`null`, nil},
	} {
		got := List[port]{{From: 9}}
		if err := json.Unmarshal([]byte(tt.raw), &got); err != nil {
			t.Errorf("%s: %v", tt.raw, err)
		} else if diff := cmp.Diff(tt.want, []port(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.raw, diff)
		}
	}
	var texts List[Text]
	if err := json.Unmarshal([]byte(`"one"`), &texts); err != nil || len(texts) != 1 || texts[0] != "one" {
		t.Errorf("one bare text reads as %v, %v", texts, err)
	}
	for _, raw := range []string{`["x"]`, `"x"`, `{"items":["x"]}`, `5`, `{"from":"x"}`} {
		var got List[port]
		if json.Unmarshal([]byte(raw), &got) == nil {
			t.Errorf("%s reads as %+v, want an error", raw, got)
		}
	}
}

func TestDocument(t *testing.T) {
	const plain = `{"Statement": [{"Effect":"Allow","Action":"a+b%20c"}]}`
	for name, raw := range map[string]string{
		"object":               plain,
		"text":                 quote(plain),
		"text with space":      quote("\n" + plain + " "),
		"URL-encoded":          quote(`%7B%22Statement%22%3A%20%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22a%2Bb%2520c%22%7D%5D%7D`),
		"encoded with newline": quote(`%0A%7B%22Statement%22%3A%20%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22a%2Bb%2520c%22%7D%5D%7D%0A`),
		"form-encoded":         quote(`%7B%22Statement%22%3A+%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22a%2Bb%2520c%22%7D%5D%7D`),
	} {
		var got Document
		if err := json.Unmarshal([]byte(raw), &got); err != nil || string(got) != plain {
			t.Errorf("%s reads as %s, %v", name, got, err)
		}
	}
	for raw, want := range map[string]string{
		`null`: "", `""`: "", `" "`: "", `"%zz"`: "%zz", `"no JSON"`: "no JSON", `["x"]`: `["x"]`, `5`: "5", `"%7Bbroken"`: "{broken",
	} {
		got := Document("before")
		if err := json.Unmarshal([]byte(raw), &got); err != nil || string(got) != want || want == "" && got != nil {
			t.Errorf("%s reads as %q, %v; want %q", raw, got, err, want)
		}
	}
}

func TestDocumentSurvivesJSON(t *testing.T) {
	for _, text := range []string{`{"a":1}`, `broken "`, ""} {
		b, err := json.Marshal(struct{ D Document }{Document(text)})
		if err != nil {
			t.Fatal(err)
		}
		var back struct{ D Document }
		if err := json.Unmarshal(b, &back); err != nil || string(back.D) != text {
			t.Errorf("%q comes back as %q, %v", text, back.D, err)
		}
	}
}
