// Package remedy turns a lens on one aspect of an account, and the state wanted there, into a remedy that plans,
// applies, verifies and undoes a change.
package remedy

import (
	"context"
	"encoding/json"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

// A Target says what an action looks at. It is data: it goes into the journal.
type Target struct {
	Account   string            `json:"account"`
	Region    string            `json:"region"` // where the resource is managed; us-east-1 for IAM in partition aws
	Partition string            `json:"partition"`
	Type      string            `json:"type"`             // "AccessKey"
	ID        string            `json:"id"`               // "AKIA…"
	Parent    string            `json:"parent,omitempty"` // the key's user
	Params    map[string]string `json:"params,omitempty"` // what else the lens needs, such as a policy's ARN
	// RootTask is the task of AWS for which the account's root user is taken on, such as "IAMDeleteRootUserCredentials"; empty
	// where a role will do.
	RootTask string `json:"root_task,omitempty"`
}

// String returns the target as a person would name it: "AccessKey/AKIA… of bob in 111122223333".
func (t Target) String() string {
	s := t.Type + "/" + t.ID
	if t.Parent != "" {
		s += " of " + t.Parent
	}
	return detect.Line(s, maxSentence) + " in " + t.Account
}

// A Change is what an action does, as data: the journal entry that is durable before Apply.
type Change struct {
	Action  string          `json:"action"`
	Target  Target          `json:"target"`
	Before  json.RawMessage `json:"before"`  // the aspect's state before, as the lens writes it
	After   json.RawMessage `json:"after"`   // the state that the action wants
	Summary string          `json:"summary"` // one sentence: "access key AKIA… of bob: Active → Inactive"
}

// Known returns the state that an aspect of a resource had when it was last known to be good, before the event of a
// finding; ok is false where nobody knows.
type Known func(ctx context.Context, aspect string, t Target) (state json.RawMessage, ok bool, err error)

// A Remedy carries out one action. Its methods are safe for concurrent use and safe to repeat.
type Remedy interface {
	// Action returns what the remedy is.
	Action() actions.Action

	// Plan reads the live state and returns the change to make, or nil when nothing is left to do, with a sentence
	// that says why. It changes nothing. A Refusal says that acting would be a guess or would harm. known may be nil.
	Plan(ctx context.Context, f detect.Finding, known Known) (c *Change, nothing string, err error)

	// Read returns the live state of a target, or ErrGone.
	Read(ctx context.Context, t Target) (live json.RawMessage, err error)
	// Apply writes After while the live state is still Before. It returns nil when the live state is After already,
	// and a *DriftError when it is neither.
	Apply(ctx context.Context, c Change) error

	// Verify reads the live state again and returns it; the error is a *DriftError when it is not After.
	Verify(ctx context.Context, c Change) (live json.RawMessage, err error)

	// Undo writes Before while the live state is still After. It returns nil when the live state is Before already,
	// and a *DriftError when it is neither.
	Undo(ctx context.Context, c Change) error

	// VerifyUndo reads the live state again and returns it; the error is a *DriftError when it is not Before.
	VerifyUndo(ctx context.Context, c Change) (live json.RawMessage, err error)
}
