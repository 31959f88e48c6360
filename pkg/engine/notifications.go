package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/gate"
)

// NotifyLease is how long a delivery may take to tell a message in one way before another delivery may try it.
const NotifyLease = 30 * time.Second

// tellTime is how long one way of telling may take for one message.
const tellTime = NotifyLease - 5*time.Second

// notifyReceipt is how long a receipt is kept. The bus redelivers for a day at the most.
const notifyReceipt = 30 * 24 * time.Hour

// Notifications brings messages from the bus to people. Every way of telling gets each message once, unless the process
// dies between telling and recording it: the message is then told again rather than lost. Ways that can tell of many
// incidents at once stand behind the gate.
type Notifications struct {
	Notifiers []notify.Notifier            // of the default receiver
	Receivers map[string][]notify.Notifier // of the others, by name
	// Route returns the names of the receivers that get an incident; nil where all go to the default one.
	Route func(ledger.Incident) []string
	// Gate holds back what Tick tells later; nil where nobody calls that: every message is then told by itself, at once.
	Gate    *gate.Gate
	Silence Silence // what becomes of containments about which nobody decides
	Store   ledger.Store
	Flags   string           // for the commands in messages; see notify.Message
	Now     func() time.Time // needed where there is a Gate
	Sleep   Sleep
	Log     *slog.Logger
}

// Handle tells a message in every way that has not told it yet. One that fails does not keep the others from telling; the
// error says which have to be tried again. Where a receiver cannot be reached, the default one is told instead, at once.
func (n *Notifications) Handle(ctx context.Context, m notify.Message) error {
	if m.Incident.ID == "" || m.DetailType == "" {
		return fmt.Errorf("bus event %q of incident %q: it needs both a detail type and an incident", m.DetailType, m.Incident.ID)
	}
	m = n.complete(ctx, m)
	if err := n.await(ctx, m); err != nil {
		return err
	}
	var errs []error
	var missed []way
	ways := n.ways(m)
	for nth, w := range ways {
		if err := n.tell(ctx, w, m, nth == 0); err != nil {
			n.logNotTold(ctx, w.notifier, m, err)
			errs = append(errs, fmt.Errorf("%s: tell %s by %s: %w", m.Incident.ID, m.DetailType, w, err))
			missed = append(missed, w)
		}
	}
	return errors.Join(append(errs, n.instead(ctx, m, ways, missed))...)
}

// complete adds to a message what only the ledger and the configuration know. Where the incident that leads the chain cannot
// be read, people are told without it.
func (n *Notifications) complete(ctx context.Context, m notify.Message) notify.Message {
	m.Flags = n.Flags
	if n.Now != nil {
		m.At = n.Now()
	}
	if until, ok := n.Silence.ends(m.Incident); ok {
		m.Deadline, m.EndsUndone = until, n.Silence.Undo
	}
	if m.Incident.PartOf == "" {
		return m
	}
	lead, known, err := found(n.Store.Get(ctx, m.Incident.PartOf))
	switch {
	case err != nil:
		n.Log.WarnContext(ctx, "the incident that leads a chain cannot be read", "incident", m.Incident.ID, "lead", m.Incident.PartOf, "err", err)
	case known:
		lead = forBus(lead)
		m.Lead = &lead
	}
	return m
}

// tell tells a message in one way, or leaves it to the gate.
func (n *Notifications) tell(ctx context.Context, w way, m notify.Message, first bool) error {
	key := w.receipt(m)
	done, err := n.claim(ctx, key)
	if err != nil || done {
		return err
	}
	if err := n.tellClaimed(ctx, w, m, first); err != nil {
		return errors.Join(err, n.Store.Release(context.WithoutCancel(ctx), key))
	}
	return n.Store.Finish(ctx, key, notifyReceipt)
}

func (n *Notifications) tellClaimed(ctx context.Context, w way, m notify.Message, first bool) error {
	gated := w.gated(n.Gate)
	var verdict gate.Verdict
	if gated {
		var err error
		if verdict, err = n.Gate.Pass(ctx, w.To, m); err != nil {
			return err
		}
		if !verdict.Tell {
			n.logHeld(ctx, w.notifier, m, verdict.Why, first)
			return nil
		}
		m.Stands = verdict.Stands
	}
	telling, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	err := w.notifier.Notify(telling, m)
	if err == nil {
		n.logTold(ctx, w.notifier, m, first)
		return nil
	}
	if gated {
		err = errors.Join(err, n.Gate.Failed(context.WithoutCancel(ctx), w.To, m, verdict))
	}
	return err
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
