package calls

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A Record is one line of a file of calls: a permission that somebody needs, and what for. Files of records are data that
// the infrastructure's tests read.
type Record struct {
	By     string `json:"by"`               // whose call it is: a function, or "aws" with the function's role
	Remedy string `json:"remedy,omitempty"` // the action of Riposte's that makes the call
	Phase  string `json:"phase,omitempty"`  // of the remedy
	Need
}

// With whose rights the calls of remedies are made.
const (
	ByResponder = "responder" // the role by which an account is changed: at home the remediator's own
	ByHub       = "hub"       // the remediator's own role in an organization, before it enters an account
	ByRoot      = "root"      // a session as root, which a policy of AWS bounds
)

// Lines writes records as a file of JSON lines, sorted, each once.
func Lines(records []Record) ([]byte, error) {
	lines := make([]string, 0, len(records))
	slices.SortFunc(records, func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.Remedy, b.Remedy), cmp.Compare(order(a.Phase), order(b.Phase)),
			cmp.Compare(a.Action, b.Action), cmp.Compare(a.Resource, b.Resource), cmp.Compare(fmt.Sprint(a.Context), fmt.Sprint(b.Context)))
	})
	for _, r := range records {
		line, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		lines = append(lines, string(line))
	}
	return []byte(strings.Join(slices.Compact(lines), "\n") + "\n"), nil
}

// The phases of a remedy. To verify an undo is part of it.
const (
	Plan   = "plan"
	Apply  = "apply"
	Verify = "verify"
	Undo   = "undo"
)

func order(phase string) int { return slices.Index([]string{"", Plan, Apply, Verify, Undo}, phase) }

// ReadLines reads a file of records.
func ReadLines(data []byte) ([]Record, error) {
	var out []Record
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		var r Record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		out = append(out, r)
	}
	return out, lines.Err()
}
