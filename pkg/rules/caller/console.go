package caller

import (
	"bytes"
	"encoding/json"
	"strings"

	"riposte/pkg/cloudtrail"
)

// AtConsole reports whether somebody made the call by hand in the console. AWS writes both marks.
func AtConsole(ev *cloudtrail.Event) bool {
	if ev.Identity.InvokedBy == "signin.amazonaws.com" {
		return true
	}
	if !bytes.Contains(ev.Record, []byte("sessionCredentialFromConsole")) { // most records: spares reading them again
		return false
	}
	var record struct{ SessionCredentialFromConsole cloudtrail.Flag }
	return json.Unmarshal(ev.Record, &record) == nil && bool(record.SessionCredentialFromConsole)
}

// ByHand reports whether a call looks like a person's own: one of a person's session, or of any role in the console. Old
// records show the console by their user agent alone, which a caller may feign: only what need not be told may rest on it.
func ByHand(ev *cloudtrail.Event) bool {
	return IsManual(ev) || Service(ev) == "" && (AtConsole(ev) || strings.HasPrefix(ev.UserAgent, "console."))
}
