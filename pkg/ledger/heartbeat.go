package ledger

import (
	"context"
	"time"
)

// BeatRetention is how long after its last beat a place is remembered.
const BeatRetention = 30 * 24 * time.Hour

// A Beat says that an account was heard of in a region: a harmless call that was made there has come the whole way.
type Beat struct {
	Account, Region string
	At              time.Time // when the call was made
	Received        time.Time // when the detector got its event
}

// Place names where a beat came from: "111122223333/eu-west-1".
func (b Beat) Place() string { return b.Account + "/" + b.Region }

// Heartbeats keep the last beat of every place.
type Heartbeats interface {
	// Beat records a beat. The one that was made last stands, whatever the order in which they come; a beat that comes late
	// or again changes nothing. Account and region are texts of 1 to MaxPlace bytes without a slash.
	Beat(ctx context.Context, b Beat) error

	// Beats returns the last beat of every place, by account and region. Places whose last beat is longer ago than
	// BeatRetention are forgotten.
	Beats(ctx context.Context) ([]Beat, error)

	// ForgetBeat forgets a place. It reports whether there was one.
	ForgetBeat(ctx context.Context, account, region string) (known bool, err error)
}

// MaxPlace is how many bytes the account and the region of a beat may have.
const MaxPlace = 64
