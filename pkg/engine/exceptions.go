package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"riposte/pkg/answer"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/schema"
	"riposte/pkg/notify"
)

// An Exception is one that a person made at run time: what one principal does in one account is neither told nor acted on
// by one rule for a while.
type Exception struct {
	Key       string    `json:"key"`
	Rule      string    `json:"rule"`
	Account   string    `json:"account"`
	Principal string    `json:"principal"` // an ARN, which is no pattern
	Owner     string    `json:"owner"`
	Reason    string    `json:"reason"`
	Incident  string    `json:"incident"` // what it was made of
	Made      time.Time `json:"made"`
	Expires   time.Time `json:"expires"`
}

// Exceptions are those that people make at run time.
type Exceptions struct {
	Slots ledger.Slots
	Now   func() time.Time
}

// List returns the exceptions that hold, the one that ends first before the others.
func (e Exceptions) List(ctx context.Context) ([]Exception, error) {
	slots, err := e.Slots.Slots(ctx, schema.Exceptions)
	if err != nil {
		return nil, fmt.Errorf("list the exceptions that people made: %w", err)
	}
	list := make([]Exception, 0, len(slots))
	for _, s := range slots {
		var x Exception
		if json.Unmarshal(s.Value, &x) != nil { // what nobody can read covers nothing
			continue
		}
		x.Key = s.Key
		if e.Now().Before(x.Expires) {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b Exception) int { return cmp.Or(a.Expires.Compare(b.Expires), cmp.Compare(a.Key, b.Key)) })
	return list, nil
}

// facts returns the exceptions as decisions take them.
func (e Exceptions) facts(ctx context.Context) ([]config.Exception, error) {
	list, err := e.List(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]config.Exception, 0, len(list))
	for _, x := range list {
		out = append(out, x.config())
	}
	return out, nil
}

// withExceptions adds to what is known about a finding the exceptions that people made, unless nobody wants to know of it
// anyway. Where they cannot be read, that is a fact too.
func (d *Detector) withExceptions(ctx context.Context, f detect.Finding, facts decide.Facts) decide.Facts {
	if silent := d.Policy.Decide(f, facts); silent.Mode == decide.Off || silent.Suppressed {
		return facts
	}
	facts.Exceptions, facts.ExceptionsUnknown = Exceptions{Slots: d.Store, Now: d.Now}.facts(ctx)
	return facts
}

// config returns the exception in the form of the configuration's.
func (x Exception) config() config.Exception {
	return config.Exception{
		Rule: x.Rule, Account: x.Account, Principal: config.Principal{Pattern: config.Pattern(x.Principal)},
		Owner: x.Owner, Reason: x.Reason, Expires: x.Expires,
	}
}

// End ends an exception before its time.
func (e Exceptions) End(ctx context.Context, key string) (Exception, error) {
	slot, err := e.Slots.Slot(ctx, schema.Exceptions, key)
	if errors.Is(err, ledger.ErrNotFound) {
		return Exception{}, fmt.Errorf("no exception %q: \"riposte exceptions\" lists those that hold", key)
	}
	if err != nil {
		return Exception{}, fmt.Errorf("exception %s: %w", key, err)
	}
	var x Exception
	_ = json.Unmarshal(slot.Value, &x) // one that nobody can read may be removed too
	x.Key = key
	if err := e.Slots.DropSlot(ctx, schema.Exceptions, slot); err != nil {
		return x, fmt.Errorf("end exception %s: %w", key, err)
	}
	return x, nil
}

// put stores an exception. One of the same owner for the same is prolonged, never shortened.
func (e Exceptions) put(ctx context.Context, x Exception) (Exception, error) {
	for range 5 {
		slot, err := e.Slots.Slot(ctx, schema.Exceptions, x.Key)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return x, err
		}
		var old Exception
		if err == nil && json.Unmarshal(slot.Value, &old) == nil && !old.Expires.Before(x.Expires) {
			return old, nil
		}
		slot.Key, slot.Expires = x.Key, x.Expires
		if slot.Value, err = json.Marshal(x); err != nil {
			return x, err
		}
		if _, err = e.Slots.PutSlot(ctx, schema.Exceptions, slot); !errors.Is(err, ledger.ErrConflict) {
			return x, err
		}
	}
	return x, ledger.ErrConflict
}

// MaxException is how long an exception that is made at run time holds at the most. What is to hold longer belongs into the
// configuration, where others see it.
const MaxException = 7 * 24 * time.Hour

// Except makes an exception of an incident: the same rule, account and principal are neither told nor acted on for a
// while. What was done about the incident stays as it is. People are told.
func (r *Remediator) Except(ctx context.Context, id string, by Person, reason string, length time.Duration) (ledger.Incident, Exception, error) {
	in, err := r.Store.Get(ctx, id)
	if err != nil {
		return in, Exception{}, fmt.Errorf("except %q: %w", id, err)
	}
	switch {
	case !answer.Exceptable(in):
		return in, Exception{}, fmt.Errorf("except %s: only what could be judged, and names who did it and where, can be excepted", id)
	case length <= 0 || length > MaxException:
		return in, Exception{}, fmt.Errorf("except %s for %s: at most %s at run time; what holds longer belongs into riposte.yaml", id, length, MaxException)
	}
	now := r.Now().UTC()
	x := Exception{
		Rule: in.Rule, Account: in.Account, Principal: decide.ExceptedPrincipal(in.Finding.Actor), Owner: detect.Line(by.Name, 200),
		Reason: detect.Line(reason, answer.MaxReason), Incident: id, Made: now, Expires: now.Add(length).Truncate(time.Second),
	}
	x.Key = x.config().Key()
	if x, err = (Exceptions{Slots: r.Store, Now: r.Now}).put(ctx, x); err != nil {
		return in, x, fmt.Errorf("except %s: %w", id, err)
	}
	text := detect.Line(fmt.Sprintf("excepted until %s: %s", x.Expires.UTC().Format(time.RFC3339), x.Reason), maxNote)
	in, err = r.Store.Update(ctx, id, func(i *ledger.Incident) error {
		if slices.ContainsFunc(i.Notes, func(n ledger.Note) bool { return n.Text == text && n.By == by.Name }) {
			return nil
		}
		i.Notes = append(i.Notes, ledger.Note{Time: r.Now(), By: by.Name, Principal: by.Principal, Text: text})
		owe(i, notify.ExceptionMade)
		return nil
	})
	if err != nil {
		return in, x, fmt.Errorf("record the exception of %s: %w", id, err)
	}
	in, err = publish(ctx, r.Store, r.Bus, in)
	return in, x, err
}
