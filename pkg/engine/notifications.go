package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// How long a notifier may hold a message before another delivery may try it, and how long a receipt is kept. The bus
// redelivers for a day at the most.
const (
	notifyLease   = time.Minute
	notifyReceipt = 30 * 24 * time.Hour
)

// Notifications brings messages from the bus to people. Every way of telling gets each message once.
type Notifications struct {
	Notifiers []notify.Notifier
	Store     ledger.Store
	Log       *slog.Logger
}

// Handle tells a message by every notifier that has not told it yet. One that fails does not keep the others from
// telling; the error says which have to be tried again.
func (n *Notifications) Handle(ctx context.Context, m notify.Message) error {
	if m.Incident.ID == "" || m.DetailType == "" {
		return errors.New("bus event without an incident or a detail type")
	}
	var errs []error
	for _, to := range n.Notifiers {
		if err := n.tell(ctx, to, m); err != nil {
			errs = append(errs, fmt.Errorf("%s: tell %s by %s: %w", m.Incident.ID, m.DetailType, to.Name(), err))
		}
	}
	return errors.Join(errs...)
}

func (n *Notifications) tell(ctx context.Context, to notify.Notifier, m notify.Message) error {
	key := m.Key() + "/" + to.Name()
	done, err := n.Store.Begin(ctx, key, notifyLease)
	if err != nil || done {
		return err
	}
	if err := to.Notify(ctx, m); err != nil {
		return errors.Join(err, n.Store.Release(context.WithoutCancel(ctx), key))
	}
	n.Log.InfoContext(ctx, "told", "incident", m.Incident.ID, "message", m.DetailType, "by", to.Name())
	return n.Store.Finish(ctx, key, notifyReceipt)
}
