package sns

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"riposte/pkg/detect"
	"riposte/pkg/notify"
)

// maxAttribute bounds an attribute's value.
const maxAttribute = 128

// attributes returns what subscriptions can filter by. There are fewer than ten: a queue with raw delivery would lose a
// message with more. None is empty, which SNS would refuse.
func attributes(m notify.Message) map[string]types.MessageAttributeValue {
	in := m.Incident
	out := map[string]types.MessageAttributeValue{}
	for name, value := range map[string]string{
		"severity": in.Severity.String(), "account": in.Account, "rule": in.Rule, "class": in.Class, "region": in.Region,
		"state": string(in.State), "mode": in.Mode, "detail_type": m.DetailType,
	} {
		if value = ascii(value, maxAttribute); value != "" {
			out[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(value)}
		}
	}
	if s := in.Severity; s >= detect.Info && s <= detect.Critical {
		out["severity_level"] = types.MessageAttributeValue{
			DataType: aws.String("Number"), StringValue: aws.String(fmt.Sprint(uint8(s))),
		}
	}
	return out
}
