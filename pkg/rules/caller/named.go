package caller

import (
	"strings"
	"unicode"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// Named makes rules say who made the call at the end of each summary that does not name the caller in its own words.
func Named(rules []*detect.Rule) []*detect.Rule {
	for _, r := range rules {
		match := r.Match
		r.Match = func(ev *cloudtrail.Event) ([]detect.Finding, error) {
			found, err := match(ev)
			for i := range found {
				found[i].Summary = signed(ev, found[i].Summary)
			}
			return found, err
		}
	}
	return rules
}

// serviceEvent is the type of what a service records of its own accord: it has no caller.
const serviceEvent = "AwsServiceEvent"

// signed adds the caller to a summary. What is told of a denied call begins with who made it.
func signed(ev *cloudtrail.Event, summary string) string {
	name := detect.Text(ev.Identity.Name())
	if ev.Denied() || ev.Type == serviceEvent || names(summary, name) {
		return summary
	}
	return summary + "; by " + name
}

// names reports whether a name stands in a text by itself, not within another word.
func names(text, name string) bool {
	for rest := text; ; {
		before, after, found := strings.Cut(rest, name)
		if !found {
			return false
		}
		if !endsInWord(before) && !beginsWithWord(after) {
			return true
		}
		rest = after
	}
}

func endsInWord(text string) bool {
	last := ' '
	for _, r := range text[max(0, len(text)-4):] {
		last = r
	}
	return inWord(last)
}

func beginsWithWord(text string) bool {
	for _, r := range text {
		return inWord(r)
	}
	return false
}

// inWord reports whether a character goes on with a name: a letter, a digit, or a dash, as in "bob-phone".
func inWord(r rune) bool { return r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
