package policytext

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplit(t *testing.T) {
	for name, tt := range map[string]struct {
		document, head, tail string
		statements           []string
	}{
		"a list":            {`{"Version" : "x", "Statement": [ {"a":1} ,{ "b" : "<&>" }], "Id":"y"}`, `{"Version" : "x", "Statement": `, `, "Id":"y"}`, []string{`{"a":1}`, `{ "b" : "<&>" }`}},
		"one without list":  {"{\n \"Statement\" : {\"a\":1}\n}", "{\n \"Statement\" : ", "\n}", []string{`{"a":1}`}},
		"none":              {`{"Statement":[]}`, `{"Statement":`, `}`, []string{}},
		"a name in a value": {`{"Id":"Statement","Statement":[1]}`, `{"Id":"Statement","Statement":`, `}`, []string{`1`}},
	} {
		t.Run(name, func(t *testing.T) {
			head, statements, tail, err := Split(tt.document)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]any{tt.head, tt.statements, tt.tail}, []any{head, statements, tail}); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
	for _, document := range []string{``, `[]`, `{}`, `{"Statement":[1],"Statement":[2]}`, `{"Statement":[1]`, `{"Statement":[1]} {}`, `{"statement":[1]}`, `{"Statement":[1}`} {
		if head, statements, tail, err := Split(document); err == nil {
			t.Errorf("%q: %q, %q, %q; want an error", document, head, statements, tail)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[{"Sid":"a"}, {"Sid":"b"}]}`)
	f.Add(`{"Statement":{"Sid":"a"} , "Id" : "<é>"}`)
	f.Add(`{"Statement":[1],"Statement":[2]}`)
	f.Fuzz(func(t *testing.T, document string) {
		head, statements, tail, err := Split(document)
		if err != nil {
			return
		}
		joined := Join(head, statements, tail)
		var was, is any
		if json.Unmarshal([]byte(document), &was) != nil || json.Unmarshal([]byte(joined), &is) != nil {
			t.Fatalf("%q becomes %q", document, joined)
		}
		again, same, rest, err := Split(joined)
		if err != nil || again != head || rest != tail || !cmp.Equal(same, statements) {
			t.Fatalf("%q becomes %q: %v", document, joined, err)
		}
	})
}
