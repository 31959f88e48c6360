package awsbus

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// maxDetail is how large a detail may be. EventBridge takes 256 KB for a whole entry.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
const maxDetail = 240 << 10

// fit shortens the texts and lists of a detail until the bus takes it, the longest first. The calls of an attacker may name
// things of any length, and people are to hear of them all the same; the whole is in the ledger.
func fit(detail []byte) ([]byte, error) {
	for most := 4096; len(detail) > maxDetail; most /= 2 {
		if most < 64 { // identifiers and times are whole
			return nil, fmt.Errorf("a message of %d bytes does not fit on the bus, which takes %d", len(detail), maxDetail)
		}
		read := json.NewDecoder(bytes.NewReader(detail))
		read.UseNumber()
		var tree any
		if err := read.Decode(&tree); err != nil {
			return nil, err
		}
		var err error
		if detail, err = json.Marshal(shorten(tree, most)); err != nil {
			return nil, err
		}
	}
	return detail, nil
}

// shorten cuts texts, and the names in objects, to so many characters, and lists to so many entries.
func shorten(tree any, most int) any {
	switch v := tree.(type) {
	case string:
		return cut(v, most)
	case []any:
		v = v[:min(len(v), most)]
		for i := range v {
			v[i] = shorten(v[i], most)
		}
		return v
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, value := range v {
			out[cut(name, most)] = shorten(value, most)
		}
		return out
	}
	return tree
}

func cut(text string, most int) string {
	n := 0
	for at := range text {
		if n++; n > most {
			return text[:at] + "…"
		}
	}
	return text
}
