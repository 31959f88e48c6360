package ledger

import (
	"context"
	"errors"
	"time"
)

// Errors of a Store.
var (
	ErrNotFound = errors.New("no such incident")
	ErrBusy     = errors.New("another delivery is at work on it")
)

// A Store keeps the ledger. All methods are safe for concurrent use by several processes. Nothing is acknowledged
// before it is durable.
type Store interface {
	// Open stores a new incident. When the identifier exists already, it changes nothing and returns the stored
	// incident with created false.
	Open(ctx context.Context, in Incident) (stored Incident, created bool, err error)

	// Get returns an incident, or ErrNotFound.
	Get(ctx context.Context, id string) (Incident, error)

	// Update reads an incident, lets change edit it and writes it on the condition that nobody has written it
	// meanwhile; otherwise it starts over, so change may run more than once. An error of change is returned as it is
	// and nothing is written.
	Update(ctx context.Context, id string, change func(*Incident) error) (Incident, error)

	// List returns incidents by the time they were received, the newest first.
	List(ctx context.Context, q Query) ([]Incident, error)

	// Count adds one to a counter and returns its value. Counters forget: key names the window, and the counter may
	// vanish once ttl has passed.
	Count(ctx context.Context, key string, ttl time.Duration) (int64, error)

	// Begin claims the delivery named key for at most lease. It returns done true when Finish was called for the key
	// already, and ErrBusy while somebody else holds the claim.
	Begin(ctx context.Context, key string, lease time.Duration) (done bool, err error)

	// Finish marks the delivery as done for at least ttl.
	Finish(ctx context.Context, key string, ttl time.Duration) error

	// Release gives up a claim after a failure, so that the next delivery may try at once.
	Release(ctx context.Context, key string) error

	// Switch returns the kill switch.
	Switch(ctx context.Context) (Switch, error)

	// SetSwitch moves the kill switch.
	SetSwitch(ctx context.Context, s Switch) error

	// Touch records that Riposte's own change of an incident concerns a resource, and Touched returns the incident
	// that touched it last. Own calls that come back through CloudTrail are explained by it. key is
	// ResourceKey's.
	Touch(ctx context.Context, key, incident string, at time.Time) error
	Touched(ctx context.Context, key string) (incident string, at time.Time, err error)

	// Close releases files and connections.
	Close() error
}

// A Query selects incidents. Zero fields select all.
type Query struct {
	State State
	Rule  string
	Limit int       // at most this many; 0 for 100
	Since time.Time // received at or after
}

// A Switch is the kill switch: while Stopped is set nothing is changed in any account.
type Switch struct {
	Stopped bool      `json:"stopped"`
	By      string    `json:"by,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// ResourceKey names a resource across accounts for Touch and Touched.
func ResourceKey(account, resource string) string { return account + "/" + resource }
