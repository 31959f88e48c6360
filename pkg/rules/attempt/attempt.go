// Package attempt says which calls that were denied are worth telling. Whoever is not allowed to stop a trail and tries
// it is worth a look; whoever deploys with a role that lacks a right does so every day.
package attempt

import (
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// A Match is what a rule asks about an event.
type Match = func(*cloudtrail.Event) ([]detect.Finding, error)

// Unseen reports whether a call was denied and the record does not show what it asked for.
func Unseen(ev *cloudtrail.Event) bool { return ev.Denied() && ev.Request.Omitted() }

// Seen is for calls that people make every day: where one was denied, it is asked only what the request shows.
func Seen(match Match) Match {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		if Unseen(ev) {
			return nil, nil
		}
		return match(ev)
	}
}

// Grave does what Seen does, and of a call that was denied it keeps only what would have been high or critical.
func Grave(match Match) Match {
	return Seen(func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		found, err := match(ev)
		if !ev.Denied() {
			return found, err
		}
		var grave []detect.Finding
		for _, f := range found {
			if f.Unjudged == "" && (f.Severity == detect.Inherit || f.Severity >= detect.High) {
				grave = append(grave, f)
			}
		}
		return grave, err
	})
}

// On returns what a call was denied on, as the error message names it: an ARN, or a kind and a name, such as "user bob".
// It is "" where the message does not tell. AWS writes the message; names of callers, which stand before, have no spaces.
func On(ev *cloudtrail.Event) string {
	const marker = " on resource: "
	if !ev.Denied() {
		return ""
	}
	_, rest, ok := strings.Cut(ev.ErrorMessage, marker)
	if !ok {
		return ""
	}
	for _, end := range []string{" because ", " with an explicit deny", "\n"} {
		rest, _, _ = strings.Cut(rest, end)
	}
	return strings.TrimSuffix(strings.TrimSpace(rest), ".")
}

// User returns the IAM user that a call was denied on, as the error message names it, or "".
func User(ev *cloudtrail.Event) string {
	on := On(ev)
	if name, ok := strings.CutPrefix(on, "user "); ok {
		return name
	}
	if _, path, ok := strings.Cut(on, ":user/"); ok {
		return path[strings.LastIndexByte(path, '/')+1:]
	}
	return ""
}
