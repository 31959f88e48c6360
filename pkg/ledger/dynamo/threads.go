package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

// Attributes of a thread.
const (
	attrLead  = "lead"
	attrFirst = "first" // record.Moment
	attrLast  = "last"  // record.Moment
)

// threadTries is how often a thread is read and written before the caller is told to come again: some seconds.
const threadTries = 20

func threadKey(name string) item { return key(record.Key("thread", name), "thread") }

// Thread returns the incident that leads what happened under a name around a time. A try whose answer was lost is seen in
// what the next one reads: its candidate leads, or its time is within the thread.
func (s *Store) Thread(ctx context.Context, name, candidate string, at time.Time, window time.Duration) (string, error) {
	if err := record.CheckID(candidate); err != nil {
		return "", err
	}
	for tries := range threadTries {
		old, err := s.thread(ctx, name)
		if err != nil {
			return "", err
		}
		lead, next := old.Join(candidate, at, window)
		if next == old {
			return lead, nil
		}
		if written, err := s.replaceThread(ctx, name, next, old); err != nil {
			return "", err
		} else if written {
			return lead, nil
		}
		if err := pause(ctx, tries); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("the ledger's thread %.80q: others wrote it before each of %d tries: try again later", name, threadTries)
}

// Threaded returns the incident that leads what happened under a name around a time, or "".
func (s *Store) Threaded(ctx context.Context, name string, at time.Time, window time.Duration) (string, error) {
	t, err := s.thread(ctx, name)
	if err != nil {
		return "", err
	}
	return t.Leads(at, window), nil
}

// thread reads a thread that is not over; the zero value where there is none.
func (s *Store) thread(ctx context.Context, name string) (record.Thread, error) {
	it, err := s.get(ctx, threadKey(name))
	if err != nil || it == nil || it.over(s.now()) {
		return record.Thread{}, err
	}
	first, firstErr := record.ParseMoment(it.text(attrFirst))
	last, lastErr := record.ParseMoment(it.text(attrLast))
	if err := errors.Join(firstErr, lastErr); err != nil {
		return record.Thread{}, fmt.Errorf("the ledger's thread %.80q is unreadable: %w", name, err)
	}
	t := record.Thread{Lead: it.text(attrLead), First: first, Last: last}
	if t.Lead == "" {
		return record.Thread{}, fmt.Errorf("the ledger's thread %.80q has no attribute %q: something else has written it", name, attrLead)
	}
	return t, nil
}

// replaceThread writes a thread on the condition that it still is what was read.
func (s *Store) replaceThread(ctx context.Context, name string, next, old record.Thread) (written bool, err error) {
	it := threadKey(name)
	it[attrLead], it[attrFirst], it[attrLast] = text(next.Lead), text(record.Moment(next.First)), text(record.Moment(next.Last))
	it[schema.TimeToLive] = number(record.In(s.now(), ledger.ThreadRetention))
	if old.Lead == "" {
		return s.put(ctx, it, "attribute_not_exists(#pk) OR #expires <= :now",
			map[string]string{"#pk": schema.PartitionKey, "#expires": schema.TimeToLive}, item{":now": number(s.now().Unix())})
	}
	return s.put(ctx, it, "#lead = :lead AND #first = :first AND #last = :last",
		map[string]string{"#lead": attrLead, "#first": attrFirst, "#last": attrLast},
		item{":lead": text(old.Lead), ":first": text(record.Moment(old.First)), ":last": text(record.Moment(old.Last))})
}
