package detect_test

import (
	"strings"
	"testing"

	"riposte/pkg/detect"
)

func TestPolicyStatements(t *testing.T) {
	for document, want := range map[string]string{
		`{"Statement":[{"Sid":"a"}, {"Sid":"b"}]}`:             `{"Sid":"a"}|{"Sid":"b"}`,
		`{"Version":"2012-10-17","Statement": {"Sid" : "a"} }`: `{"Sid" : "a"}`,
		`{"statement":[{"Sid":"a"}]}`:                          ``,
		`{"Statement":null}`:                                   ``,
		`{}`:                                                   ``,
	} {
		list, err := detect.PolicyStatements([]byte(document))
		var got []string
		for _, raw := range list {
			got = append(got, string(raw))
		}
		if err != nil || strings.Join(got, "|") != want {
			t.Errorf("%s: %q, %v; want %q", document, got, err, want)
		}
	}
	for _, document := range []string{``, `[]`, `{"Statement":"a"}`, `{"Statement":7}`, `{`} {
		if list, err := detect.PolicyStatements([]byte(document)); err == nil {
			t.Errorf("%s: %s, want an error", document, list)
		}
	}
}

func FuzzPolicyStatements(f *testing.F) {
	f.Add([]byte(`{"Statement":[{"Sid":"a"},{"Sid":"b"}]}`))
	f.Add([]byte(`{"Statement":{"Sid":"a"}}`))
	f.Add([]byte(`{"Statement":[`))
	f.Fuzz(func(t *testing.T, document []byte) {
		list, err := detect.PolicyStatements(document)
		if err != nil && list != nil {
			t.Errorf("%q gives %d statements with an error", document, len(list))
		}
		for _, raw := range list {
			if len(detect.DocumentHash(raw)) != 64 {
				t.Errorf("statement %q has no hash", raw)
			}
		}
	})
}
