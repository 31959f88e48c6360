// Package notify says what a notification is. The folders below it hold one way of telling people each.
package notify

import (
	"context"

	"riposte/pkg/ledger"
)

// The detail types of the events on Riposte's bus. Each incident state that people are told about has one.
const (
	IncidentOpened     = "Incident Opened"
	IncidentRemediated = "Incident Remediated"
	RemediationFailed  = "Remediation Failed"
	IncidentResolved   = "Incident Resolved"
	IncidentUndone     = "Incident Undone"
	UndoFailed         = "Undo Failed"
	IncidentKept       = "Incident Kept"
	IncidentDismissed  = "Incident Dismissed"
)

// Source is the source of the events on Riposte's bus.
const Source = "riposte"

// A Message is one event on Riposte's bus: an incident that has reached a state.
type Message struct {
	DetailType string          `json:"-"`
	Incident   ledger.Incident `json:"incident"`
}

// Key identifies the message: an incident tells each of its states once.
func (m Message) Key() string { return m.Incident.ID + "/" + m.DetailType }

// A Notifier tells people. Notify returns nil only when the message was taken; it may be called again with the same
// message after an error.
type Notifier interface {
	Name() string
	Notify(ctx context.Context, m Message) error
}
