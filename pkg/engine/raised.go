package engine

import (
	"context"
	"slices"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// oweRaised makes the message due that an incident's chain has become graver, unless the message that it was opened is still
// to come and will say so.
func oweRaised(in *ledger.Incident) {
	if in.Joining || owesOpened(*in) {
		return
	}
	in.Outbox = slices.DeleteFunc(in.Outbox, func(o ledger.Owed) bool { return o.DetailType == notify.IncidentRaised })
	owe(in, notify.IncidentRaised)
}

// tellRaised tells that a chain has become graver, before the incident that made it so is settled: who dies in between finds
// both still to do.
func (d *Detector) tellRaised(ctx context.Context, lead ledger.Incident) (ledger.Incident, error) {
	if !slices.ContainsFunc(lead.Outbox, func(o ledger.Owed) bool { return o.DetailType == notify.IncidentRaised }) {
		return lead, nil
	}
	return publish(ctx, d.Store, d.Bus, lead)
}
