package dynamo

import (
	"context"
	"encoding/json"
	"fmt"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
)

const attrSwitch = "switch"

func switchItem() item { return key("switch", "switch") }

// Switch returns the kill switch.
func (s *Store) Switch(ctx context.Context) (sw ledger.Switch, err error) {
	it, err := s.get(ctx, switchItem())
	if err != nil || it == nil {
		return sw, err
	}
	if err := json.Unmarshal([]byte(it.text(attrSwitch)), &sw); err != nil {
		return ledger.Switch{}, fmt.Errorf("the ledger's kill switch is unreadable: %w", err)
	}
	return sw, nil
}

// SetSwitch moves the kill switch.
func (s *Store) SetSwitch(ctx context.Context, sw ledger.Switch) error {
	body, err := json.Marshal(record.Switch(sw))
	if err != nil {
		return fmt.Errorf("kill switch: %w", err)
	}
	it := switchItem()
	it[attrSwitch] = text(string(body))
	_, err = s.put(ctx, it, "", nil, nil)
	return err
}
