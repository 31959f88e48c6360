package sns

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
)

// maxMessage is how many bytes SNS takes: the message and its attributes together.
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
const maxMessage = 256 * 1024

// A message is what subscribers get, by their protocol. Default goes to all that have no field of their own here:
// queues, functions, HTTPS endpoints, delivery streams. They share it, so that it counts once against the limit.
type message struct {
	Default string `json:"default"`
	Email   string `json:"email"`
	SMS     string `json:"sms"`
}

// input makes the call for a message. An incident that is too large is shortened, the same way each time.
func input(m notify.Message) (*sns.PublishInput, error) {
	r := report.Of(m)
	in := &sns.PublishInput{
		MessageStructure:  aws.String("json"),
		Subject:           aws.String(subject(m, r)),
		MessageAttributes: attributes(m),
	}
	out := message{Email: Text(m), SMS: short(m, r)}
	left := maxMessage - size(in.MessageAttributes) - len(*in.Subject)
	for _, s := range shortenings() {
		body, err := s.of(m)
		if err != nil {
			return nil, err
		}
		out.Default = string(body)
		raw, err := encode(out)
		if err != nil {
			return nil, err
		}
		if len(raw) <= left {
			in.Message = aws.String(string(raw))
			return in, nil
		}
	}
	return nil, fmt.Errorf("incident %.80q is over SNS's %d bytes even when shortened", m.Incident.ID, maxMessage)
}

// size counts attributes as SNS does.
func size(attributes map[string]types.MessageAttributeValue) int {
	n := 0
	for name, a := range attributes {
		n += len(name) + len(*a.DataType) + len(*a.StringValue)
	}
	return n
}

// encode writes JSON without the escapes for HTML, which would make it longer.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
