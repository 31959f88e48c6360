// Package awsbus publishes incidents on Riposte's own EventBridge bus.
package awsbus

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"riposte/pkg/notify"
)

// A Bus is an EventBridge custom bus.
type Bus struct {
	api  *eventbridge.Client
	name string
}

// New returns the bus with the given name or ARN.
func New(cfg aws.Config, name string) *Bus {
	return &Bus{api: eventbridge.NewFromConfig(cfg), name: name}
}

// Missing reports whether there is certainly no such bus. PutEvents takes events for a bus that is not there without a
// word, so whoever types its name should ask first. Not to be allowed to know is no error.
func (b *Bus) Missing(ctx context.Context) bool {
	_, err := b.api.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: aws.String(b.name)})
	_, missing := errors.AsType[*types.ResourceNotFoundException](err)
	return missing
}

// Publish puts a message on the bus. PutEvents answers 200 even when it took nothing, so the count is checked.
// See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html.
func (b *Bus) Publish(ctx context.Context, m notify.Message) error {
	detail, err := detail(m)
	if err != nil {
		return fmt.Errorf("%s of %s: %w", m.DetailType, m.Incident.ID, err)
	}
	out, err := b.api.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: aws.String(b.name),
		Source:       aws.String(notify.Source),
		DetailType:   aws.String(m.DetailType),
		Detail:       aws.String(string(detail)),
		Resources:    []string{},
	}}})
	if err != nil {
		return fmt.Errorf("put on bus %s: %w", b.name, err)
	}
	if out.FailedEntryCount > 0 {
		code, message := "unknown", ""
		if len(out.Entries) > 0 {
			code, message = aws.ToString(out.Entries[0].ErrorCode), aws.ToString(out.Entries[0].ErrorMessage)
		}
		return fmt.Errorf("bus %s did not take the event: %s: %s", b.name, code, message)
	}
	return nil
}
