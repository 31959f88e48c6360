package ledger

import (
	"errors"
	"strings"
	"testing"

	"riposte/pkg/remedy"
)

// TestMove tries every pair of states. A row lists, in the order of States, where an incident may go: "+" it may,
// "." it may not, "=" it is there.
func TestMove(t *testing.T) {
	table := map[State]string{
		//           open asked approved dismissed remediating remediated failed undoing undone kept suppressed resolved
		Open:        "= + . + + . + . . . . +",
		Asked:       ". = + + . . . . . . . .",
		Approved:    ". . = . + . + . . . . +",
		Dismissed:   ". . . = . . . + . . . .",
		Remediating: ". . . . = + + . . . . +",
		Remediated:  ". . . . . = . + . + . .",
		Failed:      ". . + + . . = + . . . +",
		Undoing:     ". . . . . + + = + . . .",
		Undone:      ". . + . . . . . = . . .",
		Kept:        ". . . . . . . + . = . .",
		Suppressed:  ". . . . . . . . . . = .",
		Resolved:    ". . . . . . . . . . . =",
	}
	if len(table) != len(States()) {
		t.Fatalf("the table has %d states, there are %d", len(table), len(States()))
	}
	for _, from := range States() {
		for n, mark := range strings.Fields(table[from]) {
			to := States()[n]
			in := Incident{ID: "inc-1", State: from}
			err := in.Move(to)
			switch mark {
			case "+", "=":
				if err != nil || in.State != to {
					t.Errorf("%s → %s: %v, now %s; want it to move", from, to, err, in.State)
				}
			default:
				if !errors.Is(err, ErrTransition) || in.State != from {
					t.Errorf("%s → %s: %v, now %s; want ErrTransition and the state as it was", from, to, err, in.State)
				}
				if err != nil && (!strings.Contains(err.Error(), "inc-1") || !strings.Contains(err.Error(), string(from)) || !strings.Contains(err.Error(), string(to))) {
					t.Errorf("%s → %s: the error %q does not name the incident and both states", from, to, err)
				}
			}
		}
	}
	for _, to := range append(States(), "unheard-of") {
		in := Incident{State: "of a later version"}
		if err := in.Move(to); !errors.Is(err, ErrTransition) {
			t.Errorf("from a state that is not known to %s: %v, want ErrTransition", to, err)
		}
	}
	in := Incident{State: Open}
	if err := in.Move("unheard-of"); !errors.Is(err, ErrTransition) {
		t.Errorf("to a state that is not known: %v, want ErrTransition", err)
	}
}

// TestFinished holds that what is not finished still has somewhere to go by itself, and what ends for good is finished.
func TestFinished(t *testing.T) {
	for _, s := range States() {
		if want := s != Open && s != Approved && s != Remediating && s != Undoing; s.Finished() != want {
			t.Errorf("%s: finished %t, want %t", s, s.Finished(), want)
		}
		if !s.Finished() && len(next(s)) == 0 {
			t.Errorf("%s is not finished and leads nowhere", s)
		}
	}
	if State("of a later version").Finished() {
		t.Error("a state that is not known counts as finished, and its incident would be deleted")
	}
}

func TestAfterRefusedUndo(t *testing.T) {
	for _, test := range []struct {
		changes []ChangeState
		want    State
	}{
		{nil, Remediated},
		{[]ChangeState{Verified}, Remediated},
		{[]ChangeState{Applied, Reverting, Verified}, Remediated},
		{[]ChangeState{Verified, Planned}, Failed},
		{[]ChangeState{Broken, Verified}, Failed},
		{[]ChangeState{Verified, Reverted}, Failed},
	} {
		var in Incident
		for _, s := range test.changes {
			in.Changes = append(in.Changes, Change{Change: remedy.Change{Action: "a"}, State: s})
		}
		if got := in.AfterRefusedUndo(); got != test.want {
			t.Errorf("with changes %v: %s, want %s", test.changes, got, test.want)
		}
	}
}
