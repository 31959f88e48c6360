package sns

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
)

var _ notify.Digests = (*Notifier)(nil)

// digestType is the detail type of a digest, for those who filter by it.
const digestType = "Digest"

// Digest publishes a digest: a text for people, and the digest as JSON for machines:
// {"detail_type": "Digest", "digest": {…}}.
func (n *Notifier) Digest(ctx context.Context, d notify.Digest) error {
	in, err := digestInput(d)
	if err != nil {
		return fmt.Errorf("sns digest for %s: %w", n.topic, err)
	}
	in.TopicArn = aws.String(n.topic)
	if strings.HasSuffix(n.topic, ".fifo") {
		in.MessageGroupId = aws.String(digest("digests"))
		in.MessageDeduplicationId = aws.String(digest(d.Key))
	}
	if _, err := n.api.Publish(ctx, in); err != nil {
		return fmt.Errorf("publish to %s: %w", n.topic, err)
	}
	return nil
}

func digestInput(d notify.Digest) (*sns.PublishInput, error) {
	r := report.OfDigest(d)
	title := severity(r.Severity) + ": " + unlinked(r.Title)
	in := &sns.PublishInput{
		MessageStructure: aws.String("json"), Subject: aws.String(ascii(title, maxSubject)), MessageAttributes: digestAttributes(r),
	}
	machine := digestBody{DetailType: digestType, Digest: d}
	for {
		body, err := encode(machine)
		if err != nil {
			return nil, err
		}
		raw, err := encode(message{Default: string(body), Email: DigestText(d), SMS: ascii("Riposte "+title, maxShort)})
		if err != nil {
			return nil, err
		}
		if len(raw)+size(in.MessageAttributes)+len(*in.Subject) <= maxMessage {
			in.Message = aws.String(string(raw))
			return in, nil
		}
		if len(machine.Digest.Lines) == 0 {
			return nil, fmt.Errorf("digest %.80q is over SNS's %d bytes even without its lines", d.Key, maxMessage)
		}
		machine.Digest.Lines = machine.Digest.Lines[:len(machine.Digest.Lines)/2]
	}
}

// A digestBody is the JSON for machines.
type digestBody struct {
	DetailType string        `json:"detail_type"`
	Digest     notify.Digest `json:"digest"`
}

func digestAttributes(r report.Digest) map[string]types.MessageAttributeValue {
	text := func(s string) types.MessageAttributeValue {
		return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(s)}
	}
	return map[string]types.MessageAttributeValue{
		"detail_type": text(digestType), "severity": text(severity(r.Severity)),
		"severity_level": {DataType: aws.String("Number"), StringValue: aws.String(fmt.Sprint(uint8(r.Severity)))},
	}
}

// DigestText returns the text of the e-mail about a digest.
func DigestText(d notify.Digest) string {
	r := report.OfDigest(d)
	var t text
	t.add("", severity(r.Severity)+": "+unlinked(r.Title))
	t.add("", r.Span)
	t.add("", "")
	for _, l := range r.Lines {
		t.add("  - ", severity(l.Severity)+" "+line(l.What))
		t.add("      ", line(l.Details))
	}
	t.add("", r.More)
	t.add("", "")
	t.add("    ", r.Next.Command)
	t.add("        ", line(r.Next.Does))
	return t.String()
}
