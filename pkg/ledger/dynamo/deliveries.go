package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

// Attributes of a delivery: a claim, or a receipt once it is done.
const (
	attrUntil = "until" // record.Moment at which the claim or the receipt is over
	attrDone  = "done"
	attrClaim = "claim" // who holds the claim: the Store, then its call
)

var deliveryNames = map[string]string{"#pk": schema.PartitionKey, "#until": attrUntil, "#done": attrDone}

func deliveryKey(name string) item { return key(record.Key("delivery", name), "delivery") }

// Begin claims a delivery.
func (s *Store) Begin(ctx context.Context, name string, lease time.Duration) (bool, error) {
	claim := fmt.Sprint(s.owner, s.claims.Add(1))
	for tries := 0; ; tries++ {
		now := s.now()
		it := deliveryKey(name)
		it[attrClaim], it[attrUntil] = text(claim), text(record.Moment(now.Add(lease)))
		it[schema.TimeToLive] = number(record.In(now, lease))
		written, err := s.put(ctx, it, "attribute_not_exists(#pk) OR #until <= :now",
			map[string]string{"#pk": schema.PartitionKey, "#until": attrUntil}, item{":now": text(record.Moment(now))})
		if err != nil || written {
			return false, err
		}
		old, err := s.get(ctx, deliveryKey(name))
		switch {
		case err != nil:
			return false, err
		case old.text(attrClaim) == claim: // the answer to an earlier try was lost
			return false, nil
		case old != nil && old.text(attrUntil) > record.Moment(s.now()):
			if _, done := old[attrDone]; done {
				return true, nil
			}
			return false, ledger.ErrBusy
		}
		// It was given up, or went over, between the two calls.
		if err := pause(ctx, tries); err != nil {
			return false, err
		}
	}
}

// Finish marks a delivery as done, unless it is marked for longer already.
func (s *Store) Finish(ctx context.Context, name string, ttl time.Duration) error {
	deadline := record.In(s.now(), ttl)
	until := text(record.Moment(time.Unix(int64(deadline), 0)))
	it := deliveryKey(name)
	it[attrDone], it[attrUntil], it[schema.TimeToLive] = &types.AttributeValueMemberBOOL{Value: true}, until, number(deadline)
	_, err := s.put(ctx, it, "attribute_not_exists(#pk) OR attribute_not_exists(#done) OR #until <= :until",
		deliveryNames, item{":until": until})
	return err
}

// Release gives up a claim of this Store.
func (s *Store) Release(ctx context.Context, name string) error {
	_, err := s.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: deliveryKey(name),
		ConditionExpression:       aws.String("attribute_not_exists(#done) AND begins_with(#claim, :owner)"),
		ExpressionAttributeNames:  map[string]string{"#done": attrDone, "#claim": attrClaim},
		ExpressionAttributeValues: item{":owner": text(s.owner)},
	})
	if refused(err) {
		return nil
	}
	return s.explain(err)
}
