package detect_test

import (
	"strings"
	"testing"

	"riposte/pkg/detect"
)

func valid() *detect.Rule {
	r := rule("IAM-900", detect.Pattern{{Source: "iam.amazonaws.com", Names: []string{"CreateUser"}}}, says("a"))
	r.Doc = "**Why it matters.** A.\n\n**False positives.** B.\n\n**What to do.** C."
	r.Refs = []detect.Ref{{Kind: "AWS", Name: "IAM", URL: "https://docs.aws.amazon.com/IAM/"}}
	return r
}

func TestValidate(t *testing.T) {
	if err := detect.Validate([]*detect.Rule{valid()}); err != nil {
		t.Fatalf("a complete rule: %v", err)
	}
	tests := []struct {
		name   string
		change func(*detect.Rule)
		want   string
	}{
		{"ID", func(r *detect.Rule) { r.ID = "iam-1" }, `ID "iam-1"`},
		{"title", func(r *detect.Rule) { r.Title = "User created." }, `title "User created."`},
		{"class", func(r *detect.Rule) { r.Class = "User Created" }, `class "User Created"`},
		{"severity", func(r *detect.Rule) { r.Severity = detect.Inherit }, "no severity"},
		{"match", func(r *detect.Rule) { r.Match = nil }, "no Match"},
		{"doc", func(r *detect.Rule) { r.Doc = "**Why it matters.** A." }, `doc lacks "**False positives.**"`},
		{"references", func(r *detect.Rule) { r.Refs = nil }, "no reference"},
		{"pattern", func(r *detect.Rule) { r.Pattern = nil }, "no pattern"},
		{"every event", func(r *detect.Rule) { r.Pattern = detect.Pattern{{Writes: true}} }, "pattern wants every event"},
		{"every and more", func(r *detect.Rule) { r.Pattern = detect.Pattern{{Every: true, Identity: "Root"}} }, "do one or the other"},
		{"reads and writes", func(r *detect.Rule) { r.Pattern = detect.Pattern{{Identity: "Root", Reads: true, Writes: true}} }, "read-only and that are not"},
		{"source", func(r *detect.Rule) { r.Pattern = detect.Pattern{{Source: "aws.iam"}} }, `source "aws.iam"`},
		{"event name", func(r *detect.Rule) { r.Pattern[0].Names = []string{"Create*"} }, `event name "Create*"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := valid()
			tt.change(r)
			if err := detect.Validate([]*detect.Rule{r}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
	if err := detect.Validate([]*detect.Rule{valid(), nil, valid()}); err == nil ||
		!strings.Contains(err.Error(), "rule 1 is nil") || !strings.Contains(err.Error(), "listed twice") {
		t.Errorf("a nil rule and a double one: %v", err)
	}
}
