package record

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"riposte/pkg/ledger"
)

// Sightings returns sightings as every store keeps them, each once, by their SightingKeys.
func Sightings(seen []ledger.Sighting) (map[string]ledger.Sighting, error) {
	if len(seen) > ledger.MaxObserved {
		return nil, fmt.Errorf("%d sightings at once, at most %d are possible: add them in several calls", len(seen), ledger.MaxObserved)
	}
	kept := make(map[string]ledger.Sighting, len(seen))
	for _, s := range seen {
		s = ledger.Sighting{Member: bound(s.Member), Event: bound(s.Event), At: When(s.At)}
		kept[SightingKey(s)] = s
	}
	return kept, nil
}

// SightingKey orders the sightings of one series: by their time, then in an order that is only fixed. It has one length,
// whatever the texts are.
func SightingKey(s ledger.Sighting) string {
	// The length keeps apart what two texts would have in common once they stand one after the other.
	sum := sha256.Sum256(fmt.Appendf(nil, "%d#%s%s", len(s.Member), s.Member, s.Event))
	return Moment(s.At) + "#" + hex.EncodeToString(sum[:])
}

// bound returns a text as it is kept: a long one as its beginning and a hash of the whole. What it returns it leaves as
// it is.
func bound(s string) string {
	s = text(s)
	if len(s) <= ledger.MaxMember {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	mark := "…" + hex.EncodeToString(sum[:])
	return strings.ToValidUTF8(s[:ledger.MaxMember-len(mark)], "") + mark // half a character may be left
}
