package dynamo

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

// Attributes of a slot. The version is a text: it has more digits than some tools give a number back with.
const (
	attrVersion = "version"
	attrValue   = "value"
)

func slotKey(family, k string) item { return key(schema.SlotPartition(family), k) }

// Slot returns the slot of a key, or ledger.ErrNotFound.
func (s *Store) Slot(ctx context.Context, family, k string) (ledger.Slot, error) {
	if err := record.CheckSlot(family, k); err != nil {
		return ledger.Slot{}, err
	}
	it, err := s.get(ctx, slotKey(family, k))
	if err != nil {
		return ledger.Slot{}, err
	}
	if it == nil || it.over(s.now()) {
		return ledger.Slot{}, record.NoSlot(family, k)
	}
	return slotOf(family, it)
}

// Slots returns the slots of a family.
func (s *Store) Slots(ctx context.Context, family string) ([]ledger.Slot, error) {
	if err := record.CheckFamily(family); err != nil {
		return nil, err
	}
	pages := dynamodb.NewQueryPaginator(s.api, &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("#pk = :family"),
		ExpressionAttributeNames:  map[string]string{"#pk": schema.PartitionKey},
		ExpressionAttributeValues: item{":family": text(schema.SlotPartition(family))},
	})
	list := []ledger.Slot{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.explain(err)
		}
		for _, it := range page.Items {
			if item(it).over(s.now()) {
				continue
			}
			found, err := slotOf(family, it)
			if err != nil {
				return nil, err
			}
			if list = append(list, found); len(list) == ledger.MaxSlots {
				return list, nil
			}
		}
	}
	return list, nil
}

// PutSlot writes a slot on the condition that nobody else has written it since it was read.
func (s *Store) PutSlot(ctx context.Context, family string, put ledger.Slot) (ledger.Slot, error) {
	now := s.now()
	next, deadline, err := record.Slot(family, put, now)
	if err != nil {
		return ledger.Slot{}, err
	}
	it := slotKey(family, next.Key)
	it[attrVersion], it[attrValue] = text(versionText(next)), text(string(next.Value))
	it[schema.TimeToLive] = number(deadline)
	condition, names := "#version = :read AND #expires > :now", map[string]string{"#version": attrVersion, "#expires": schema.TimeToLive}
	values := item{":read": text(versionText(put)), ":now": number(now.Unix())}
	if put.Version == 0 {
		condition, names = "attribute_not_exists(#pk) OR #expires <= :now", map[string]string{"#pk": schema.PartitionKey, "#expires": schema.TimeToLive}
		delete(values, ":read")
	}
	written, err := s.put(ctx, it, condition, names, values)
	if err != nil || written {
		return next, err
	}
	if it, err = s.get(ctx, slotKey(family, next.Key)); err != nil {
		return ledger.Slot{}, err
	}
	if it.text(attrVersion) == versionText(next) { // the answer to an earlier try was lost
		return next, nil
	}
	return ledger.Slot{}, record.SlotConflict(family, next.Key)
}

// DropSlot removes a slot on the condition that nobody else has written it since it was read.
func (s *Store) DropSlot(ctx context.Context, family string, drop ledger.Slot) error {
	if err := record.CheckSlot(family, drop.Key); err != nil {
		return err
	}
	_, err := s.api.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: slotKey(family, drop.Key),
		ConditionExpression:       aws.String("attribute_not_exists(#pk) OR #version = :read OR #expires <= :now"),
		ExpressionAttributeNames:  map[string]string{"#pk": schema.PartitionKey, "#version": attrVersion, "#expires": schema.TimeToLive},
		ExpressionAttributeValues: item{":read": text(versionText(drop)), ":now": number(s.now().Unix())},
	})
	if refused(err) {
		return record.SlotConflict(family, drop.Key)
	}
	return s.explain(err)
}

func versionText(s ledger.Slot) string { return strconv.FormatInt(s.Version, 10) }

func slotOf(family string, it item) (ledger.Slot, error) {
	k, value := it.text(schema.SortKey), it.text(attrValue)
	version, err := strconv.ParseInt(it.text(attrVersion), 10, 64)
	if err != nil || version == 0 || !json.Valid([]byte(value)) {
		return ledger.Slot{}, fmt.Errorf("the ledger's slot %.80q of %s is unreadable: something else has written it", k, family)
	}
	return ledger.Slot{
		Key: k, Value: json.RawMessage(value), Version: version, Expires: time.Unix(it.number(schema.TimeToLive), 0).UTC(),
	}, nil
}
