package report

import (
	"fmt"
	"strings"
	"time"

	"riposte/pkg/notify"
)

// notices says what a reader has to know of the message itself.
func notices(m notify.Message) []string {
	var out []string
	if text := deadline(m); text != "" {
		out = append(out, text)
	}
	if m.Stands > 1 {
		out = append(out, fmt.Sprintf("This stands for %d messages like it.", m.Stands))
	}
	if m.Remark != "" {
		out = append(out, clean(m.Remark, maxProse))
	}
	return out
}

// deadline says what becomes of a containment about which nobody decides.
func deadline(m notify.Message) string {
	if m.Deadline.IsZero() {
		return ""
	}
	end := "Kept"
	if m.EndsUndone {
		end = "Undone"
	}
	until := m.Deadline.UTC()
	layout := "15:04 UTC"
	if m.At.IsZero() || m.At.UTC().Format(time.DateOnly) != until.Format(time.DateOnly) {
		layout = "2006-01-02 15:04 UTC"
	}
	text := end + " by itself at " + until.Format(layout)
	if left := m.Deadline.Sub(m.At); !m.At.IsZero() && left > 0 {
		text += ", in " + inHours(left)
	}
	return text + ", if nobody answers."
}

// inHours writes how long something takes, to the minute: "3 h 50 min".
func inHours(d time.Duration) string {
	minutes := int(d.Round(time.Minute) / time.Minute)
	var parts []string
	for _, unit := range []struct {
		minutes int
		name    string
	}{{24 * 60, "d"}, {60, "h"}, {1, "min"}} {
		if n := minutes / unit.minutes; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit.name))
			minutes -= n * unit.minutes
		}
	}
	if len(parts) == 0 {
		return "less than a minute"
	}
	return strings.Join(parts, " ")
}
