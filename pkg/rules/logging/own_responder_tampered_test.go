package logging

import (
	"errors"
	"testing"

	"riposte/pkg/cloudtrail"
)

func TestFunctionName(t *testing.T) {
	for named, want := range map[string]string{
		"Riposte-detect":                       "Riposte-detect",
		"Riposte-detect:live":                  "Riposte-detect",
		"111122223333:function:Riposte-detect": "Riposte-detect",
		"arn:aws:lambda:eu-west-1:111122223333:function:Riposte-detect:7": "Riposte-detect",
		"arn:aws-cn:lambda:cn-north-1:111122223333:function:not-Riposte":  "not-Riposte",
		"arn:aws:lambda:eu-west-1:111122223333:layer:Riposte-detect:1":    "arn",
	} {
		if got := functionName(named); got != want {
			t.Errorf("functionName(%q) = %q, want %q", named, got, want)
		}
	}
}

// TestFunctionOf holds that the answer names the function where the request was left out, and that the request counts first.
func TestFunctionOf(t *testing.T) {
	tests := []struct{ request, response, want string }{
		{`{"functionName":"Riposte-detect"}`, `{"functionName":"orders"}`, "Riposte-detect"},
		{`{"omitted":true}`, `{"functionName":"Riposte-detect"}`, "Riposte-detect"},
		{`{"publish":false}`, `{"functionName":"orders"}`, "orders"},
		{`{"omitted":true}`, `null`, ""},
	}
	for _, tt := range tests {
		ev := &cloudtrail.Event{
			Request: cloudtrail.NewPayload([]byte(tt.request)), Response: cloudtrail.NewPayload([]byte(tt.response)),
		}
		got, err := functionOf(ev)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("functionOf(%s, %s) = %q, %v", tt.request, tt.response, got, err)
		}
		if err != nil && !errors.Is(err, cloudtrail.ErrOmitted) {
			t.Errorf("functionOf(%s, %s): %v is not ErrOmitted", tt.request, tt.response, err)
		}
	}
}
