package sharing

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/detect"
)

const (
	openStatement    = `{"Sid":"open","Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}`
	partnerStatement = `{ "Resource": "*",  "Effect":"Allow", "Sid":"partner","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":["sqs:SendMessage"] }`
	denyStatement    = `{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
)

func hashOf(statements ...string) selection {
	var s selection
	for _, text := range statements {
		s.hashes = append(s.hashes, detect.StatementHash([]byte(text)))
	}
	return s
}

// TestReplaced holds that exactly the selected statements leave a document, that everything else stays as it stands and
// where it stands, and that undo gives back what was there.
func TestReplaced(t *testing.T) {
	document := func(statements ...string) string {
		return `{"Version":"2012-10-17","Id":"mine","Statement":[` + strings.Join(statements, ",") + `]}`
	}
	p, d := partnerStatement, denyStatement
	for name, tt := range map[string]struct {
		before string
		of     selection
		after  string
	}{
		"the first":                  {document(openStatement, partnerStatement, d), hashOf(openStatement), document(p, d)},
		"one in the middle":          {document(partnerStatement, openStatement, d), hashOf(openStatement), document(p, d)},
		"the last of all":            {document(d, partnerStatement, openStatement), hashOf(openStatement), document(d, p)},
		"two apart":                  {document(openStatement, d, partnerStatement), hashOf(partnerStatement, openStatement), document(d)},
		"twice the same":             {document(openStatement, d, openStatement), hashOf(openStatement), document(d)},
		"by its id":                  {document(d, openStatement), selection{sid: "open"}, document(d)},
		"the only one":               {document(openStatement), hashOf(openStatement), ""},
		"one that is no list":        {`{"Id":"mine","Statement":` + openStatement + `,"Version":"2012-10-17"}`, hashOf(openStatement), ""},
		"statements before the rest": {`{"Statement":[` + openStatement + `,` + d + `],"Version":"2008-10-17"}`, hashOf(openStatement), `{"Statement":[` + d + `],"Version":"2008-10-17"}`},
		"spelled otherwise":          {document(d, `{"Resource":["*"],"Action":["sqs:*"],"Effect":"Allow","Sid":"open","Principal":"*"}`), hashOf(openStatement), document(d)},
		"none of them":               {document(d, partnerStatement), hashOf(openStatement), document(d, p)},
	} {
		t.Run(name, func(t *testing.T) {
			was, err := partOf(tt.before, tt.of)
			if err != nil {
				t.Fatal(err)
			}
			after, err := replaced(tt.before, tt.of, part{})
			if err != nil || after != tt.after {
				t.Fatalf("after is\n%s, %v; want\n%s", after, err, tt.after)
			}
			raw, err := json.Marshal(was) // it lives in the journal
			if err != nil {
				t.Fatal(err)
			}
			var journalled part
			if err := json.Unmarshal(raw, &journalled); err != nil {
				t.Fatal(err)
			}
			undone, err := replaced(after, tt.of, journalled)
			if err != nil {
				t.Fatal(err)
			}
			if undone != tt.before {
				t.Errorf("undone is\n%s; want\n%s", undone, tt.before)
			}
		})
	}
}

func statementsOf(t *testing.T, document string) []string {
	t.Helper()
	list, err := detect.PolicyStatements([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range list {
		out = append(out, string(compact(s)))
	}
	return out
}

// TestNeighbourAddedMeanwhile holds that undo keeps a statement that came meanwhile.
func TestNeighbourAddedMeanwhile(t *testing.T) {
	s := hashOf(openStatement)
	was, err := partOf(`{"Statement":[`+denyStatement+`,`+openStatement+`]}`, s)
	if err != nil {
		t.Fatal(err)
	}
	got, err := replaced(`{"Statement":[`+partnerStatement+`]}`, s, was)
	if err != nil || cmp.Diff([]string{string(compact(json.RawMessage(partnerStatement))), openStatement}, statementsOf(t, got)) != "" {
		t.Errorf("undone: %s, %v", got, err)
	}
}

func FuzzReplaced(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[`+openStatement+`,`+denyStatement+`]}`, "open")
	f.Add(`{"Statement":`+openStatement+`}`, "open")
	f.Add(`{"Statement":[1,null,"x",{"Sid":"x"}]}`, "x")
	f.Add(`{"Statement":[],"Statement":[{"Sid":"x"}]}`, "x")
	f.Add(`{`, "x")
	f.Fuzz(func(t *testing.T, document, sid string) {
		s := selection{sid: sid, hashes: []string{detect.StatementHash([]byte(openStatement))}}
		was, err := partOf(document, s)
		if err != nil || document == "" {
			return
		}
		after, err := replaced(document, s, part{})
		if err != nil {
			return
		}
		left, err := partOf(after, s)
		if err != nil || len(left.Statements) > 0 {
			t.Fatalf("%q leaves %q in %q, %v", document, left, after, err)
		}
		undone, err := replaced(after, s, was)
		if err != nil {
			t.Fatalf("%q cannot be put back into %q: %v", was, after, err)
		}
		again, err := partOf(undone, s)
		if err != nil || !again.equal(was) {
			t.Fatalf("%q comes back as %q, %v", was, again, err)
		}
	})
}
