package detector

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/heartbeat"
	"riposte/pkg/ledger"
)

// beats takes the beats out of what comes, before any rule sees them.
type beats struct {
	stack    string
	accounts []string // as engine.Detector has them: empty for every account
	ledger   ledger.Heartbeats
	now      func() time.Time
}

// take reports whether an envelope was a beat, which is then in the ledger. What cannot be read is none.
func (b beats) take(ctx context.Context, envelope json.RawMessage) (bool, error) {
	if !heartbeat.Maybe(envelope) {
		return false, nil
	}
	now := b.now()
	ev, err := cloudtrail.DecodeAny(envelope)
	if err != nil || !heartbeat.Is(ev, b.stack, now) || len(b.accounts) > 0 && !slices.Contains(b.accounts, ev.Account) {
		return false, nil //nolint:nilerr // whoever judges the event says what is wrong with it
	}
	beat := ledger.Beat{Account: ev.Account, Region: ev.Region, At: ev.Time, Received: now}
	if err := b.ledger.Beat(ctx, beat); err != nil {
		return true, fmt.Errorf("record the heartbeat of %s: %w", beat.Place(), err)
	}
	return true, nil
}
