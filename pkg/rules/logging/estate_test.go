package logging_test

import (
	"testing"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/rules/logging"
)

func TestEstate(t *testing.T) {
	ruletest.Estate(t, logging.Rules(), []ruletest.EstateCase{
		{
			Name: "key of a trail", Rule: "LOG-003", Source: "cloudtrail", Call: "UpdateTrail", Lower: true,
			One: `{"name":"management-events","kmsKeyId":"arn:aws:kms:us-east-1:{account}:key/k"}`,
		},
		{
			Name: "log group of a trail", Rule: "LOG-003", Source: "cloudtrail", Call: "UpdateTrail",
			One: `{"name":"management-events","cloudWatchLogsLogGroupArn":"arn:aws:logs:us-east-1:{account}:log-group:trail:*"}`,
		},
	})
}
