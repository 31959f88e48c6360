// Package notify says what a notification is. The folders below it hold one way of telling people each.
package notify

import (
	"context"
	"fmt"
	"time"

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
	IncidentRaised     = "Incident Raised" // the chain that it leads has become graver
	ApprovalGiven      = "Approval Given"  // the first of two people has approved a change or an undo
	ExceptionMade      = "Exception Made"  // a person has excepted the same by the same principal for a while
)

// IncidentReminder is told while a containment waits for a person. It is not on the bus.
const IncidentReminder = "Incident Reminder"

// Source is the source of the events on Riposte's bus.
const Source = "riposte"

// A Message is one event on Riposte's bus: an incident that has reached a state.
type Message struct {
	DetailType string          `json:"-"`
	Due        int64           `json:"due"` // the version of the incident that made the message due
	Incident   ledger.Incident `json:"incident"`

	// Flags are what the commands in a message need to reach this ledger and its bus, such as
	// "--ledger dynamodb:Riposte --bus Riposte"; empty where the reader has to know them.
	Flags string `json:"-"`

	// Lead is the incident that leads the chain, as it stands when people are told; nil where Incident leads or stands alone.
	Lead *ledger.Incident `json:"-"`
	// At is when people are told; zero where nobody says.
	At time.Time `json:"-"`
	// Stands is how many messages this one stands for, itself included; 0 and 1 are the message alone.
	Stands int `json:"-"`
	// Deadline is when the containment ends by itself, zero where it waits for ever; EndsUndone says that it is undone then.
	Deadline   time.Time `json:"-"`
	EndsUndone bool      `json:"-"`
	// Remark says something about the telling itself, such as whom the message did not reach; one plain sentence.
	Remark string `json:"-"`
}

// Key identifies the message, so that each is told once however often it is delivered.
func (m Message) Key() string { return fmt.Sprintf("%s/%s/%d", m.Incident.ID, m.DetailType, m.Due) }

// A Notifier tells people. Notify returns nil only when the message was taken; it may be called again with the same
// message after an error.
type Notifier interface {
	Name() string
	Notify(ctx context.Context, m Message) error
}
