package remedy

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTextForPeople(t *testing.T) {
	hostile := "bob\n\x1b[31mall is well\u202e" + strings.Repeat("x", 5000)
	target := Target{Account: "111122223333", Type: "User", ID: hostile}
	document, err := json.Marshal(hostile)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"target":  target.String(),
		"drift":   (&DriftError{Target: target, Want: document, Live: []byte(hostile)}).Error(),
		"refusal": Refuse("user %s is refused", hostile).Error(),
	} {
		if len(text) > 4096 || strings.ContainsAny(text, "\n\x1b\u202e") {
			t.Errorf("%s: %d bytes, or characters that disturb: %.80q", name, len(text), text)
		}
		if !strings.Contains(text, "bob") {
			t.Errorf("%s: %.80q does not name the object", name, text)
		}
	}
}
