package dynamo

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

// Attributes of a sighting, beside attrAt.
const (
	attrMember = "member"
	attrEvent  = "event"
)

// atOnce is how many sightings are written at a time. Writing them in batches would take no conditions.
const atOnce = 8

// Observe adds sightings to a series. One that is there and kept for longer stays as it is.
func (s *Store) Observe(ctx context.Context, name string, seen []ledger.Sighting, keep time.Duration) error {
	added, err := record.Sightings(seen)
	if err != nil {
		return err
	}
	end := number(record.In(s.now(), keep))
	items := make(chan item, len(added))
	for k, v := range added {
		it := key(record.Key("series", name), k)
		it[attrMember], it[attrEvent], it[attrAt] = text(v.Member), text(v.Event), text(record.Moment(v.At))
		it[schema.TimeToLive] = end
		items <- it
	}
	close(items)
	errs := make(chan error, atOnce)
	var writers sync.WaitGroup
	for range min(atOnce, len(added)) {
		writers.Go(func() {
			for it := range items {
				if err := s.observe(ctx, it); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	writers.Wait()
	close(errs)
	if err := <-errs; err != nil { // the first says enough
		return err
	}
	return ctx.Err()
}

func (s *Store) observe(ctx context.Context, it item) error {
	_, err := s.put(ctx, it, "attribute_not_exists(#pk) OR #expires < :end",
		map[string]string{"#pk": schema.PartitionKey, "#expires": schema.TimeToLive}, item{":end": it[schema.TimeToLive]})
	return err
}

// Observed returns the sightings of a series between two times.
func (s *Store) Observed(ctx context.Context, name string, from, to time.Time) ([]ledger.Sighting, error) {
	low, high, ok := record.Range(from, to)
	if !ok {
		return nil, ctx.Err() // DynamoDB refuses a range that is the wrong way round
	}
	pages := dynamodb.NewQueryPaginator(s.api, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(ledger.MaxSightings),
		KeyConditionExpression:    aws.String("#pk = :series AND #sk BETWEEN :low AND :high"),
		ExpressionAttributeNames:  map[string]string{"#pk": schema.PartitionKey, "#sk": schema.SortKey},
		ExpressionAttributeValues: item{":series": text(record.Key("series", name)), ":low": text(low), ":high": text(high)},
	})
	var list []ledger.Sighting
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
				return nil, fmt.Errorf("the ledger's series %.80q is unreadable: %w", name, err)
			}
			list = append(list, ledger.Sighting{Member: it.text(attrMember), Event: it.text(attrEvent), At: at})
			if len(list) == ledger.MaxSightings {
				return list, nil
			}
		}
	}
	return list, nil
}
