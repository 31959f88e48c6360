package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// maxChanges bounds how many changes a message shows.
const maxChanges = 8

// changes says what became of each change of the journal.
func changes(m notify.Message) []Change {
	var out []Change
	for n, c := range m.Incident.Changes {
		if n == maxChanges {
			out = append(out, Change{
				Label: "More", Summary: fmt.Sprintf("%d changes are not shown", len(m.Incident.Changes)-n),
			})
			break
		}
		if c.Error == m.Incident.Error {
			c.Error = "" // the report says it already
		}
		out = append(out, change(c))
	}
	return out
}

func change(c ledger.Change) Change {
	summary := c.Summary
	if summary == "" {
		summary = c.Action + " on " + c.Target.String()
	}
	out := Change{Summary: clean(summary, maxProse)}
	before, after := states(c)
	arrow := fromTo(before, after)
	if strings.Contains(summary, before+" → "+after) {
		arrow = nil // the summary has said it
	}
	switch c.State {
	case ledger.Planned:
		out.Label, out.Lines = "Planned, not made", arrow
	case ledger.Applied:
		out.Label, out.Lines = "Made, but not verified", arrow
	case ledger.Verified:
		out.Label, out.Lines = "Done", append(arrow, readBack(c, c.After, after))
	case ledger.Reverting:
		out.Label, out.Lines = "Being put back", fromTo(after, before)
	case ledger.Reverted:
		out.Label, out.Lines = "Undone", append(fromTo(after, before), readBack(c, c.Before, before))
	case ledger.Broken:
		out.Label, out.Lines = "Not made", arrow
	default:
		out.Label, out.Lines = "Change", append(arrow, Line{words("state "), value(string(c.State))})
	}
	if c.Error != "" {
		out.Lines = append(out.Lines, Line{words("error: "), valueUpTo(c.Error, 240)})
	}
	return out
}

// maxInline is how many runes a state may have to stand beside another on one line.
const maxInline = 60

// fromTo shows a state before and after: on one line where both are short.
func fromTo(before, after string) []Line {
	if len(before) <= maxInline && len(after) <= maxInline {
		return []Line{{value(before), words(" → "), value(after)}}
	}
	return []Line{{words("before: "), value(before)}, {words("after: "), value(after)}}
}

// readBack says what verification read in the account.
func readBack(c ledger.Change, want json.RawMessage, inWords string) Line {
	if len(c.ReadBack) == 0 {
		return Line{words("verified")}
	}
	live := inWords
	if !same(c.ReadBack, want) {
		live = state(c.ReadBack)
	}
	if live == nothing {
		return Line{words("verified: read back, and there is nothing any more")}
	}
	return Line{words("verified: read back "), value(live)}
}

// states returns the state before and after in words. Where the state is a yes or no, the change's own summary has
// better words for it: "policy … of user bob: attached → detached".
func states(c ledger.Change) (before, after string) {
	before, after = state(c.Before), state(c.After)
	if !yesOrNo(c.Before) || !yesOrNo(c.After) {
		return before, after
	}
	at := strings.LastIndex(c.Summary, ": ")
	if at < 0 {
		return before, after
	}
	was, is, ok := strings.Cut(c.Summary[at+2:], " → ")
	if !ok || was == "" || is == "" || len(was) > maxInline || len(is) > maxInline {
		return before, after
	}
	return was, is
}

func yesOrNo(raw json.RawMessage) bool { return string(raw) == "true" || string(raw) == "false" }

// same reports whether two pieces of JSON are the same but for white space.
func same(a, b json.RawMessage) bool { return compact(a) == compact(b) }
