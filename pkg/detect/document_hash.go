package detect

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// DocumentHash identifies what a policy document says, whatever its white space and the order of its keys. A document
// that is no JSON is identified by its bytes.
func DocumentHash(document []byte) string {
	canonical := document
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err == nil && !dec.More() {
		if raw, err := json.Marshal(v); err == nil {
			canonical = raw
		}
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}
