package identity

import (
	"encoding/json"
	"slices"
	"strings"

	"riposte/pkg/detect"
	"riposte/pkg/remedies/policytext"
)

// statements are those of a policy document, each as it is written, and what stands before and behind them.
type statements struct {
	list       []json.RawMessage
	head, tail string
}

func parseStatements(document string) (statements, error) {
	head, texts, tail, err := policytext.Split(document)
	if err != nil {
		return statements{}, err
	}
	s := statements{head: head, tail: tail}
	for _, text := range texts { // IAM takes a single statement without a list too
		s.list = append(s.list, json.RawMessage(text))
	}
	return s, nil
}

// splitStatements takes the statements with the given hashes out of a document and returns both parts.
func splitStatements(document, hashes string) (kept statements, taken []json.RawMessage, err error) {
	kept, err = parseStatements(document)
	if err != nil {
		return kept, nil, err
	}
	wanted := strings.Split(hashes, ",")
	kept.list = slices.DeleteFunc(kept.list, func(s json.RawMessage) bool {
		hit := slices.Contains(wanted, detect.DocumentHash(s))
		if hit {
			taken = append(taken, slices.Clone(s))
		}
		return hit
	})
	return kept, taken, nil
}

// allows reports whether a statement is left that may let somebody in.
func (s statements) allows() bool {
	return slices.ContainsFunc(s.list, func(raw json.RawMessage) bool {
		var statement struct{ Effect string }
		return json.Unmarshal(raw, &statement) != nil || statement.Effect != "Deny"
	})
}

// taken returns how many of how many statements a document has lost and nothing else; 0 where it was written anew.
func taken(before, after string) (out, of int) {
	was, errBefore := parseStatements(before)
	is, errAfter := parseStatements(after)
	if errBefore != nil || errAfter != nil || !is.within(was) {
		return 0, 0
	}
	return len(was.list) - len(is.list), len(was.list)
}

// within reports whether all statements are among those of another document.
func (s statements) within(other statements) bool {
	return !slices.ContainsFunc(s.list, func(raw json.RawMessage) bool {
		return !slices.ContainsFunc(other.list, func(o json.RawMessage) bool {
			return detect.DocumentHash(o) == detect.DocumentHash(raw)
		})
	})
}

// join writes the document again: what has not been taken out stays to the byte.
func (s statements) join() string {
	texts := make([]string, len(s.list))
	for i, one := range s.list {
		texts[i] = string(one)
	}
	return policytext.Join(s.head, texts, s.tail)
}
