package detect_test

import (
	"strings"
	"testing"

	"riposte/pkg/detect"
)

func TestText(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"bob", "bob"},
		{"Jörg 管理", "Jörg 管理"},
		{"<!channel> & <b>", "<!channel> & <b>"}, // markup is for whoever writes markup
		{"a\nb\r\tc", "a�b��c"},
		{"\x1b[31mred", "�[31mred"},
		{"gpj\u202eexe", "gpj�exe"},
		{"a\u200bb\u2028c\u2029d\u0085e", "a�b�c�d�e"},
		{"a\xffb", "a\ufffdb"},
		{strings.Repeat("é", 128), strings.Repeat("é", 128)},
		{strings.Repeat("é", 129), strings.Repeat("é", 128) + "…"},
	}
	for _, tt := range tests {
		if got := detect.Text(tt.in); got != tt.want {
			t.Errorf("Text(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
