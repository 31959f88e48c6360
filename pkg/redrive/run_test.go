package redrive_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/redrive"
)

func event(id string) string {
	return fmt.Sprintf(`{"id":"e-%[1]s","source":"aws.iam","detail-type":"AWS API Call via CloudTrail","detail":{"eventID":%[1]q}}`, id)
}

func job(incident string) string {
	return fmt.Sprintf(`{"incident":%q,"group":"in the body"}`, incident)
}

func ids(outcomes []redrive.Outcome, of string) []string {
	found := []string{}
	for _, o := range outcomes {
		if o.Outcome == of {
			found = append(found, o.MessageID)
		}
	}
	return found
}

func TestRunGivesAndDeletes(t *testing.T) {
	w := newWorld(false)
	for n := range 25 {
		w.add("", event(fmt.Sprint(n)))
	}
	outcomes, left, err := w.run(t, redrive.Events)
	if err != nil || left != 0 || len(outcomes) != 25 || len(w.given) != 25 || len(w.letters) != 0 {
		t.Fatalf("%d outcomes, %d given, %d in the queue, %d left: %v", len(outcomes), len(w.given), len(w.letters), left, err)
	}
	if o := outcomes[0]; o.Outcome != redrive.Redriven || o.EventID != "0" || o.MessageID != "m1" {
		t.Errorf("first outcome %+v", o)
	}
	if got := string(w.given[3].Payload); got != event("3") {
		t.Errorf("given %s, want the event as it was", got)
	}
}

// TestWhatIsNotUnderstoodStays holds that poison neither goes on, nor away, nor keeps others from going on.
func TestWhatIsNotUnderstoodStays(t *testing.T) {
	w := newWorld(false)
	w.add("", event("a"), `no JSON`, event("b"), `{"source":"riposte","detail-type":"Incident Opened","detail":{"incident":{"id":"inc-1"}}}`)
	outcomes, left, err := w.run(t, redrive.Events)
	if err != nil || left != 2 {
		t.Fatalf("%d left: %v", left, err)
	}
	if diff := cmp.Diff([]string{"m2", "m4"}, ids(outcomes, redrive.Stays)); diff != "" {
		t.Errorf("what stays (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"m2", "m4"}, w.leftIDs()); diff != "" {
		t.Errorf("the queue (-want +got):\n%s", diff)
	}
	for _, o := range outcomes {
		if (o.Outcome == redrive.Stays) != (o.Reason != "") {
			t.Errorf("%s %s: reason %q", o.MessageID, o.Outcome, o.Reason)
		}
	}
	if hidden := w.hiddenLetters(); len(hidden) > 0 {
		t.Errorf("%v are hidden: nobody could look at them", hidden)
	}
}

func TestDryRun(t *testing.T) {
	w := newWorld(false)
	w.add("", event("a"), `no JSON`)
	outcomes, left, err := w.run(t, redrive.Events, func(r *redrive.Run) { r.DryRun = true })
	if err != nil || left != 1 || len(w.given) != 0 || len(w.letters) != 2 || len(w.hiddenLetters()) != 0 {
		t.Fatalf("%d left, %d given, %v in the queue, %v hidden: %v", left, len(w.given), w.leftIDs(), w.hiddenLetters(), err)
	}
	if diff := cmp.Diff([]string{"m1"}, ids(outcomes, redrive.Redrivable)); diff != "" {
		t.Errorf("what would be given (-want +got):\n%s", diff)
	}
}

func TestAgeAndLimit(t *testing.T) {
	build := func() *world {
		w := newWorld(false)
		for n := range 6 {
			w.add("", event(fmt.Sprint(n)))
			w.letters[n].Sent = w.now.Add(-time.Duration(n) * time.Hour) // m1 now, m2 an hour ago, …
		}
		return w
	}
	for name, tt := range map[string]struct {
		edit func(*world, *redrive.Run)
		want []string
	}{
		"since":      {func(w *world, r *redrive.Run) { r.From = w.now.Add(-90 * time.Minute) }, []string{"m1", "m2"}},
		"older than": {func(w *world, r *redrive.Run) { r.To = w.now.Add(-210 * time.Minute) }, []string{"m5", "m6"}},
		"limit":      {func(_ *world, r *redrive.Run) { r.Limit = 3 }, []string{"m1", "m2", "m3"}},
		"a limit counts what is of the age": {
			func(w *world, r *redrive.Run) { r.To, r.Limit = w.now.Add(-150*time.Minute), 1 },
			[]string{"m4"},
		},
	} {
		w := build()
		outcomes, left, err := w.run(t, redrive.Events, func(r *redrive.Run) { tt.edit(w, r) })
		if err != nil || left != 0 {
			t.Errorf("%s: %d left: %v", name, left, err)
		}
		if diff := cmp.Diff(tt.want, ids(outcomes, redrive.Redriven)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if len(w.hiddenLetters()) != 0 || len(w.letters) != 6-len(tt.want) {
			t.Errorf("%s: %v in the queue, %v hidden", name, w.leftIDs(), w.hiddenLetters())
		}
	}
}

// TestWhatFailsAgainDoesNotGoInCircles holds that a letter which comes back while the run goes on is left for the next one.
func TestWhatFailsAgainDoesNotGoInCircles(t *testing.T) {
	w := newWorld(false)
	w.add("", event("a"))
	w.slow = time.Second
	w.refuse = func(redrive.Parcel) error { // the function fails at once, and Lambda leaves it in the queue
		l := redrive.Letter{ID: fmt.Sprintf("again-%d", w.calls), Body: event("a"), Sent: w.now}
		w.letters = append(w.letters, &letter{Letter: l})
		return nil
	}
	outcomes, left, err := w.run(t, redrive.Events)
	if err != nil || left != 1 || len(w.given) != 1 || len(outcomes) != 2 {
		t.Errorf("given %d times, %d left, %+v: %v", len(w.given), left, outcomes, err)
	}
}

// TestGroupsKeepTheirOrder holds that jobs of a group are given in their order, and that none overtakes one that could not
// be given. What is no job holds nobody up.
func TestGroupsKeepTheirOrder(t *testing.T) {
	w := newWorld(true)
	w.add("a", "poison")
	for n := range 24 {
		w.add("a", job(fmt.Sprintf("a%d", n)))
	}
	for n := range 3 {
		w.add("b", job(fmt.Sprintf("b%d", n)))
	}
	w.refuse = func(p redrive.Parcel) error {
		if p.Incident == "b1" {
			return errors.New("not now")
		}
		return nil
	}
	outcomes, left, err := w.run(t, redrive.Jobs)
	if err != nil || left != 3 {
		t.Fatalf("%d left: %v %+v", left, err, outcomes)
	}
	var a []string
	for _, p := range w.given {
		if p.Group == "a" {
			a = append(a, p.Incident)
		}
	}
	var want []string
	for n := range 24 {
		want = append(want, fmt.Sprintf("a%d", n))
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("group a (-want +got):\n%s", diff)
	}
	if slices.Contains(w.incidents(), "b2") || !slices.Contains(w.incidents(), "b0") {
		t.Errorf("given %v: b2 has overtaken b1, or b0 was not given", w.incidents())
	}
	if diff := cmp.Diff([]string{"m1", "m27", "m28"}, w.leftIDs()); diff != "" {
		t.Errorf("the queue (-want +got):\n%s", diff)
	}
	// The next run, in which nothing is refused, brings the rest in order.
	w.refuse, w.given = nil, nil
	if _, left, err := w.run(t, redrive.Jobs); err != nil || left != 1 {
		t.Errorf("next run: %d left: %v", left, err)
	}
	if diff := cmp.Diff([]string{"b1", "b2"}, w.incidents()); diff != "" {
		t.Errorf("next run (-want +got):\n%s", diff)
	}
}

// TestDeathAtEveryCall lets the process die at every call. Run again when what was received shows itself, nothing is lost,
// the order within the group holds, and at most one letter was given twice: the one between giving and deleting.
func TestDeathAtEveryCall(t *testing.T) {
	for _, fifo := range []bool{false, true} {
		deaths := 0
		for dieAt := 1; ; dieAt++ {
			w := newWorld(fifo)
			for n := range 12 {
				w.add("g", job(fmt.Sprintf("j%02d", n)))
			}
			w.dieAt = dieAt
			_, _, err := w.run(t, redrive.Jobs)
			died := w.calls >= dieAt
			if died {
				deaths++
			}
			if died && dieAt == 1 && err == nil {
				t.Error("the first call fails and nobody hears of it")
			}
			w.dieAt, w.now = 0, w.now.Add(time.Hour)
			if _, left, err := w.run(t, redrive.Jobs); err != nil || left != 0 || len(w.letters) != 0 {
				t.Fatalf("death at call %d: %d left, %v in the queue: %v", dieAt, left, w.leftIDs(), err)
			}
			given := w.incidents()
			once := slices.Compact(slices.Clone(given))
			if len(once) != 12 || !slices.IsSorted(once) || len(given) > 13 {
				t.Fatalf("death at call %d: given %v", dieAt, given)
			}
			if twice := len(given) > 12; twice && w.given[0].Once == "" {
				t.Errorf("death at call %d: a job is given twice under no name", dieAt)
			}
			if !died {
				break
			}
		}
		if deaths < 24 {
			t.Errorf("%d deaths: the test proves nothing", deaths)
		}
	}
}

// TestSlowRunsKeepTheirLetters holds that a letter is not given once others may have received it, and that it is hidden
// anew while its batch takes long.
func TestSlowRunsKeepTheirLetters(t *testing.T) {
	w := newWorld(false)
	for n := range 10 {
		w.add("", event(fmt.Sprint(n)))
	}
	w.slow = time.Minute // ten minutes for a batch that is hidden for five
	outcomes, left, err := w.run(t, redrive.Events)
	if err != nil || len(outcomes) != 10 {
		t.Fatalf("%v %+v", err, outcomes)
	}
	given := map[string]int{}
	for _, p := range w.given {
		if given[p.EventID]++; given[p.EventID] > 1 {
			t.Errorf("%s was given %d times", p.EventID, given[p.EventID])
		}
	}
	if len(w.letters) != 0 || left != 0 {
		t.Errorf("%d letters in the queue, %d said to stay", len(w.letters), left)
	}
}

// TestWhatAnotherHasReceived holds that a letter is not given by two: a receipt that has expired cannot hide it anew.
func TestWhatAnotherHasReceived(t *testing.T) {
	w := newWorld(false)
	w.add("", event("a"), event("b"))
	w.slow = 4 * time.Minute
	w.refuse = func(redrive.Parcel) error {
		w.letters[1].Receipt = "somebody else's"
		return nil
	}
	outcomes, left, err := w.run(t, redrive.Events)
	if err != nil || left != 1 || len(w.given) != 1 || !strings.Contains(outcomes[1].Reason, "nothing was done") {
		t.Errorf("%d left, %d given, %+v: %v", left, len(w.given), outcomes, err)
	}
}

// TestARefusingHopEndsTheRun holds that nobody waits for thousands of letters to be refused for the same reason.
func TestARefusingHopEndsTheRun(t *testing.T) {
	w := newWorld(false)
	for n := range 50 {
		w.add("", event(fmt.Sprint(n)))
	}
	w.refuse = func(redrive.Parcel) error { return errors.New("access denied") }
	outcomes, left, err := w.run(t, redrive.Events)
	if err == nil || len(outcomes) != 3 || left != 3 || len(w.letters) != 50 || len(w.hiddenLetters()) != 0 {
		t.Errorf("%d outcomes, %d left, %d in the queue, %v hidden: %v", len(outcomes), left, len(w.letters), w.hiddenLetters(), err)
	}
	tries := 0
	w.refuse = func(redrive.Parcel) error { // one in two is refused: the letters differ
		if tries++; tries%2 == 0 {
			return errors.New("too large")
		}
		return nil
	}
	if outcomes, left, err := w.run(t, redrive.Events); err != nil || len(outcomes) != 50 || left != 25 {
		t.Errorf("%d outcomes, %d left: %v", len(outcomes), left, err)
	}
}

// TestAnotherFunctionsFailures holds that a record goes only to the function that failed on it.
func TestAnotherFunctionsFailures(t *testing.T) {
	record := func(function string) string {
		return fmt.Sprintf(`{"requestContext":{"functionArn":%q,"condition":"RetriesExhausted"},"requestPayload":%s}`, function, event("a"))
	}
	w := newWorld(false)
	w.add("", record("arn:aws:lambda:us-east-1:111122223333:function:Riposte-detect:$LATEST"),
		record("arn:aws:lambda:us-east-1:111122223333:function:payroll:$LATEST"))
	outcomes, left, err := w.run(t, redrive.Events, func(r *redrive.Run) { r.Function = "Riposte-detect" })
	if err != nil || left != 1 || len(w.given) != 1 || string(w.given[0].Payload) != event("a") {
		t.Fatalf("%d left, %d given: %v", left, len(w.given), err)
	}
	if !strings.Contains(outcomes[1].Reason, "payroll") || outcomes[0].Why != "RetriesExhausted" {
		t.Errorf("%+v", outcomes)
	}
}
