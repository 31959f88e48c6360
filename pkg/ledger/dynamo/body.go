package dynamo

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// What an incident's JSON may take. DynamoDB takes items of 400 KB, names and all other attributes included.
const (
	plainSize = 32 << 10   // larger ones are compressed
	maxSize   = 390_000    // as it is stored
	maxPlain  = 16_000_000 // before compression, so that reading one back cannot exhaust a function's memory
)

// setBody stores an incident's JSON in an item, compressed where it is large.
func setBody(it item, id string, body []byte) error {
	if len(body) <= plainSize {
		it[attrBody] = text(string(body))
		return nil
	}
	if len(body) > maxPlain {
		return tooLarge(id, len(body), maxPlain)
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("compress incident %q: %w", id, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("compress incident %q: %w", id, err)
	}
	if packed.Len() > maxSize {
		return tooLarge(id, packed.Len(), maxSize)
	}
	it[attrPacked] = &types.AttributeValueMemberB{Value: packed.Bytes()}
	return nil
}

func tooLarge(id string, size, limit int) error {
	return fmt.Errorf("incident %q has %d bytes, and the ledger's table takes %d: the states in its changes, or its notes, are too large",
		id, size, limit)
}

// bodyOf returns an incident's JSON.
func bodyOf(it item) ([]byte, error) {
	packed, ok := it[attrPacked].(*types.AttributeValueMemberB)
	if !ok {
		return []byte(it.text(attrBody)), nil
	}
	r, err := gzip.NewReader(bytes.NewReader(packed.Value))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(r, maxPlain+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxPlain {
		return nil, errors.New("it is larger than any that this package writes")
	}
	return body, nil
}
