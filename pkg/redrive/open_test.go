package redrive_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/redrive"
)

const message = `{"id":"b-1","source":"riposte","detail-type":"Incident Opened","detail":{"due":3,"incident":{"id":"inc-1"}}}`

func TestOpen(t *testing.T) {
	const record = `{"version":"1.0","timestamp":"2026-11-24T12:00:00Z","requestContext":{"requestId":"r",
		"functionArn":"arn:aws:lambda:us-east-1:111122223333:function:Riposte-detect:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":3},
		"requestPayload":EVENT,"responseContext":{"statusCode":200,"functionError":"Unhandled"},"responsePayload":{"errorMessage":"no table"}}`
	for name, tt := range map[string]struct {
		kind   redrive.Kind
		letter redrive.Letter
		want   redrive.Parcel
	}{
		"an event that EventBridge could not deliver": {
			redrive.Events,
			redrive.Letter{Body: event("e"), Attributes: map[string]string{"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not allowed"}},
			redrive.Parcel{Payload: json.RawMessage(event("e")), EventID: "e", Why: "NO_PERMISSIONS: not allowed"},
		},
		"an event that the function failed on": {
			redrive.Events,
			redrive.Letter{Body: strings.Replace(record, "EVENT", event("e"), 1)},
			redrive.Parcel{Payload: json.RawMessage(event("e")), EventID: "e", Function: "Riposte-detect", Why: "RetriesExhausted: no table"},
		},
		"a function that answered something else": {
			redrive.Events,
			redrive.Letter{Body: strings.Replace(strings.Replace(record, "EVENT", event("e"), 1), `{"errorMessage":"no table"}`, `"no"`, 1)},
			redrive.Parcel{Payload: json.RawMessage(event("e")), EventID: "e", Function: "Riposte-detect", Why: "RetriesExhausted"},
		},
		"an event of another service": {
			redrive.Events,
			redrive.Letter{Body: `{"id":"h-1","source":"aws.health","detail-type":"AWS Health Event","detail":{}}`},
			redrive.Parcel{Payload: json.RawMessage(`{"id":"h-1","source":"aws.health","detail-type":"AWS Health Event","detail":{}}`), EventID: "h-1"},
		},
		"an id of another form is left to the detector": {
			redrive.Events,
			redrive.Letter{Body: `{"id":"h-1","source":"aws.iam","detail-type":"x","detail":{"eventID":7}}`},
			redrive.Parcel{Payload: json.RawMessage(`{"id":"h-1","source":"aws.iam","detail-type":"x","detail":{"eventID":7}}`), EventID: "h-1"},
		},
		"a message": {
			redrive.Messages,
			redrive.Letter{Body: message},
			redrive.Parcel{Payload: json.RawMessage(message), EventID: "b-1", Incident: "inc-1"},
		},
		"a job": {
			redrive.Jobs,
			redrive.Letter{ID: "m1", Group: "111122223333/User/bob", Body: `{"incident":"inc-1","group":"other","later":true}`},
			redrive.Parcel{
				Payload: json.RawMessage(`{"incident":"inc-1","group":"other","later":true}`), Group: "111122223333/User/bob",
				Once: "redrive-m1", Incident: "inc-1",
			},
		},
		"a job to settle": {
			redrive.Jobs,
			redrive.Letter{ID: "m1", Group: "settle", Body: `{"settle":true}`},
			redrive.Parcel{Payload: json.RawMessage(`{"settle":true}`), Group: "settle", Once: "redrive-m1"},
		},
	} {
		got, err := redrive.Open(tt.kind, tt.letter)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// TestOpenRefuses holds what stays, each a near miss of what is taken.
func TestOpenRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		kind redrive.Kind
		body string
		says string
	}{
		"nothing":                     {redrive.Events, ``, "neither"},
		"no JSON":                     {redrive.Events, `{"source":`, "neither"},
		"a list":                      {redrive.Events, `[]`, "neither"},
		"null":                        {redrive.Events, `null`, "neither"},
		"an empty object":             {redrive.Events, `{}`, "no event"},
		"no source":                   {redrive.Events, strings.Replace(event("e"), `"source":"aws.iam",`, "", 1), "no event"},
		"no detail type":              {redrive.Events, strings.Replace(event("e"), "detail-type", "detailType", 1), "no event"},
		"a detail that is a text":     {redrive.Events, `{"source":"aws.iam","detail-type":"x","detail":"{}"}`, "no event"},
		"a source that is none":       {redrive.Events, `{"source":{},"detail-type":"x","detail":{}}`, "no event"},
		"a record of nothing":         {redrive.Events, `{"requestContext":{"functionArn":"f"}}`, "no event"},
		"a record of null":            {redrive.Events, `{"requestContext":{"functionArn":"f"},"requestPayload":null}`, "no event"},
		"a record of another shape":   {redrive.Events, `{"requestContext":{"functionArn":[]},"requestPayload":{}}`, "record"},
		"a message among events":      {redrive.Events, message, "bus"},
		"an event among messages":     {redrive.Messages, event("e"), "aws.iam"},
		"a message about nothing":     {redrive.Messages, `{"source":"riposte","detail-type":"Incident Opened","detail":{"incident":{}}}`, "names no incident"},
		"a message of another shape":  {redrive.Messages, `{"source":"riposte","detail-type":"Incident Opened","detail":{"incident":"inc-1"}}`, "names no incident"},
		"a job about nothing":         {redrive.Jobs, `{"group":"g"}`, "names no incident"},
		"a job that does not settle":  {redrive.Jobs, `{"settle":false,"group":"g"}`, "names no incident"},
		"a job that is a text":        {redrive.Jobs, `"inc-1"`, "no remediation job"},
		"a job without a group":       {redrive.Jobs, `{"incident":"inc-1"}`, "group"},
		"an event among jobs":         {redrive.Jobs, event("e"), "names no incident"},
		"a job whose name is a label": {redrive.Jobs, `{"incident":["inc-1"],"group":"g"}`, "no remediation job"},
	} {
		if _, err := redrive.Open(tt.kind, redrive.Letter{ID: "m1", Body: tt.body}); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, tt.says)
		}
	}
}

// FuzzOpen holds that whatever is in a queue is either refused or given on byte by byte.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{event("e"), message, job("inc-1"), `{"requestContext":{},"requestPayload":{"source":"a","detail-type":"b","detail":{}}}`, `{`, ``} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, k := range redrive.Kinds() {
			p, err := redrive.Open(k, redrive.Letter{ID: "m1", Group: "g", Body: body})
			if err != nil {
				continue
			}
			if !json.Valid(p.Payload) || !strings.Contains(body, string(p.Payload)) {
				t.Errorf("%s: %q is given as %q", k, body, p.Payload)
			}
			if k == redrive.Jobs && (p.Once == "" || p.Group == "") {
				t.Errorf("a job of %q goes without a group or a name", body)
			}
		}
	})
}
