package detect

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// StatementHash identifies what a statement of a policy says, whichever of the spellings that a service makes of one another
// it has: a text or a list of one, another order in a list, an account by its number or by the ARN of its root, a boolean or
// its text. What is no JSON is identified by its bytes.
func StatementHash(statement []byte) string {
	dec := json.NewDecoder(bytes.NewReader(statement))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil || dec.More() {
		return DocumentHash(statement)
	}
	raw, err := json.Marshal(plainly(v))
	if err != nil {
		return DocumentHash(statement)
	}
	return DocumentHash(raw)
}

// plainly returns a value of a statement in one spelling.
func plainly(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, inner := range v {
			out[name] = plainly(inner)
		}
		return out
	case []any:
		return plainList(v)
	case string:
		return rootless(v)
	case bool:
		if v {
			return "true"
		}
		return "false"
	case json.Number:
		return v.String()
	}
	return v
}

// plainList sorts a list of texts and unwraps one of a single element: to a policy the order says nothing.
func plainList(list []any) any {
	out := make([]any, 0, len(list))
	texts := true
	for _, v := range list {
		p := plainly(v)
		_, isText := p.(string)
		texts = texts && isText
		out = append(out, p)
	}
	if len(out) == 1 && texts {
		return out[0]
	}
	if texts {
		slices.SortFunc(out, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	}
	return out
}

// rootless returns the number of an account that the ARN of its root names, and any other text as it is.
func rootless(s string) string {
	parts := strings.Split(s, ":")
	if len(parts) == 6 && parts[0] == "arn" && parts[2] == "iam" && parts[3] == "" && parts[5] == "root" {
		return parts[4]
	}
	return s
}
