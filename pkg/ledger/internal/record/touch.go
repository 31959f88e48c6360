package record

import (
	"errors"
	"strings"
	"time"

	"riposte/pkg/ledger"
)

// Touch returns a touch as every store keeps it.
func Touch(incident string, at time.Time) (ledger.Touch, error) {
	if incident == "" {
		return ledger.Touch{}, errors.New("a touch needs the id of its incident")
	}
	return ledger.Touch{Incident: text(incident), At: When(at)}, nil
}

// TouchKey orders the touches of one resource: by their time, then by their incident.
func TouchKey(t ledger.Touch) string { return Key(Moment(t.At), t.Incident) }

// Switch returns the kill switch as every store keeps it.
func Switch(s ledger.Switch) ledger.Switch {
	return ledger.Switch{Stopped: s.Stopped, By: text(s.By), Reason: text(s.Reason), At: When(s.At)}
}

// text replaces what is not valid UTF-8, which not every store takes.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
