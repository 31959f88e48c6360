package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"riposte/pkg/config"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/gate"
)

const (
	// tickKey is the claim of the one tick that is at work. It ends with the lease where its process died.
	tickKey   = "tick/notify"
	tickLease = 2 * time.Minute
	// tickReserve is left of the caller's time, so that what was told can still be recorded.
	tickReserve = 15 * time.Second
	// digestPatience is how long a receiver that cannot be reached keeps what it should be told: then the default one is told.
	digestPatience = time.Hour
)

// Tick tells what has come to be due: reminders of containments, what was held of bursts, in quiet hours and for the daily
// digest. It is called every few minutes. What cannot be told stays for the next tick. While another tick is at work it does
// nothing.
func (n *Notifications) Tick(ctx context.Context) error {
	switch _, err := n.Store.Begin(ctx, tickKey, tickLease); {
	case errors.Is(err, ledger.ErrBusy):
		n.Log.InfoContext(ctx, "another tick is at work")
		return nil
	case err != nil:
		return fmt.Errorf("begin the tick: %w", err)
	}
	working, cancel := ctx, context.CancelFunc(func() {})
	if end, ok := ctx.Deadline(); ok {
		working, cancel = context.WithDeadline(ctx, end.Add(-tickReserve))
	}
	defer cancel()
	errs := []error{n.remind(working)}
	if n.Gate != nil {
		errs = append(errs, n.Gate.Flush(working, n.tellDigest))
	}
	return errors.Join(append(errs, n.Store.Release(context.WithoutCancel(ctx), tickKey))...)
}

// tellDigest tells a digest in the way that it was gathered for. Where that exists no more, or has been out of reach for
// long, the default receiver is told.
func (n *Notifications) tellDigest(ctx context.Context, to gate.To, d notify.Digest) error {
	d.Flags = n.Flags
	for _, w := range n.waysTo(to.Receiver) {
		if teller, ok := w.notifier.(notify.Digests); ok && w.Notifier == to.Notifier {
			err := n.digest(ctx, teller, d)
			if err == nil || to.Receiver == config.DefaultReceiver || n.Now().Sub(d.From) < digestPatience {
				return err
			}
		}
	}
	d.Title += fmt.Sprintf(" for %s, which could not be reached", to)
	var last error
	for _, w := range n.waysTo(config.DefaultReceiver) {
		if teller, ok := w.notifier.(notify.Digests); ok {
			err := n.digest(ctx, teller, d)
			if err == nil {
				return nil
			}
			last = err
		}
	}
	if last == nil {
		last = errors.New("no way of telling people is left: configure one")
	}
	return last
}

func (n *Notifications) digest(ctx context.Context, to notify.Digests, d notify.Digest) error {
	if err := ctx.Err(); err != nil {
		return err // the next tick tells it
	}
	telling, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	err := to.Digest(telling, d)
	n.logDigest(ctx, to, d, err)
	return err
}
