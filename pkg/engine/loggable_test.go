package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"riposte/pkg/engine"
	"riposte/pkg/remedy"
)

// TestLoggable holds that nothing of a state that drifted gets into the log, however deep in an error it is.
func TestLoggable(t *testing.T) {
	drift := func(name, secret string) error {
		return &remedy.DriftError{
			Target: remedy.Target{Type: "Role", ID: name}, Want: json.RawMessage(`"a"`), Live: json.RawMessage(`"` + secret + `"`),
		}
	}
	long := &remedy.DriftError{Target: remedy.Target{Type: "Role", ID: "told"}, Live: json.RawMessage(`{}`), Differs: []string{"it has hunter2"}}
	for name, err := range map[string]error{
		"alone":             drift("one", "hunter2"),
		"wrapped":           fmt.Errorf("undo inc-1: %w", drift("one", "hunter2")),
		"joined":            errors.Join(errors.New("no ledger"), fmt.Errorf("undo: %w", drift("one", "hunter2")), drift("two", "hunter2")),
		"joined and deeper": fmt.Errorf("settle: %w", errors.Join(fmt.Errorf("x: %w", errors.Join(drift("one", "hunter2"))), long)),
		"in a refusal":      &remedy.Refusal{Reason: "it does not hold", Err: drift("one", "hunter2")},
		"two in one":        fmt.Errorf("%w and %w", drift("one", "hunter2"), drift("two", "hunter2")),
	} {
		if !strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error %q shows no state: this test proves nothing", name, err)
		}
		if got := engine.Loggable(err); strings.Contains(got, "hunter2") || !strings.Contains(got, "has changed meanwhile; nothing was written") {
			t.Errorf("%s: logged %q", name, got)
		}
	}
	gone := &remedy.DriftError{Target: remedy.Target{Type: "Role", ID: "one"}}
	for _, err := range []error{gone, errors.New("no such table"), errors.Join(errors.New("one"), errors.New("two"))} {
		if got := engine.Loggable(err); got != err.Error() {
			t.Errorf("logged %q of %q", got, err)
		}
	}
}
