package engine

import (
	"encoding/json"
	"testing"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// TestExplainsSharing holds which writes of Riposte's own to policies and lists of grantees an incident explains.
func TestExplainsSharing(t *testing.T) {
	const (
		open    = `{"Sid":"open","Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}`
		partner = `{"Sid":"partner","Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sqs:*","Resource":"*"}`
		other   = `{"Sid":"other","Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}`
	)
	hash := func(s string) string { return detect.StatementHash([]byte(s)) }
	text := func(document string) json.RawMessage {
		raw, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	params := func(pairs ...string) detect.Finding {
		f := detect.Finding{Params: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			f.Params[pairs[i]] = pairs[i+1]
		}
		return f
	}
	written := params(detect.ParamDocumentHash, "a", detect.ParamStatements, hash(open))
	for name, tt := range map[string]struct {
		was  detect.Finding
		c    ledger.Change
		now  detect.Finding
		want bool
	}{
		"the event's statement in another document": {written, ledger.Change{}, params(detect.ParamDocumentHash, "b", detect.ParamStatements, hash(open)), true},
		"another statement":                         {written, ledger.Change{}, params(detect.ParamDocumentHash, "b", detect.ParamStatements, hash(open)+","+hash(other)), false},
		"a statement by its label": {
			params(detect.ParamStatementID, "open", detect.ParamGrantees, `["*"]`),
			ledger.Change{Change: remedy.Change{Before: json.RawMessage(`{"statements":[{"at":1,"statement":` + open + `}]}`)}},
			params(detect.ParamDocumentHash, "b", detect.ParamStatements, hash(open)), true,
		},
		"a neighbour that a whole document kept": {
			written,
			ledger.Change{Change: remedy.Change{Before: text(`{"Statement":[` + open + `,` + partner + `]}`), After: text(`{"Statement":[` + partner + `]}`)}},
			params(detect.ParamDocumentHash, "b", detect.ParamStatements, hash(partner)), true,
		},
		"another document that nobody can judge": {written, ledger.Change{}, params(detect.ParamDocumentHash, "b"), false},
		"shared with the same":                   {params(detect.ParamGrantees, `["all","444455556666"]`), ledger.Change{}, params(detect.ParamGrantees, `["all"]`), true},
		"shared with another":                    {params(detect.ParamGrantees, `["444455556666"]`), ledger.Change{}, params(detect.ParamGrantees, `["all"]`), false},
		"the same permission":                    {params(detect.ParamStatementID, "x", detect.ParamGrantees, `["*"]`), ledger.Change{}, params(detect.ParamStatementID, "x", detect.ParamGrantees, `["*"]`), true},
		"another permission":                     {params(detect.ParamStatementID, "x", detect.ParamGrantees, `["*"]`), ledger.Change{}, params(detect.ParamStatementID, "y", detect.ParamGrantees, `["*"]`), false},
	} {
		t.Run(name, func(t *testing.T) {
			in := ledger.Incident{Finding: tt.was, Changes: []ledger.Change{tt.c}}
			if got := explains(in, tt.now); got != tt.want {
				t.Errorf("explains: %v, want %v", got, tt.want)
			}
		})
	}
}
