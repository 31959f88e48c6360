package record

import (
	"crypto/sha256"
	"encoding/hex"
	"unicode/utf8"
)

// maxKey is how long a key may be before it is hashed. DynamoDB takes sort keys of 1,024 bytes and names in an account
// can be longer.
const maxKey = 900

// Key names a record of one kind, such as a counter. A key that is long, or that is no valid text, which DynamoDB does
// not take, is hashed; a hashed key never equals another kind's or one that is not hashed.
func Key(kind, key string) string {
	if len(key) <= maxKey && utf8.ValidString(key) {
		return kind + "#" + key
	}
	sum := sha256.Sum256([]byte(key))
	return kind + "-sha256#" + hex.EncodeToString(sum[:])
}
