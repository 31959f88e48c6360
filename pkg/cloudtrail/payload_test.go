package cloudtrail

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewPayload(t *testing.T) {
	for _, tt := range []struct{ raw, want string }{ // want is empty where the payload counts as omitted
		{`{"a":1}`, `{"a":1}`},
		{` {"a" : 1} `, `{"a" : 1}`},
		{`{}`, `{}`},
		{`"{\"a\":\"b\\\"c\"}"`, `{"a":"b\"c"}`},
		{`" {} "`, `{}`},
		{`{"omitted":false}`, `{"omitted":false}`},
		{`{"a":{"omitted":true}}`, `{"a":{"omitted":true}}`},
		{``, ``},
		{`null`, ``},
		{`"null"`, ``},
		{`""`, ``},
		{`"text"`, ``},
		{`"{\"a\":"`, ``},
		{`"\"{}\""`, ``},
		{`[]`, ``},
		{`[{"a":1}]`, ``},
		{`"[]"`, ``},
		{`true`, ``},
		{`5`, ``},
		{`{"a":1`, ``},
		{`{"a":1}x`, ``},
		{`{"omitted":true}`, ``},
		{`{"omitted":"true"}`, ``},
		{`{"omitted":true,"originalSize":107824,"reason":"too large"}`, ``},
	} {
		p := NewPayload([]byte(tt.raw))
		if got := string(p.Raw()); got != tt.want || p.Omitted() != (tt.want == "") {
			t.Errorf("NewPayload(%s) = %q, omitted %t; want %q", tt.raw, got, p.Omitted(), tt.want)
		}
	}
}

type flowLogs struct {
	FlowLogID List[struct {
		Content Text `json:"content"`
	}] `json:"FlowLogId"`
}

func TestRequestOf(t *testing.T) {
	for _, tt := range []struct {
		name, raw string
		want      []string
		omitted   bool
	}{
		{"one, wrapped", `{"DeleteFlowLogsRequest":{"FlowLogId":{"tag":1,"content":"fl-1"}}}`, []string{"fl-1"}, false},
		{"many, wrapped", `{"DeleteFlowLogsRequest":{"FlowLogId":[{"tag":1,"content":"fl-1"},{"tag":2,"content":"fl-2"}]}}`, []string{"fl-1", "fl-2"}, false},
		{"flat", `{"FlowLogId":{"content":"fl-1"}}`, []string{"fl-1"}, false},
		{"wrapped as text", `{"DeleteFlowLogsRequest":"{\"FlowLogId\":{\"content\":7}}"}`, []string{"7"}, false},
		{"wrapper of another call", `{"CreateFlowLogsRequest":{"FlowLogId":{"content":"fl-1"}}}`, nil, false},
		{"wrapper null is absent", `{"DeleteFlowLogsRequest":null}`, nil, false},
		{"wrapper empty is a call without parameters", `{"DeleteFlowLogsRequest":""}`, nil, false},
		{"wrapper a list", `{"DeleteFlowLogsRequest":[]}`, nil, true},
		{"wrapped part omitted", `{"DeleteFlowLogsRequest":{"omitted":true}}`, nil, true},
		{"null", `null`, nil, true},
		{"a list", `["fl-1"]`, nil, true},
	} {
		e := &Event{Name: "DeleteFlowLogs", Request: NewPayload([]byte(tt.raw)), Response: NewPayload([]byte(
			strings.ReplaceAll(tt.raw, "LogsRequest", "LogsResponse")))}
		request, err := RequestOf[flowLogs](e)
		if errors.Is(err, ErrOmitted) != tt.omitted || err != nil && !tt.omitted {
			t.Errorf("%s: request error %v, want ErrOmitted %t", tt.name, err, tt.omitted)
		}
		response, err := ResponseOf[flowLogs](e)
		if errors.Is(err, ErrOmitted) != tt.omitted || err != nil && !tt.omitted {
			t.Errorf("%s: response error %v, want ErrOmitted %t", tt.name, err, tt.omitted)
		}
		for side, logs := range map[string]flowLogs{"request": request, "response": response} {
			var got []string
			for _, l := range logs.FlowLogID {
				got = append(got, string(l.Content))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", tt.name, side, diff)
			}
		}
	}
}

func TestPayloadErrorsNameTheirPart(t *testing.T) {
	e := &Event{Name: "x", Request: NewPayload([]byte(`{"FlowLogId":{"content":["y"]}}`))}
	if _, err := RequestOf[flowLogs](e); err == nil || errors.Is(err, ErrOmitted) || !strings.HasPrefix(err.Error(), "request parameters: ") {
		t.Errorf("a request of another shape: %v", err)
	}
	if _, err := ResponseOf[flowLogs](e); !errors.Is(err, ErrOmitted) || !strings.HasPrefix(err.Error(), "response elements: ") {
		t.Errorf("no response: %v", err)
	}
	if _, err := AdditionalOf[flowLogs](e); !errors.Is(err, ErrOmitted) || !strings.HasPrefix(err.Error(), "additional event data: ") {
		t.Errorf("no additional event data: %v", err)
	}
	e.Additional = NewPayload([]byte(`"{\"MFAUsed\":\"YES\"}"`))
	data, err := AdditionalOf[struct{ MFAUsed Flag }](e)
	if err != nil || !bool(data.MFAUsed) {
		t.Errorf("additional event data as text: %+v, %v", data, err)
	}
}

// TestPayloadErrorsSpeakToPeople holds that a finding tells which member is odd, and nothing of Go's types.
func TestPayloadErrorsSpeakToPeople(t *testing.T) {
	e := &Event{Name: "x", Response: NewPayload([]byte(`{"accessKey":"AKIAIOSFODNN7EXAMPLE"}`))}
	_, err := ResponseOf[struct{ AccessKey struct{ UserName Text } }](e)
	if want := "response elements: AccessKey: found string where another type is expected"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
