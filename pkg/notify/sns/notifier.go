// Package sns tells people and machines by an Amazon SNS topic: a text for e-mail, a line for text messages, and the
// incident as JSON for queues, functions and HTTPS endpoints.
//
// The JSON is the detail of the event on Riposte's bus with the detail type in it:
// {"detail_type": "Incident Opened", "due": 1, "incident": {…}}.
//
// Every message has attributes to filter by: severity, severity_level (a number from 1 to 5), account, rule, class,
// region, state, mode and detail_type. AWS says that attributes are not delivered to subscribers with messages whose
// structure is JSON; all of them are in the JSON too, and a subscription whose FilterPolicyScope is MessageBody can
// filter by that.
package sns

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"riposte/pkg/notify"
)

// Publisher is the part of SNS that publishes.
type Publisher interface {
	Publish(ctx context.Context, in *sns.PublishInput, opts ...func(*sns.Options)) (*sns.PublishOutput, error)
}

// A Notifier tells by one topic. It is safe for concurrent use.
type Notifier struct {
	api   Publisher
	topic string
}

// New returns a Notifier that publishes to a topic, given by its ARN. A topic whose name ends in ".fifo" keeps the
// messages of an incident in order and takes each only once.
func New(api Publisher, topicARN string) *Notifier { return &Notifier{api: api, topic: topicARN} }

// Name returns "sns".
func (n *Notifier) Name() string { return "sns" }

// Notify publishes a message. The SDK tries again where SNS is busy or out of reach.
func (n *Notifier) Notify(ctx context.Context, m notify.Message) error {
	in, err := input(m)
	if err != nil {
		return fmt.Errorf("sns message for %s: %w", n.topic, err)
	}
	in.TopicArn = aws.String(n.topic)
	if strings.HasSuffix(n.topic, ".fifo") {
		in.MessageGroupId = aws.String(digest(m.Incident.ID))
		in.MessageDeduplicationId = aws.String(digest(m.Key()))
	}
	if _, err := n.api.Publish(ctx, in); err != nil {
		return fmt.Errorf("publish to %s: %w", n.topic, err)
	}
	return nil
}

// digest makes an identifier that SNS takes of any text.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
