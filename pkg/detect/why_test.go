package detect

import (
	"testing"

	"riposte/pkg/cloudtrail"
)

func TestWhy(t *testing.T) {
	for _, tc := range []struct{ name, doc, want string }{
		{"first paragraph", "**Why it matters.** A key never\nexpires by itself.\n\n**False positives.** None.", "A key never expires by itself."},
		{"on the next line", "**Why it matters.**\nA key never expires.\n\nMore.", "A key never expires."},
		{"after a blank line", "**Why it matters.**\n\nA key\r\nnever expires.\r\n\r\n**What to do.** Look.", "A key never expires."},
		{"in the middle", "Intro.\n\n  **Why it matters.** Keys\n  leak.\n  \n  Rest.", "Keys leak."},
		{"last", "**Why it matters.** Keys leak.", "Keys leak."},
		{"absent", "**False positives.** None.", ""},
		{"another case", "**why it matters.** Keys leak.", ""},
		{"only a heading", "**Why it matters.**\n\n**False positives.** None.", ""},
		{"empty", "**Why it matters.**", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := (&Rule{Doc: tc.doc}).Why(); got != tc.want {
				t.Errorf("Why() = %q, want %q", got, tc.want)
			}
		})
	}
}

func TestFindingsSayWhy(t *testing.T) {
	rule := &Rule{
		ID: "IAM-900", Doc: "**Why it matters.** Keys leak.\n\n**False positives.** None.",
		Pattern: Pattern{{Source: "iam.amazonaws.com", Names: []string{"CreateAccessKey"}}},
		Match:   func(*cloudtrail.Event) ([]Finding, error) { return []Finding{{Summary: "a key"}}, nil },
	}
	found := NewIndex([]*Rule{rule}).Match(&cloudtrail.Event{Source: "iam.amazonaws.com", Name: "CreateAccessKey"})
	if len(found) != 1 || found[0].Why != "Keys leak." {
		t.Errorf("findings %+v: want one that says why", found)
	}
}
