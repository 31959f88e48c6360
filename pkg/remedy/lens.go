package remedy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

// A Lens reads and writes one aspect of an account: the status of a key, the document of an inline policy. Choose the
// narrowest aspect, so that neighbours that changed meanwhile survive a write.
type Lens[C, T any] struct {
	Client func(ctx context.Context, t Target) (C, error)
	Read   func(ctx context.Context, api C, t Target) (T, error)        // ErrGone when what holds the aspect is gone
	Write  func(ctx context.Context, api C, t Target, from, to T) error // idempotent
	Equal  func(a, b T) bool                                            // nil: reflect.DeepEqual
	// Between reports whether a write from one state to another that takes more than one call may have died at live, so
	// that it is finished from there. It is nil where one call does all.
	Between func(live, from, to T) bool
	// Differ says how a live state differs from the one that was expected, for people; nil where the states themselves are
	// readable enough.
	Differ func(want, live T) []string
}

// A Spec binds a lens to the state that an action wants.
type Spec[C, T any] struct {
	Action actions.Action
	Lens   Lens[C, T]
	// Find says what to look at.
	Find func(f detect.Finding) (Target, error)
	// Want says what the aspect should become. It returns before itself when nothing is left to do; a *Refusal when
	// any answer would be a guess. It may read more through the client but writes nothing.
	Want func(ctx context.Context, api C, f detect.Finding, t Target, before T) (T, error)
	// Aspect names what the lens reads, such as "trust-policy", and Restore says what it should become where the ledger knows
	// its last good state. Both are empty where the event or the live state tells all that is needed, and Want alone
	// answers; Restore may return what Want would, or a Refusal, where going back to good would be wrong.
	Aspect  string
	Restore func(ctx context.Context, api C, f detect.Finding, t Target, before, good T) (T, error)
	// Recall puts the last good state together where the ledger keeps it in parts; nil where it keeps all of it under Aspect.
	Recall func(ctx context.Context, known Known, t Target) (good T, ok bool, err error)
	// Summary says in one sentence what the change does.
	Summary func(t Target, before, after T) string
	// Nothing says in one sentence why nothing is left to do.
	Nothing func(t Target, live T) string
}

// Bind makes a Remedy: planning, applying, verifying and undoing all follow from the lens.
func Bind[C, T any](s Spec[C, T]) Remedy {
	if s.Lens.Equal == nil {
		s.Lens.Equal = func(a, b T) bool { return reflect.DeepEqual(a, b) }
	}
	return &bound[C, T]{s}
}

type bound[C, T any] struct{ Spec[C, T] }

func (b *bound[C, T]) Action() actions.Action { return b.Spec.Action }

func (b *bound[C, T]) Plan(ctx context.Context, f detect.Finding, known Known) (*Change, string, error) {
	if f.Unjudged != "" || f.Attempt {
		return nil, "", Refuse("finding %s says of no change that it is risky: there is nothing to reverse", f.Rule)
	}
	t, err := b.Find(f)
	if err != nil {
		return nil, "", err
	}
	api, before, err := b.read(ctx, t)
	if errors.Is(err, ErrGone) {
		return nil, fmt.Sprintf("%s no longer exists", t), nil
	}
	if err != nil {
		return nil, "", err
	}
	after, err := b.wanted(ctx, api, f, t, before, known)
	if err != nil {
		return nil, "", err
	}
	if b.Lens.Equal(before, after) {
		return nil, detect.Line(b.Nothing(t, before), maxSentence), nil
	}
	c := &Change{Action: b.Spec.Action.ID, Target: t, Summary: detect.Line(b.Summary(t, before, after), maxSentence)}
	if c.Before, err = json.Marshal(before); err != nil {
		return nil, "", fmt.Errorf("record %s: %w", t, err)
	}
	if c.After, err = json.Marshal(after); err != nil {
		return nil, "", fmt.Errorf("record %s: %w", t, err)
	}
	return c, "", nil
}

// wanted returns what the aspect should become: from its last good state where the ledger has one.
func (b *bound[C, T]) wanted(ctx context.Context, api C, f detect.Finding, t Target, before T, known Known) (T, error) {
	if b.Restore == nil || known == nil {
		return b.Want(ctx, api, f, t, before)
	}
	good, ok, err := b.recall(ctx, known, t)
	if err != nil {
		return before, fmt.Errorf("look up what %s was: %w", t, err)
	}
	if !ok {
		return b.Want(ctx, api, f, t, before)
	}
	return b.Restore(ctx, api, f, t, before, good)
}

// recall returns the last good state, and whether anybody knows it.
func (b *bound[C, T]) recall(ctx context.Context, known Known, t Target) (good T, ok bool, err error) {
	if b.Recall != nil {
		return b.Recall(ctx, known, t)
	}
	raw, ok, err := known(ctx, b.Aspect, t)
	if !ok || err != nil {
		return good, false, err
	}
	return good, json.Unmarshal(raw, &good) == nil, nil // what an older version wrote may not be readable: then nobody knows
}

func (b *bound[C, T]) Read(ctx context.Context, t Target) (json.RawMessage, error) {
	_, live, err := b.read(ctx, t)
	if err != nil {
		return nil, err
	}
	return json.Marshal(live)
}

func (b *bound[C, T]) Apply(ctx context.Context, c Change) error {
	return b.move(ctx, c.Target, c.Before, c.After)
}

func (b *bound[C, T]) Undo(ctx context.Context, c Change) error {
	return b.move(ctx, c.Target, c.After, c.Before)
}

func (b *bound[C, T]) Verify(ctx context.Context, c Change) (json.RawMessage, error) {
	return b.check(ctx, c.Target, c.After)
}

func (b *bound[C, T]) VerifyUndo(ctx context.Context, c Change) (json.RawMessage, error) {
	return b.check(ctx, c.Target, c.Before)
}

// move writes to while the live state is from.
func (b *bound[C, T]) move(ctx context.Context, t Target, rawFrom, rawTo json.RawMessage) error {
	var from, to T
	if err := errors.Join(json.Unmarshal(rawFrom, &from), json.Unmarshal(rawTo, &to)); err != nil {
		return &Refusal{Reason: fmt.Sprintf("the journal entry for %s is unreadable", t), Err: err}
	}
	api, live, err := b.read(ctx, t)
	if errors.Is(err, ErrGone) {
		return &DriftError{Target: t, Want: rawFrom}
	}
	switch {
	case err != nil:
		return err
	case b.Lens.Equal(live, to):
		return nil
	case !b.Lens.Equal(live, from) && (b.Lens.Between == nil || !b.Lens.Between(live, from, to)):
		return b.drifted(t, rawFrom, from, live)
	}
	if err := b.Lens.Write(ctx, api, t, live, to); err != nil {
		return fmt.Errorf("write %s: %w", t, err)
	}
	return nil
}

func (b *bound[C, T]) check(ctx context.Context, t Target, rawWant json.RawMessage) (json.RawMessage, error) {
	var want T
	if err := json.Unmarshal(rawWant, &want); err != nil {
		return nil, &Refusal{Reason: fmt.Sprintf("the journal entry for %s is unreadable", t), Err: err}
	}
	_, live, err := b.read(ctx, t)
	if errors.Is(err, ErrGone) {
		return nil, &DriftError{Target: t, Want: rawWant}
	}
	if err != nil {
		return nil, err
	}
	raw := marshal(live)
	if !b.Lens.Equal(live, want) {
		return raw, b.drifted(t, rawWant, want, live)
	}
	return raw, nil
}

func (b *bound[C, T]) drifted(t Target, rawWant json.RawMessage, want, live T) error {
	e := &DriftError{Target: t, Want: rawWant, Live: marshal(live)}
	if b.Lens.Differ != nil {
		e.Differs = b.Lens.Differ(want, live)
	}
	return e
}

func (b *bound[C, T]) read(ctx context.Context, t Target) (api C, live T, err error) {
	if api, err = b.Lens.Client(ctx, t); err != nil {
		return api, live, fmt.Errorf("client for %s: %w", t.Account, err)
	}
	if live, err = b.Lens.Read(ctx, api, t); err != nil {
		return api, live, fmt.Errorf("read %s: %w", t, err)
	}
	return api, live, nil
}

func marshal(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage(`"unreadable"`)
	}
	return raw
}
