package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

const attrCount = "n"

// Count adds one to a counter.
func (s *Store) Count(ctx context.Context, name string, ttl time.Duration) (int64, error) {
	k := key(record.Key("count", name), "count")
	names := map[string]string{"#n": attrCount, "#expires": schema.TimeToLive}
	for tries := 0; ; tries++ {
		now := s.now()
		values := item{":one": number(int64(1)), ":end": number(record.In(now, ttl)), ":now": number(now.Unix())}
		n, counted, err := s.count(ctx, k, "ADD #n :one SET #expires = if_not_exists(#expires, :end)",
			"attribute_not_exists(#expires) OR #expires > :now", names, values)
		if err != nil || counted {
			return n, err
		}
		// The window is over: one of those who see it starts the next.
		n, counted, err = s.count(ctx, k, "SET #n = :one, #expires = :end", "#expires <= :now", names, values)
		if err != nil || counted {
			return n, err
		}
		if err := pause(ctx, tries); err != nil {
			return 0, err
		}
	}
}

// count updates a counter under a condition; counted is false where that did not hold.
func (s *Store) count(ctx context.Context, k item, update, condition string, names map[string]string, values item,
) (n int64, counted bool, err error) {
	out, err := s.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: k, UpdateExpression: aws.String(update), ConditionExpression: aws.String(condition),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnValues: types.ReturnValueAllNew,
	})
	if refused(err) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, s.explain(err)
	}
	return item(out.Attributes).number(attrCount), true, nil
}
