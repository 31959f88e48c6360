// Package engine is the way of one event: from a record to findings, decisions, incidents, changes and messages. It
// knows interfaces only; pkg/app wires it to AWS or to one machine.
//
// Deliveries are at least once and in any order, and the process may die between any two steps. Every step is
// therefore safe to repeat, what it decided is in the ledger before it is acted upon, and what has to be published
// stays in the incident's outbox until the bus has taken it.
package engine

import (
	"context"
	"time"

	"riposte/pkg/notify"
)

// A Job asks the remediator to work on an incident. It carries no instructions: the ledger says what to do.
type Job struct {
	Incident string `json:"incident"`
	Group    string `json:"group"` // jobs of one group are worked on in order, one at a time
}

// A Queue takes jobs to the remediator. Send returns nil only when the job is durable; it may be called again with the
// same job.
type Queue interface {
	Send(ctx context.Context, j Job) error
}

// A Bus takes messages to whoever listens. Publish returns nil only when the message was taken; it may be called again
// with the same message.
type Bus interface {
	Publish(ctx context.Context, m notify.Message) error
}

// A Sleep waits, or returns the context's error when that ends first.
type Sleep func(ctx context.Context, d time.Duration) error
