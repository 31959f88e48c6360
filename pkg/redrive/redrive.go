// Package redrive gives dead letters to the path that they fell from once more: events to detect, messages to notify, jobs
// to the remediation queue.
//
// A letter leaves its dead-letter queue only after the next hop has taken what it holds and keeps it. Whoever dies in
// between gives the same letter twice, which is harmless: the ledger knows an event, an incident and a message again.
// What is not understood stays where it is.
package redrive

import (
	"context"
	"encoding/json"
	"time"
)

// A Kind says what a dead-letter queue holds, and so where its letters go.
type Kind string

// The kinds.
const (
	Events   Kind = "events"   // CloudTrail events, for detect
	Messages Kind = "messages" // incidents as they are told on Riposte's bus, for notify
	Jobs     Kind = "jobs"     // remediation jobs, for their queue
)

// Kinds returns all kinds.
func Kinds() []Kind { return []Kind{Events, Messages, Jobs} }

// A Letter is one message of a dead-letter queue, as it was received.
type Letter struct {
	ID         string
	Receipt    string // names this delivery of it
	Body       string
	Group      string            // in a FIFO queue
	Sent       time.Time         // when it came into the queue
	Attributes map[string]string // what the sender said about it
}

// A Parcel is what a letter holds, ready for the next hop.
type Parcel struct {
	Payload  json.RawMessage
	Group    string // of a job: jobs of one group are worked on in order
	Once     string // of a job: the same parcel given twice within five minutes is taken once
	EventID  string // of CloudTrail, or of EventBridge where the event is not CloudTrail's
	Incident string
	Function string // which function failed on it, where the letter says so
	Why      string // why it became a dead letter, where the letter says so
}

// A Queue is a dead-letter queue.
type Queue interface {
	// Receive returns letters that are hidden from other receivers for so long; none when there are none to be seen.
	Receive(ctx context.Context, hidden time.Duration) ([]Letter, error)
	// Hide hides a letter from other receivers for so long from now on; with zero it can be received again at once.
	Hide(ctx context.Context, l Letter, hidden time.Duration) error
	// Delete takes a letter out of the queue for good.
	Delete(ctx context.Context, l Letter) error
}

// A Hop is where letters go. Give returns nil only when the parcel is kept there.
type Hop interface {
	Give(ctx context.Context, p Parcel) error
}
