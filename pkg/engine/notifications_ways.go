package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/notify"
	"riposte/pkg/notify/gate"
)

// A way is one way of telling one receiver.
type way struct {
	gate.To
	notifier notify.Notifier
	instead  bool // of another, which cannot be reached
}

// receipt names a message told in one way.
func (w way) receipt(m notify.Message) string {
	key := m.Key()
	if w.Receiver != config.DefaultReceiver {
		key += "/" + w.Receiver
	}
	if w.instead {
		key += "/instead"
	}
	return key + "/" + w.Notifier
}

// gated reports whether a way stands behind the gate.
func (w way) gated(g *gate.Gate) bool {
	_, people := w.notifier.(notify.Digests)
	return g != nil && people
}

// ways returns how a message is to be told: to the receivers of its incident, and to those of the incident that leads the
// chain, so that whoever follows that sees all of it. Both are as grave as the chain.
func (n *Notifications) ways(m notify.Message) []way {
	var names []string
	if n.Route != nil {
		in := m.Incident
		in.Severity = m.Weight()
		names = n.Route(in)
		if m.Lead != nil {
			lead := *m.Lead
			lead.Severity = max(lead.Severity, in.Severity)
			names = append(names, n.Route(lead)...)
		}
	}
	var out []way
	for _, name := range names {
		if len(n.Receivers[name]) == 0 {
			name = config.DefaultReceiver // also one that nobody knows
		}
		if !slices.ContainsFunc(out, func(w way) bool { return w.Receiver == name }) {
			out = append(out, n.waysTo(name)...)
		}
	}
	if len(out) == 0 {
		return n.waysTo(config.DefaultReceiver)
	}
	return out
}

func (n *Notifications) waysTo(receiver string) []way {
	notifiers := n.Receivers[receiver]
	if receiver == config.DefaultReceiver {
		notifiers = n.Notifiers
	}
	out := make([]way, 0, len(notifiers))
	for _, to := range notifiers {
		out = append(out, way{To: gate.To{Receiver: receiver, Notifier: to.Name()}, notifier: to})
	}
	return out
}

// instead tells the default receiver what others could not be told, unless it is told anyway.
func (n *Notifications) instead(ctx context.Context, m notify.Message, ways, missed []way) error {
	defaults := n.waysTo(config.DefaultReceiver)
	told := slices.ContainsFunc(ways, func(w way) bool { return w.Receiver == config.DefaultReceiver })
	if len(missed) == 0 || told {
		return nil
	}
	m.Remark = "It came here because " + unreached(missed) + " could not be reached; it is tried again there."
	var errs []error
	for _, w := range defaults {
		w.instead = true
		if err := n.tell(ctx, w, m, false); err != nil {
			n.logNotTold(ctx, w.notifier, m, err)
			errs = append(errs, fmt.Errorf("%s: tell %s by %s instead: %w", m.Incident.ID, m.DetailType, w, err))
		}
	}
	return errors.Join(errs...)
}

// unreached names ways in a sentence: "pci by slack and oncall by pagerduty".
func unreached(missed []way) string {
	const most = 3
	var names []string
	for n, w := range missed {
		if n == most {
			names = append(names, fmt.Sprintf("%d more", len(missed)-most))
			break
		}
		names = append(names, detect.Text(w.Receiver)+" by "+detect.Text(w.Notifier))
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return names[0]
}
