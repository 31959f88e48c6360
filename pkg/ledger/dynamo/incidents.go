package dynamo

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

// Attributes of an incident. Its JSON is the truth; state and rule are there to be filtered by.
const (
	attrBody    = "body"
	attrPacked  = "gzip"    // the JSON of a large one, in place of body
	attrWrite   = "write"   // the version and a random text: which write this is
	attrEarlier = "earlier" // the writes before it, the latest last
	attrState   = "state"
	attrRule    = "rule"
)

// feedPartition is the one partition of the index.
const feedPartition = "incident"

// keptWrites is how many earlier writes an incident names. Tries of one write follow each other within seconds, so that
// few others come in between.
const keptWrites = 20

// An entry is a stored incident.
type entry struct {
	id      string
	body    []byte
	write   string
	earlier []string
}

// wrote reports whether a write was made, even if others came after it.
func (e entry) wrote(write string) bool { return e.write == write || slices.Contains(e.earlier, write) }

func newWrite(version int64) string { return fmt.Sprintf("%d-%s", version, rand.Text()) }

// Open stores a new incident, unless it is there.
func (s *Store) Open(ctx context.Context, in ledger.Incident) (ledger.Incident, bool, error) {
	rec, err := record.First(in)
	if err != nil {
		return ledger.Incident{}, false, err
	}
	write := newWrite(1)
	it, err := s.itemOf(rec, write, nil)
	if err != nil {
		return ledger.Incident{}, false, err
	}
	for tries := 0; ; tries++ {
		written, err := s.put(ctx, it, "attribute_not_exists(#pk) OR #expires <= :now",
			map[string]string{"#pk": schema.PartitionKey, "#expires": schema.TimeToLive}, item{":now": number(s.now().Unix())})
		if err != nil {
			return ledger.Incident{}, false, err
		}
		if written {
			return rec.Value, true, nil
		}
		old, found, err := s.find(ctx, in.ID)
		if err != nil {
			return ledger.Incident{}, false, err
		}
		if found {
			stored, err := record.Decode(in.ID, old.body)
			return stored, old.wrote(write), err
		}
		// It went over, or was deleted, between the two calls.
		if err := pause(ctx, tries); err != nil {
			return ledger.Incident{}, false, err
		}
	}
}

// Get returns an incident, or ledger.ErrNotFound.
func (s *Store) Get(ctx context.Context, id string) (ledger.Incident, error) {
	found, err := s.mustFind(ctx, id)
	if err != nil {
		return ledger.Incident{}, err
	}
	return record.Decode(id, found.body)
}

// Update edits an incident. A try whose answer was lost is recognised by its write and not made again.
func (s *Store) Update(ctx context.Context, id string, change func(*ledger.Incident) error) (ledger.Incident, error) {
	var rec record.Incident
	var write string
	for tries := 0; ; tries++ {
		old, err := s.mustFind(ctx, id)
		if err != nil {
			return ledger.Incident{}, err
		}
		if tries > 0 && old.wrote(write) {
			return rec.Value, nil
		}
		if rec, err = record.Next(id, old.body, change); err != nil {
			return ledger.Incident{}, err
		}
		write = newWrite(rec.Value.Version)
		if written, err := s.replace(ctx, rec, write, old); err != nil {
			return ledger.Incident{}, err
		} else if written {
			return rec.Value, nil
		}
		if err := pause(ctx, tries); err != nil {
			return ledger.Incident{}, err
		}
	}
}

// replace writes a version on the condition that nothing was written since old was read.
func (s *Store) replace(ctx context.Context, rec record.Incident, write string, old entry) (written bool, err error) {
	earlier := append(slices.Clone(old.earlier), old.write)
	it, err := s.itemOf(rec, write, earlier[max(0, len(earlier)-keptWrites):])
	if err != nil {
		return false, err
	}
	return s.put(ctx, it, "#write = :read", map[string]string{"#write": attrWrite}, item{":read": text(old.write)})
}

func incidentKey(id string) item { return key(record.Key("incident", id), "incident") }

func (s *Store) itemOf(rec record.Incident, write string, earlier []string) (item, error) {
	in := rec.Value
	it := incidentKey(in.ID)
	if err := setBody(it, in.ID, rec.Body); err != nil {
		return nil, err
	}
	it[attrWrite] = text(write)
	list := make([]types.AttributeValue, len(earlier))
	for n, w := range earlier {
		list[n] = text(w)
	}
	it[attrEarlier] = &types.AttributeValueMemberL{Value: list}
	it[attrState], it[attrRule] = text(string(in.State)), text(in.Rule)
	it[schema.FeedPartition], it[schema.FeedSort] = text(feedPartition), text(record.Feed(in))
	if d := record.Of(in, s.now()); d != 0 {
		it[schema.TimeToLive] = number(d)
	}
	return it, nil
}

// find reads an incident that is not over.
func (s *Store) find(ctx context.Context, id string) (e entry, found bool, err error) {
	it, err := s.get(ctx, incidentKey(id))
	if err != nil || it == nil || it.over(s.now()) {
		return e, false, err
	}
	e, err = entryOf(id, it)
	return e, err == nil, err
}

func (s *Store) mustFind(ctx context.Context, id string) (entry, error) {
	e, found, err := s.find(ctx, id)
	if err == nil && !found {
		err = record.NotFound(id)
	}
	return e, err
}

func entryOf(id string, it item) (entry, error) {
	body, err := bodyOf(it)
	if err != nil {
		return entry{}, fmt.Errorf("the ledger's entry of incident %q is unreadable: %w", id, err)
	}
	e := entry{id: id, body: body, write: it.text(attrWrite)}
	if e.write == "" {
		return entry{}, fmt.Errorf("the ledger's entry of incident %q has no attribute %q: something else has written it", id, attrWrite)
	}
	if list, ok := it[attrEarlier].(*types.AttributeValueMemberL); ok {
		for _, v := range list.Value {
			if w, ok := v.(*types.AttributeValueMemberS); ok {
				e.earlier = append(e.earlier, w.Value)
			}
		}
	}
	return e, nil
}
