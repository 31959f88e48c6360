package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

// Attributes of a touch.
const (
	attrIncident = "incident"
	attrAt       = "at" // record.Moment
)

// Touch records a touch of a resource.
func (s *Store) Touch(ctx context.Context, resource, incident string, at time.Time) error {
	t, err := record.Touch(incident, at)
	if err != nil {
		return err
	}
	it := key(record.Key("touch", resource), record.TouchKey(t))
	it[attrIncident], it[attrAt] = text(t.Incident), text(record.Moment(t.At))
	it[schema.TimeToLive] = number(record.In(s.now(), ledger.TouchRetention))
	_, err = s.put(ctx, it, "", nil, nil)
	return err
}

// Touched returns the last touch of a resource.
func (s *Store) Touched(ctx context.Context, resource string) (string, time.Time, error) {
	list, err := s.touches(ctx, resource, time.Time{}, record.Forever(), 1)
	if err != nil || len(list) == 0 {
		return "", time.Time{}, err
	}
	return list[0].Incident, list[0].At, nil
}

// Touches returns the touches of a resource between two times.
func (s *Store) Touches(ctx context.Context, resource string, from, to time.Time) ([]ledger.Touch, error) {
	return s.touches(ctx, resource, from, to, ledger.MaxTouches)
}

func (s *Store) touches(ctx context.Context, resource string, from, to time.Time, most int) ([]ledger.Touch, error) {
	low, high, ok := record.Range(from, to)
	if !ok {
		return nil, ctx.Err() // DynamoDB refuses a range that is the wrong way round
	}
	pages := dynamodb.NewQueryPaginator(s.api, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(most)),
		KeyConditionExpression:    aws.String("#pk = :resource AND #sk BETWEEN :low AND :high"),
		ExpressionAttributeNames:  map[string]string{"#pk": schema.PartitionKey, "#sk": schema.SortKey},
		ExpressionAttributeValues: item{":resource": text(record.Key("touch", resource)), ":low": text(low), ":high": text(high)},
	})
	var list []ledger.Touch
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.explain(err)
		}
		for _, found := range page.Items {
			it := item(found)
			if it.over(s.now()) {
				continue
			}
			at, err := record.ParseMoment(it.text(attrAt))
			if err != nil {
				return nil, fmt.Errorf("the ledger's touch of %.80q is unreadable: %w", resource, err)
			}
			if list = append(list, ledger.Touch{Incident: it.text(attrIncident), At: at}); len(list) == most {
				return list, nil
			}
		}
	}
	return list, nil
}
