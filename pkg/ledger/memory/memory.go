// Package memory is a ledger in memory, for the demo, simulations, backtests and tests. It behaves as the durable
// stores do, and ends with the process.
package memory

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

var _ ledger.Store = (*Store)(nil)

// A Store is a ledger in memory. It is safe for concurrent use.
type Store struct {
	now func() time.Time

	mu         sync.Mutex
	incidents  map[string]incident
	counters   map[string]counter
	deliveries map[string]delivery
	touches    map[string][]touch
	series     map[string][]sighting
	threads    map[string]thread
	baselines  map[string]baseline
	beats      map[string]ledger.Beat
	slots      map[string]map[string]slot // by family and key
	sw         ledger.Switch
}

type incident struct {
	body     []byte
	version  int64
	feed     string
	deadline record.Deadline
}

// New returns an empty ledger that tells the time by now.
func New(now func() time.Time) *Store {
	return &Store{
		now: now, incidents: map[string]incident{}, counters: map[string]counter{},
		deliveries: map[string]delivery{}, touches: map[string][]touch{}, series: map[string][]sighting{},
		threads: map[string]thread{}, baselines: map[string]baseline{}, beats: map[string]ledger.Beat{},
		slots: map[string]map[string]slot{},
	}
}

// Open stores a new incident, unless it is there.
func (s *Store) Open(ctx context.Context, in ledger.Incident) (ledger.Incident, bool, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Incident{}, false, err
	}
	rec, err := record.First(in)
	if err != nil {
		return ledger.Incident{}, false, err
	}
	s.mu.Lock()
	old, ok := s.lookup(in.ID)
	if !ok {
		s.put(rec)
	}
	s.mu.Unlock()
	if ok {
		stored, err := record.Decode(in.ID, old.body)
		return stored, false, err
	}
	return rec.Value, true, nil
}

// Get returns an incident, or ledger.ErrNotFound.
func (s *Store) Get(ctx context.Context, id string) (ledger.Incident, error) {
	if err := ctx.Err(); err != nil {
		return ledger.Incident{}, err
	}
	s.mu.Lock()
	found, ok := s.lookup(id)
	s.mu.Unlock()
	if !ok {
		return ledger.Incident{}, record.NotFound(id)
	}
	return record.Decode(id, found.body)
}

// Update edits an incident. change runs without the store's lock and may therefore run more than once.
func (s *Store) Update(ctx context.Context, id string, change func(*ledger.Incident) error) (ledger.Incident, error) {
	for {
		if err := ctx.Err(); err != nil {
			return ledger.Incident{}, err
		}
		s.mu.Lock()
		old, ok := s.lookup(id)
		s.mu.Unlock()
		if !ok {
			return ledger.Incident{}, record.NotFound(id)
		}
		rec, err := record.Next(id, old.body, change)
		if err != nil {
			return ledger.Incident{}, err
		}
		if s.replace(rec, old.version) {
			return rec.Value, nil
		}
	}
}

// List returns incidents, the newest first.
func (s *Store) List(ctx context.Context, q ledger.Query) ([]ledger.Incident, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	list := []ledger.Incident{}
	for _, found := range s.since(q.Since) {
		in, err := record.Decode(found.feed, found.body)
		if err != nil {
			return nil, err
		}
		if q.Matches(in) {
			list = append(list, in)
		}
		if len(list) == q.Max() {
			break
		}
	}
	return list, nil
}

// Close does nothing: there is nothing to release.
func (s *Store) Close() error { return nil }

// lookup finds an incident that is not over. The caller holds the lock.
func (s *Store) lookup(id string) (incident, bool) {
	found, ok := s.incidents[id]
	return found, ok && !found.deadline.Over(s.now())
}

// put stores a version of an incident. The caller holds the lock.
func (s *Store) put(rec record.Incident) {
	s.incidents[rec.Value.ID] = incident{
		body: rec.Body, version: rec.Value.Version, feed: record.Feed(rec.Value), deadline: record.Of(rec.Value, s.now()),
	}
}

func (s *Store) replace(rec record.Incident, version int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now, ok := s.lookup(rec.Value.ID); !ok || now.version != version {
		return false
	}
	s.put(rec)
	return true
}

// since returns what is not over and was received at or after a time, the newest first.
func (s *Store) since(from time.Time) []incident {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []incident
	for id, found := range s.incidents {
		if _, ok := s.lookup(id); ok && found.feed >= record.Moment(from) {
			all = append(all, found)
		}
	}
	slices.SortFunc(all, func(a, b incident) int { return strings.Compare(b.feed, a.feed) })
	return all
}
