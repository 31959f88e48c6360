package detect_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"riposte/pkg/detect"
)

func TestSeverity(t *testing.T) {
	if !slices.IsSorted(detect.Severities()) {
		t.Error("the severities are not in order")
	}
	for _, s := range append(detect.Severities(), detect.Inherit) {
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back detect.Severity
		if err := json.Unmarshal(raw, &back); err != nil || back != s {
			t.Errorf("%v is written as %s and read as %v, %v", s, raw, back, err)
		}
		parsed, err := detect.ParseSeverity(strings.ToLower(s.String()))
		if s == detect.Inherit {
			if err == nil {
				t.Error("a person may set the severity to inherit")
			}
		} else if err != nil || parsed != s {
			t.Errorf("ParseSeverity(%s) = %v, %v", s, parsed, err)
		}
	}
}
