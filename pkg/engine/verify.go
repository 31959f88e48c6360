package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"riposte/pkg/remedy"
)

// verifyDelays are the waits before each reading of the live state. IAM is eventually consistent: a change is seen
// everywhere only after some seconds.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
func verifyDelays() []time.Duration {
	return []time.Duration{0, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
}

// A notHeldError says that a state which was written is not there when it is read again, several times.
type notHeldError struct{ text string }

// Error says what is there instead. It is no drift for remedy.Final: the answer may be a stale one.
func (e *notHeldError) Error() string { return e.text }

// verify reads the live state until it is as wanted. What it reads too early is unknown rather than wrong, so a
// difference that stays is an error that may be tried again.
func (r *Remediator) verify(ctx context.Context, check func(context.Context, remedy.Change) (json.RawMessage, error),
	c remedy.Change,
) (live json.RawMessage, err error) {
	for _, wait := range verifyDelays() {
		if err := r.Sleep(ctx, wait); err != nil {
			return nil, fmt.Errorf("verify %s: %w", c.Target, err)
		}
		live, err = check(ctx, c)
		var drift *remedy.DriftError
		if err == nil || !errors.As(err, &drift) {
			return live, err
		}
	}
	return nil, &notHeldError{fmt.Sprintf("the change of %s does not hold: %s", c.Target, err)}
}
