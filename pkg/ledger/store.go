package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"
)

// Errors of a Store.
var (
	ErrNotFound = errors.New("no such incident")
	ErrBusy     = errors.New("another delivery is at work on it")
	ErrTooLarge = errors.New("larger than the ledger takes")
)

// A Store keeps the ledger. All methods are safe for concurrent use by several processes. Nothing is acknowledged
// before it is durable. After an error whose cause is outside the ledger, such as a broken connection, it is not known
// whether the write was made; every method may then be called again. Text that is not valid UTF-8 is stored with the
// replacement character in place of what is wrong; only the states of baselines stay as they are.
type Store interface {
	// Open stores a new incident as version 1. When the identifier exists already, it changes nothing and returns the
	// stored incident with created false. created is true for the call that stored it and no other, also when an answer was
	// lost on the way and the call had to ask again. The identifier is valid UTF-8 of 1 to MaxID bytes.
	Open(ctx context.Context, in Incident) (stored Incident, created bool, err error)

	// Get returns an incident, or ErrNotFound.
	Get(ctx context.Context, id string) (Incident, error)

	// Update reads an incident, lets change edit it and writes it on the condition that nobody has written it
	// meanwhile; otherwise it starts over, so change may run more than once, each time on a fresh copy. An error of
	// change is returned as it is and nothing is written. The identifier and the time of receipt cannot be edited.
	Update(ctx context.Context, id string, change func(*Incident) error) (Incident, error)

	// List returns incidents by the time they were received, the newest first; those received at the same moment by
	// their identifiers, the last first. On DynamoDB it shows the ledger as it was about a second ago.
	List(ctx context.Context, q Query) ([]Incident, error)

	// Count adds one to a counter and returns its value. Counters forget: key names the window, and the counter
	// starts again once ttl has passed since its first count. A count whose answer is lost on the way may be counted
	// twice, never not at all.
	Count(ctx context.Context, key string, ttl time.Duration) (int64, error)

	// Begin claims the delivery named key for at most lease. It returns done true when Finish was called for the key
	// already, and ErrBusy while a claim is held, be it by this Store. On one machine a claim also ends with the
	// process that holds it.
	Begin(ctx context.Context, key string, lease time.Duration) (done bool, err error)

	// Finish marks the delivery as done for at least ttl.
	Finish(ctx context.Context, key string, ttl time.Duration) error

	// Release gives up the claim that this Store holds on key after a failure, so that the next delivery may try at
	// once. It takes neither a finished delivery nor another process's claim away, and is then no error.
	Release(ctx context.Context, key string) error

	// Switch returns the kill switch.
	Switch(ctx context.Context) (Switch, error)

	// SetSwitch moves the kill switch.
	SetSwitch(ctx context.Context, s Switch) error

	// Touch records that Riposte's own change of an incident concerns a resource, and Touched returns the incident
	// that touched it last, or "" where none did. Own calls that come back through CloudTrail are explained by it. key
	// is ResourceKey's. Touches are kept for TouchRetention.
	Touch(ctx context.Context, key, incident string, at time.Time) error
	Touched(ctx context.Context, key string) (incident string, at time.Time, err error)

	// Touches returns who touched a resource from one time to another, both included: the newest first, MaxTouches
	// at the most. A call comes back through CloudTrail minutes later, when another incident or an undo may have
	// touched the resource again: Touched alone no longer explains it then. Touches of one moment are in the order of
	// their incidents, the last first; the same incident at the same moment is one touch.
	Touches(ctx context.Context, key string, from, to time.Time) ([]Touch, error)

	// Observe adds sightings to a series, MaxObserved at the most. The same member of the same event at the same time is
	// one sighting, however often it is added. Each is kept for at least keep after it was last added. After an error some
	// may have been added; the call may be repeated.
	Observe(ctx context.Context, key string, seen []Sighting, keep time.Duration) error

	// Observed returns the sightings of a series from one time to another, both included: the newest first, those of one
	// moment in a fixed order, MaxSightings at the most.
	Observed(ctx context.Context, key string, from, to time.Time) ([]Sighting, error)

	// Thread returns the incident that leads what happened under key around a time: the one that leads the thread when
	// the time lies within window of what the thread has seen, and otherwise candidate. A candidate whose time is later
	// than that, or finds no thread, leads from then on; one whose time is earlier leads only itself. Of many callers at
	// once one leads, and an incident that leads keeps its own. A thread spans MaxThread at the most and is kept for
	// ThreadRetention after it last changed. candidate is an identifier as Open takes it.
	Thread(ctx context.Context, key, candidate string, at time.Time, window time.Duration) (lead string, err error)

	// Threaded returns the incident that Thread would return to a candidate that it does not know yet, or "" where the
	// candidate itself would lead. It changes nothing.
	Threaded(ctx context.Context, key string, at time.Time, window time.Duration) (lead string, err error)

	// Remember keeps what an aspect of a resource was known to be like. key is BaselineKey's. Calls may come in any order
	// of their times. A state that follows itself, byte for byte, is one version: what is added keeps its first time and
	// who said so then, and moves its last time on, so that a state that was good in between and comes late is sorted in.
	// Of different states at one moment the order is fixed, whichever came first. Repeating a call changes nothing. The
	// newest MaxBaselines versions of a key are kept, each for BaselineRetention after a call last added to it: one that
	// nobody confirms goes in the end, also if it is the only one, because resources that are gone would leave theirs for
	// ever. A state that is no JSON is refused; one that is too large is an ErrTooLarge, and nothing is kept of it.
	Remember(ctx context.Context, key string, b Baseline) error

	// Remembered returns the newest baseline of a key that is older than a time, or ErrNotFound. Its time and its source
	// are those of the first that said so. Where another state was said to be there at that very moment, and none is known
	// to have said so again since, it is contested.
	Remembered(ctx context.Context, key string, before time.Time) (Baseline, error)

	Heartbeats
	Slots

	// Close releases files and connections.
	Close() error
}

// How long the ledger remembers.
const (
	// Retention is how long an incident that is over is kept after it was last written. One that is not over stays.
	Retention = 400 * 24 * time.Hour
	// TouchRetention is how long a touch is kept. Queues redeliver for 14 days at the most.
	TouchRetention = 30 * 24 * time.Hour
	// ThreadRetention is how long a thread is kept after it last changed.
	ThreadRetention = 7 * 24 * time.Hour
	// BaselineRetention is how long a version of a baseline is kept after it was last added to.
	BaselineRetention = 400 * 24 * time.Hour
)

// Bounds of a Store.
const (
	MaxID        = 512            // bytes that an incident's identifier may have
	MaxTouches   = 100            // touches that Touches returns at the most
	MaxObserved  = 64             // sightings that Observe takes at the most
	MaxSightings = 256            // sightings that Observed returns at the most
	MaxMember    = 1024           // bytes that a sighting's member, and its event, are kept with
	MaxThread    = 24 * time.Hour // from the first to the last of what one incident leads
	MaxBaselines = 10             // versions of a baseline that are kept
	MaxState     = 350_000        // bytes that a baseline's state may have once it is compressed; before, 16,000,000
)

// A Touch says that Riposte changed a resource for an incident.
type Touch struct {
	Incident string
	At       time.Time
}

// A Sighting is one member of a series: a failed sign-in, a secret that was read. A member or an event of more than
// MaxMember bytes is kept as its beginning and a hash of the whole, so that different ones stay different.
type Sighting struct {
	Member string
	Event  string // the id of the CloudTrail event
	At     time.Time
}

// A Baseline is the state of an aspect of a resource as it was known to be good at a time.
type Baseline struct {
	State json.RawMessage
	At    time.Time
	By    string // what said so, such as the id of an event; of more than MaxMember bytes it is kept as a Member is
	// Contested says that another state is remembered of the same moment: which of them came last is not known. It is for
	// Remembered to say.
	Contested bool
}

// A Query selects incidents. Zero fields select all.
type Query struct {
	State State
	Rule  string
	Limit int       // at most this many; 0 for 100
	Since time.Time // received at or after
}

// Matches reports whether an incident has the state and the rule that are asked for and was received in time.
func (q Query) Matches(in Incident) bool {
	return (q.State == "" || q.State == in.State) && (q.Rule == "" || q.Rule == in.Rule) &&
		!in.Times.Received.Before(q.Since)
}

// Max returns how many incidents the query returns at the most.
func (q Query) Max() int {
	if q.Limit <= 0 {
		return 100
	}
	return q.Limit
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

// BaselineKey names an aspect of a resource for Remember and Remembered.
func BaselineKey(account, region, aspect, resource string) string {
	return url.PathEscape(account) + "/" + url.PathEscape(region) + "/" + url.PathEscape(aspect) + "/" + resource
}
