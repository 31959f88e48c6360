// Package dynamo is the ledger of a deployed system: one DynamoDB table with the keys, the time to live and the index
// that package schema names. The index has to hold all attributes.
//
// It calls GetItem, PutItem, UpdateItem, DeleteItem and Query on the table, and Query on the index, and needs no other
// permission. It reads the table with strong consistency, and the index as it is, about a second late.
//
// Every write that must not happen twice is conditional and carries a text of its own, so that a write whose answer was
// lost, and which the SDK then tried again, is recognised when the second try is refused. Touches, sightings, threads
// and baselines need no such text: writing them again changes nothing.
package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

var _ ledger.Store = (*Store)(nil)

// A Store is a ledger in a DynamoDB table. It is safe for concurrent use.
type Store struct {
	api    *dynamodb.Client
	table  string
	now    func() time.Time
	owner  string // what the claims of this Store begin with
	claims atomic.Int64
}

// New returns the ledger in a table. It makes no call.
func New(api *dynamodb.Client, table string, now func() time.Time) *Store {
	return &Store{api: api, table: table, now: now, owner: rand.Text() + "/"}
}

// Close does nothing: connections belong to the client.
func (s *Store) Close() error { return nil }

// An item is a record of the table.
type item map[string]types.AttributeValue

func (i item) text(name string) string {
	if v, ok := i[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

// number returns a number, or 0 where there is none.
func (i item) number(name string) int64 {
	if v, ok := i[name].(*types.AttributeValueMemberN); ok {
		n, _ := strconv.ParseInt(v.Value, 10, 64) // only this package writes them
		return n
	}
	return 0
}

func (i item) over(now time.Time) bool { return record.Deadline(i.number(schema.TimeToLive)).Over(now) }

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number[N ~int64](n N) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(n), 10)}
}

// key names the only record of its kind under a key, or all of them where the sort key is another.
func key(partition, sort string) item {
	return item{schema.PartitionKey: text(partition), schema.SortKey: text(sort)}
}

// get reads an item with strong consistency; nil where there is none.
func (s *Store) get(ctx context.Context, k item) (item, error) {
	out, err := s.api.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: k, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, s.explain(err)
	}
	return out.Item, nil
}

// put writes an item under a condition, which may be empty; written is false where it did not hold.
func (s *Store) put(ctx context.Context, it item, condition string, names map[string]string, values item) (written bool, err error) {
	in := &dynamodb.PutItemInput{TableName: &s.table, Item: it}
	if condition != "" {
		in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues = &condition, names, values
	}
	_, err = s.api.PutItem(ctx, in)
	if refused(err) {
		return false, nil
	}
	return err == nil, s.explain(err)
}

// refused reports whether a write was not made because its condition did not hold.
func refused(err error) bool {
	_, conflict := errors.AsType[*types.ConditionalCheckFailedException](err)
	return conflict
}

func (s *Store) explain(err error) error {
	if err == nil {
		return nil
	}
	if _, missing := errors.AsType[*types.ResourceNotFoundException](err); missing {
		return fmt.Errorf("the ledger's table %q is not in this account and region: %w", s.table, err)
	}
	return fmt.Errorf("the ledger's table %q: %w", s.table, err)
}

// The wait between two tries of a write that others keep getting ahead of.
const (
	firstPause = 5 * time.Millisecond
	maxPause   = 500 * time.Millisecond
)

// pause waits for a random time that grows with the number of tries.
func pause(ctx context.Context, tries int) error {
	most := min(firstPause<<min(tries, 10), maxPause)
	timer := time.NewTimer(mathrand.N(most)) //nolint:gosec // spreads tries, guards nothing
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
