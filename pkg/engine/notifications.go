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

// NotifyLease is how long a delivery may take to tell a message in one way before another delivery may try it.
const NotifyLease = 30 * time.Second

// notifyReceipt is how long a receipt is kept. The bus redelivers for a day at the most.
const notifyReceipt = 30 * 24 * time.Hour

// Notifications brings messages from the bus to people. Every way of telling gets each message once, unless the process
// dies between telling and recording it: the message is then told again rather than lost.
type Notifications struct {
	Notifiers []notify.Notifier
	Store     ledger.Store
	Flags     string // for the commands in messages; see notify.Message
	Sleep     Sleep
	Log       *slog.Logger
}

// Handle tells a message by every notifier that has not told it yet. One that fails does not keep the others from
// telling; the error says which have to be tried again.
func (n *Notifications) Handle(ctx context.Context, m notify.Message) error {
	if m.Incident.ID == "" || m.DetailType == "" {
		return fmt.Errorf("bus event %q of incident %q: it needs both a detail type and an incident", m.DetailType, m.Incident.ID)
	}
	m.Flags = n.Flags
	var errs []error
	for nth, to := range n.Notifiers {
		if err := n.tell(ctx, to, m, nth == 0); err != nil {
			n.logNotTold(ctx, to, m, err)
			errs = append(errs, fmt.Errorf("%s: tell %s by %s: %w", m.Incident.ID, m.DetailType, to.Name(), err))
		}
	}
	return errors.Join(errs...)
}

func (n *Notifications) tell(ctx context.Context, to notify.Notifier, m notify.Message, first bool) error {
	key := m.Key() + "/" + to.Name()
	done, err := n.claim(ctx, key)
	if err != nil || done {
		return err
	}
	telling, cancel := context.WithTimeout(ctx, NotifyLease-5*time.Second)
	defer cancel()
	if err := to.Notify(telling, m); err != nil {
		return errors.Join(err, n.Store.Release(context.WithoutCancel(ctx), key))
	}
	n.logTold(ctx, to, m, first)
	return n.Store.Finish(ctx, key, notifyReceipt)
}

// claim claims a message. One that another delivery holds is waited for: that delivery may have died, and then its claim
// ends, or it tells the message, and then there is nothing left to do.
func (n *Notifications) claim(ctx context.Context, key string) (done bool, err error) {
	const wait = time.Second
	for waited := time.Duration(0); ; waited += wait {
		done, err = n.Store.Begin(ctx, key, NotifyLease)
		if !errors.Is(err, ledger.ErrBusy) || waited > NotifyLease {
			return done, err
		}
		if err := n.Sleep(ctx, wait); err != nil {
			return false, err
		}
	}
}
