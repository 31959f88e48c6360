package bolt

import (
	"context"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

// Switch returns the kill switch.
func (s *Store) Switch(ctx context.Context) (sw ledger.Switch, err error) {
	err = s.view(ctx, func(tx *bbolt.Tx) error {
		body := tx.Bucket([]byte(meta)).Get([]byte(switchKey))
		if body == nil {
			return nil
		}
		if err := json.Unmarshal(body, &sw); err != nil {
			return fmt.Errorf("the ledger's kill switch is unreadable: %w", err)
		}
		return nil
	})
	return sw, err
}

// SetSwitch moves the kill switch.
func (s *Store) SetSwitch(ctx context.Context, sw ledger.Switch) error {
	body, err := json.Marshal(record.Switch(sw))
	if err != nil {
		return fmt.Errorf("kill switch: %w", err)
	}
	return s.update(ctx, func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(meta)).Put([]byte(switchKey), body)
	})
}
