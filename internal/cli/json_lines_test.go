package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzEncoder holds that whatever stands in a text, JSON lines say the same to a reader and nothing to a terminal.
func FuzzEncoder(f *testing.F) {
	for _, text := range []string{
		"", "bob", "<b>&\"\\", "Active → Inactive", "\x1b[2J\x07\x7f", "\u009b2J", "\u202egpj.exe", "\U000e0041", "\xff\xfe", "a\nb\u2028c",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var out bytes.Buffer
		if err := encoder(&out).Encode(text); err != nil {
			t.Fatal(err)
		}
		line := out.String()
		for _, r := range strings.TrimSuffix(line, "\n") {
			if hidden(r) || r == '\n' {
				t.Errorf("%q holds %U", line, r)
			}
		}
		var back string
		if err := json.Unmarshal(out.Bytes(), &back); err != nil {
			t.Fatalf("%v: %q", err, line)
		}
		if utf8.ValidString(text) && back != text {
			t.Errorf("%q came back as %q", text, back)
		}
	})
}
