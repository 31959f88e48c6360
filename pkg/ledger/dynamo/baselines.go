package dynamo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

// Attributes of a baseline's history, and of one of its states.
const (
	attrHistory = "history" // record.History
	attrDeflate = "deflate" // the state
)

// historyTries is how often a history is read and written before the caller is told to come again: some seconds.
const historyTries = 20

func historyKey(name string) item { return key(record.Key("baseline", name), "history") }

func stateKey(name, state string) item { return key(record.Key("baseline", name), "state#"+state) }

// Remember keeps a baseline: its state first, which nothing reads until the history names it. A try whose answer was lost
// is seen in what the next one reads. What a call leaves behind when it dies goes with its time to live.
func (s *Store) Remember(ctx context.Context, name string, b ledger.Baseline) error {
	added, err := record.NewBaseline(name, b)
	if err != nil {
		return err
	}
	w := rewrite{Store: s, name: name, added: added, state: rand.Text(), now: s.now(), seen: map[string]bool{}}
	for tries := range historyTries {
		done, err := w.try(ctx)
		if err != nil || done {
			return err
		}
		if err := pause(ctx, tries); err != nil {
			return err
		}
	}
	return fmt.Errorf("the ledger's baseline of %.80q: others wrote it before each of %d tries: try again later", name, historyTries)
}

// A rewrite is one call of Remember.
type rewrite struct {
	*Store
	name   string
	added  record.Baseline
	state  string // the name of the state, should it be needed
	stored bool   // whether that is stored
	now    time.Time
	seen   map[string]bool // the states that a history had at some time of this call
}

func (w *rewrite) try(ctx context.Context) (done bool, err error) {
	old, body, err := w.history(ctx, w.name, w.now)
	if err != nil {
		return false, err
	}
	for _, v := range old {
		w.seen[v.Name] = true
	}
	next, changed := old.Add(w.added, w.state, w.now)
	if !changed {
		w.tidy(ctx, old)
		return true, nil
	}
	if next.Holds(w.state) && !w.stored {
		if err := w.store(ctx, next.Kept(w.state)); err != nil {
			return false, err
		}
	}
	written, err := w.replace(ctx, next, body)
	if err != nil || !written {
		return false, err
	}
	w.tidy(ctx, next)
	return true, nil
}

// store writes the state.
func (w *rewrite) store(ctx context.Context, kept record.Deadline) error {
	packed, err := w.added.Pack()
	if err != nil {
		return err
	}
	it := stateKey(w.name, w.state)
	it[attrDeflate], it[schema.TimeToLive] = &types.AttributeValueMemberB{Value: packed}, number(kept)
	if _, err := w.put(ctx, it, "", nil, nil); err != nil {
		return err
	}
	w.stored, w.seen[w.state] = true, true
	return nil
}

// replace writes the history on the condition that it still is what was read.
func (w *rewrite) replace(ctx context.Context, next record.History, old string) (written bool, err error) {
	body, err := json.Marshal(next)
	if err != nil {
		return false, fmt.Errorf("baseline of %.80q: %w", w.name, err)
	}
	it := historyKey(w.name)
	it[attrHistory], it[schema.TimeToLive] = text(string(body)), number(next.Deadline())
	if old == "" {
		return w.put(ctx, it, "attribute_not_exists(#pk) OR #expires <= :now",
			map[string]string{"#pk": schema.PartitionKey, "#expires": schema.TimeToLive}, item{":now": number(w.now.Unix())})
	}
	return w.put(ctx, it, "#history = :old", map[string]string{"#history": attrHistory}, item{":old": text(old)})
}

// tidy deletes the states that the history no longer has. A name that has left it never comes back. What cannot be
// deleted goes with its time to live: the baseline itself is kept, and the call must not fail for it.
func (w *rewrite) tidy(ctx context.Context, left record.History) {
	for state := range w.seen {
		if !left.Holds(state) {
			_, _ = w.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &w.table, Key: stateKey(w.name, state)})
		}
	}
}

// history reads a history that is not over, and its stored form; nothing where there is none.
func (s *Store) history(ctx context.Context, name string, now time.Time) (h record.History, body string, err error) {
	it, err := s.get(ctx, historyKey(name))
	if err != nil || it == nil || it.over(now) {
		return nil, "", err
	}
	body = it.text(attrHistory)
	if err := json.Unmarshal([]byte(body), &h); err != nil {
		return nil, "", unreadable(name, err)
	}
	return h, body, nil
}

// Remembered returns the newest baseline that is older than a time.
func (s *Store) Remembered(ctx context.Context, name string, before time.Time) (ledger.Baseline, error) {
	missing := ""
	for range historyTries {
		h, _, err := s.history(ctx, name, s.now())
		if err != nil {
			return ledger.Baseline{}, err
		}
		v, found := h.Before(before, s.now())
		if !found {
			return ledger.Baseline{}, record.NoBaseline(name, before)
		}
		if v.Name == missing {
			return ledger.Baseline{}, unreadable(name, errors.New("its state is missing: something else has deleted it"))
		}
		it, err := s.get(ctx, stateKey(name, v.Name))
		if err != nil {
			return ledger.Baseline{}, err
		}
		if it == nil { // somebody stored it anew, or dropped it, between the two calls
			missing = v.Name
			continue
		}
		return unpack(name, v, it)
	}
	return ledger.Baseline{}, fmt.Errorf("the ledger's baseline of %.80q: others wrote it during each of %d tries: try again later", name, historyTries)
}

func unpack(name string, v record.Version, it item) (ledger.Baseline, error) {
	packed, ok := it[attrDeflate].(*types.AttributeValueMemberB)
	if !ok {
		return ledger.Baseline{}, unreadable(name, fmt.Errorf("it has no attribute %q: something else has written it", attrDeflate))
	}
	b, err := v.Unpack(packed.Value)
	if err != nil {
		return ledger.Baseline{}, unreadable(name, err)
	}
	return b, nil
}

func unreadable(name string, err error) error {
	return fmt.Errorf("the ledger's baseline of %.80q is unreadable: %w", name, err)
}
