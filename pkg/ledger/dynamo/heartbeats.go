package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

// beatPartition holds the beats of every place: a thousand accounts in seventeen regions write it twenty times a second
// at the most, and one query reads them all.
const beatPartition = "beats"

const attrReceived = "received" // record.Moment

// Beat records a beat of a place.
func (s *Store) Beat(ctx context.Context, b ledger.Beat) error {
	b, err := record.Beat(b)
	if err != nil {
		return err
	}
	it := key(beatPartition, b.Place())
	it[attrAt], it[attrReceived] = text(record.Moment(b.At)), text(record.Moment(b.Received))
	it[schema.TimeToLive] = number(record.In(b.At, ledger.BeatRetention))
	_, err = s.put(ctx, it, "attribute_not_exists(#pk) OR #at < :at",
		map[string]string{"#pk": schema.PartitionKey, "#at": attrAt}, item{":at": text(record.Moment(b.At))})
	return err
}

// Beats returns the last beat of every place.
func (s *Store) Beats(ctx context.Context) ([]ledger.Beat, error) {
	pages := dynamodb.NewQueryPaginator(s.api, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("#pk = :beats"),
		ExpressionAttributeNames:  map[string]string{"#pk": schema.PartitionKey},
		ExpressionAttributeValues: item{":beats": text(beatPartition)},
	})
	list := []ledger.Beat{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.explain(err)
		}
		for _, found := range page.Items {
			if item(found).over(s.now()) {
				continue
			}
			b, err := beatOf(found)
			if err != nil {
				return nil, err
			}
			list = append(list, b)
		}
	}
	return list, nil
}

func beatOf(it item) (ledger.Beat, error) {
	place := it.text(schema.SortKey)
	account, region, _ := strings.Cut(place, "/")
	at, atErr := record.ParseMoment(it.text(attrAt))
	received, receivedErr := record.ParseMoment(it.text(attrReceived))
	if err := errors.Join(record.CheckPlace(account, region), atErr, receivedErr); err != nil {
		return ledger.Beat{}, fmt.Errorf("the ledger's beat of %.80q is unreadable: %w", place, err)
	}
	return ledger.Beat{Account: account, Region: region, At: at, Received: received}, nil
}

// ForgetBeat forgets a place.
func (s *Store) ForgetBeat(ctx context.Context, account, region string) (bool, error) {
	if err := record.CheckPlace(account, region); err != nil {
		return false, err
	}
	out, err := s.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: key(beatPartition, ledger.Beat{Account: account, Region: region}.Place()),
		ReturnValues: types.ReturnValueAllOld,
	})
	if err != nil {
		return false, s.explain(err)
	}
	return len(out.Attributes) > 0 && !item(out.Attributes).over(s.now()), nil
}
