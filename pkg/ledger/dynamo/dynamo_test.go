package dynamo

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/internal/testkit/moto"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/ledgertest"
)

func TestStore(t *testing.T) {
	runSuite(t, dynamodb.NewFromConfig(moto.Start(t).Config()))
}

// runSuite runs the shared suite, each test on a table of its own.
func runSuite(t *testing.T, api *dynamodb.Client) {
	var tables atomic.Int32
	ledgertest.Run(t, func(t *testing.T, now func() time.Time) ledgertest.Ledger {
		table := fmt.Sprint("ledger-", tables.Add(1))
		ledgertest.CreateTable(t, api, table)
		return func() ledger.Store { return New(api, table, now) }
	})
}
