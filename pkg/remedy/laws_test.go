package remedy

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

// aspect is the aspect of a fake resource: a set of letters, whose order does not matter.
type aspect []string

func (a aspect) equal(b aspect) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// fake is a resource that counts what is written to it.
type fake struct {
	live   aspect
	gone   bool
	writes int
	err    error // what the next reads and writes fail with
}

func (k *fake) remedy(want func(aspect) aspect) Remedy {
	return Bind(Spec[*fake, aspect]{
		Action: actions.Action{ID: "turn-letters"},
		Lens: Lens[*fake, aspect]{
			Client: func(context.Context, Target) (*fake, error) { return k, nil },
			Read: func(_ context.Context, k *fake, _ Target) (aspect, error) {
				if k.gone {
					return nil, ErrGone
				}
				return slices.Clone(k.live), k.err
			},
			Write: func(_ context.Context, k *fake, _ Target, from, to aspect) error {
				if !from.equal(k.live) {
					return errors.New("write was told another state than the live one")
				}
				k.writes++
				k.live = slices.Clone(to)
				return k.err
			},
			Equal: aspect.equal,
		},
		Find: func(f detect.Finding) (Target, error) { return TargetOf(f), nil },
		Want: func(_ context.Context, _ *fake, _ detect.Finding, _ Target, before aspect) (aspect, error) {
			return want(before), nil
		},
		Summary: func(Target, aspect, aspect) string { return "letters turned" },
		Nothing: func(Target, aspect) string { return "letters are turned" },
	})
}

func letters(r *rand.Rand) aspect {
	a := aspect{}
	for range r.IntN(4) {
		a = append(a, string(rune('a'+r.IntN(3))))
	}
	return a
}

// TestLaws holds the laws of every remedy over random states: repeating changes nothing, undo gives back what was there,
// and a live state that is neither the one before nor the one after is never written to.
func TestLaws(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	drifts, changes := 0, 0
	for range 20000 {
		before, after, other := letters(random), letters(random), letters(random)
		k := &fake{live: before}
		r := k.remedy(func(aspect) aspect { return after })

		c, nothing, err := r.Plan(t.Context(), detect.Finding{}, nil)
		if err != nil || (c == nil) == (nothing == "") || (c == nil) != before.equal(after) || k.writes != 0 {
			t.Fatalf("plan from %v to %v: %v, %q, %v after %d writes", before, after, c, nothing, err, k.writes)
		}
		if c == nil {
			continue
		}
		changes++
		for n := range 3 {
			if err := r.Apply(t.Context(), *c); err != nil || !k.live.equal(after) || k.writes != 1 {
				t.Fatalf("apply %d from %v to %v: %v, live %v after %d writes", n, before, after, err, k.live, k.writes)
			}
		}
		if _, err := r.Verify(t.Context(), *c); err != nil {
			t.Fatalf("verify: %v", err)
		}
		for n := range 3 {
			if err := r.Undo(t.Context(), *c); err != nil || !k.live.equal(before) || k.writes != 2 {
				t.Fatalf("undo %d from %v to %v: %v, live %v after %d writes", n, after, before, err, k.live, k.writes)
			}
		}
		if _, err := r.VerifyUndo(t.Context(), *c); err != nil {
			t.Fatalf("verify undo: %v", err)
		}
		if other.equal(before) || other.equal(after) {
			continue
		}
		drifts++
		k.live, k.writes = other, 0
		for name, move := range map[string]func(context.Context, Change) error{"apply": r.Apply, "undo": r.Undo} {
			var drift *DriftError
			if err := move(t.Context(), *c); !errors.As(err, &drift) || !Final(err) || k.writes != 0 || !k.live.equal(other) {
				t.Fatalf("%s on %v: %v, live %v after %d writes; want a drift", name, other, err, k.live, k.writes)
			}
		}
	}
	if drifts < 1000 || changes < 1000 {
		t.Errorf("%d changes and %d drifts are too few to say anything", changes, drifts)
	}
}

func TestGone(t *testing.T) {
	k := &fake{live: aspect{"a"}}
	r := k.remedy(func(aspect) aspect { return aspect{} })
	c, _, err := r.Plan(t.Context(), detect.Finding{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	k.gone = true
	if c, nothing, err := r.Plan(t.Context(), detect.Finding{}, nil); c != nil || nothing == "" || err != nil {
		t.Errorf("plan: %v, %q, %v; want nothing left to do", c, nothing, err)
	}
	_, verifyErr := r.Verify(t.Context(), *c)
	for name, err := range map[string]error{
		"apply": r.Apply(t.Context(), *c), "undo": r.Undo(t.Context(), *c), "verify": verifyErr,
	} {
		var drift *DriftError
		if !errors.As(err, &drift) || drift.Live != nil {
			t.Errorf("%s: %v; want a drift without a live state", name, err)
		}
	}
	if k.writes != 0 {
		t.Errorf("%d writes to what is gone", k.writes)
	}
}

func TestFailures(t *testing.T) {
	k := &fake{live: aspect{"a"}}
	r := k.remedy(func(aspect) aspect { return aspect{} })
	c, _, err := r.Plan(t.Context(), detect.Finding{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	k.err = errors.New("no answer")
	_, verifyErr := r.Verify(t.Context(), *c)
	for name, err := range map[string]error{"apply": r.Apply(t.Context(), *c), "verify": verifyErr} {
		if !errors.Is(err, k.err) || Final(err) {
			t.Errorf("%s: %v; want the API's error, to be tried again", name, err)
		}
	}
	k.err = nil
	broken := *c
	broken.After = json.RawMessage(`{"no":"list"}`)
	if err := r.Apply(t.Context(), broken); !Final(err) || k.writes != 0 {
		t.Errorf("apply of an unreadable journal entry: %v after %d writes; want a refusal", err, k.writes)
	}
	for _, f := range []detect.Finding{{Unjudged: "the payload was omitted"}, {Attempt: true}} {
		if c, _, err := r.Plan(t.Context(), f, nil); c != nil || !Final(err) {
			t.Errorf("plan for a finding without a change: %v, %v; want a refusal", c, err)
		}
	}
}

// TestBetween holds that a write which died on its way is finished, and that only what it passes through is taken for that.
func TestBetween(t *testing.T) {
	from, half, to, other := aspect{"a", "b"}, aspect{"b"}, aspect{}, aspect{"c"}
	k := &fake{live: from}
	r := k.remedy(func(aspect) aspect { return to })
	c, _, err := r.Plan(t.Context(), detect.Finding{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var drift *DriftError
	k.live = half
	if err := r.Apply(t.Context(), *c); !errors.As(err, &drift) || k.writes != 0 {
		t.Errorf("without a way that is known: %v after %d writes; want a drift", err, k.writes)
	}
	r.(*bound[*fake, aspect]).Lens.Between = func(live, a, b aspect) bool {
		return live.equal(half) && a.equal(from) && b.equal(to)
	}
	if err := r.Apply(t.Context(), *c); err != nil || !k.live.equal(to) {
		t.Errorf("from half way: %v, live %v", err, k.live)
	}
	for _, live := range []aspect{half, other} {
		k.live, k.writes = live, 0
		if err := r.Undo(t.Context(), *c); !errors.As(err, &drift) || k.writes != 0 {
			t.Errorf("undo from %v: %v after %d writes; want a drift", live, err, k.writes)
		}
	}
	k.live = other
	if err := r.Apply(t.Context(), *c); !errors.As(err, &drift) || k.writes != 0 {
		t.Errorf("from elsewhere: %v after %d writes; want a drift", err, k.writes)
	}
}
