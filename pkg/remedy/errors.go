package remedy

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/detect"
)

// ErrGone is returned by a Lens's Read when the resource that holds the aspect no longer exists.
var ErrGone = errors.New("the resource no longer exists")

// A DriftError says that the live state is neither what a change found nor what it wants: somebody else has changed
// it, and Riposte does not overwrite that.
type DriftError struct {
	Target Target
	Want   json.RawMessage // the state that the call expected to find
	Live   json.RawMessage // the state that it found; nil where the resource is gone

	Differs []string // how they differ, where the states alone would not tell people
}

// Error returns a sentence with both states, for a person.
func (e *DriftError) Error() string {
	if e.Live == nil {
		return fmt.Sprintf("%s no longer exists; nothing was written", e.Target)
	}
	diff := e.Differs
	if len(diff) == 0 {
		diff = Differences(e.Want, e.Live)
	}
	if len(diff) > maxDifferences {
		diff = append(slices.Clone(diff[:maxDifferences]), "and more")
	}
	if len(diff) > 0 {
		return fmt.Sprintf("%s has changed meanwhile: %s; nothing was written", e.Target, strings.Join(diff, "; "))
	}
	return fmt.Sprintf("%s has changed meanwhile: expected %s, found %s; nothing was written",
		e.Target, detect.Line(string(e.Want), maxState), detect.Line(string(e.Live), maxState))
}

// A Refusal is an error that trying again does not mend: acting would be a guess, is forbidden, or makes no sense.
type Refusal struct {
	Reason string // a sentence for a person
	Err    error  // the cause, or nil
}

// Refuse returns a Refusal with a formatted reason, made fit for people to read: it may hold names from an event.
func Refuse(format string, args ...any) error {
	return &Refusal{Reason: detect.Line(fmt.Sprintf(format, args...), maxSentence)}
}

// Error returns the reason and the cause.
func (r *Refusal) Error() string {
	if r.Err != nil {
		return r.Reason + ": " + r.Err.Error()
	}
	return r.Reason
}

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Err }

// Final reports whether trying again cannot help: a Refusal, a drift, or a resource that is gone.
func Final(err error) bool {
	var refusal *Refusal
	var drift *DriftError
	return errors.As(err, &refusal) || errors.As(err, &drift) || errors.Is(err, ErrGone)
}
