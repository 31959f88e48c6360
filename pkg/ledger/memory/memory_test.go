package memory

import (
	"testing"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/ledgertest"
)

func TestStore(t *testing.T) {
	ledgertest.Run(t, func(_ *testing.T, now func() time.Time) ledgertest.Ledger {
		s := New(now)
		return func() ledger.Store { return s }
	})
}
