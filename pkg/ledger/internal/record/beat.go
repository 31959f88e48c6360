package record

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"riposte/pkg/ledger"
)

// Beat returns a beat as every store gives it back, and refuses one that names no place.
func Beat(b ledger.Beat) (ledger.Beat, error) {
	if err := CheckPlace(b.Account, b.Region); err != nil {
		return b, err
	}
	b.At, b.Received = When(b.At), When(b.Received)
	return b, nil
}

// CheckPlace refuses what cannot be an account and a region.
func CheckPlace(account, region string) error {
	for _, part := range []string{account, region} {
		if part == "" || len(part) > ledger.MaxPlace || strings.Contains(part, "/") || !utf8.ValidString(part) {
			return fmt.Errorf("place %.80q in %.80q: want an account and a region, each of 1 to %d bytes without a slash",
				region, account, ledger.MaxPlace)
		}
	}
	return nil
}
