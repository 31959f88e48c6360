// Package corpus reads recorded CloudTrail events that are kept beside the project and not in it: each line of a file is
// one record with what is known of it.
package corpus

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"riposte/pkg/cloudtrail"
)

// The files of recorded events.
const (
	Attacks  = "attacks.jsonl"        // risky changes, with their class
	Benign   = "benign.jsonl"         // what must not be acted on, by kind
	Context  = "context.jsonl"        // the neighbours of attacks, without a label
	Labelled = "labelled-tests.jsonl" // the tests that others publish with their rules
)

// A Row is one recorded event.
type Row struct {
	ID        string
	Class     string   // the risk class of an attack or of a test
	Also      []string // further classes of an attack
	Kind      string   // of a benign row: "read", "iac-change"
	Case      string   // where it comes from
	Why       string   // why it has its label
	Expected  bool     // the verdict of a test
	Threshold int      // how often the record of a test has to come; 0 for once
	Record    json.RawMessage
}

// maxLine bounds a line: a record of CloudTrail has at most 256 KB.
const maxLine = 4 << 20

// Read returns the rows of a file. The error is fs.ErrNotExist where there is no such file.
func Read(folder, file string) (rows []Row, err error) {
	in, err := os.Open(filepath.Join(folder, file))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		var r Row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", file, n, err)
		}
		rows = append(rows, r)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s after line %d: %w", file, len(rows), err)
	}
	return rows, nil
}

// Classes returns the classes that a row is an example of.
func (r Row) Classes() []string {
	var classes []string
	for _, c := range append([]string{r.Class}, r.Also...) {
		if c != "" {
			classes = append(classes, c)
		}
	}
	return classes
}

// Envelope returns the row's record as EventBridge would deliver it.
func (r Row) Envelope() ([]byte, error) {
	ev, err := cloudtrail.DecodeAny(r.Record)
	if err != nil {
		return nil, fmt.Errorf("row %s: %w", r.ID, err)
	}
	envelope := struct {
		Version    string          `json:"version"`
		ID         string          `json:"id"`
		DetailType string          `json:"detail-type"`
		Source     string          `json:"source"`
		Account    string          `json:"account"`
		Time       string          `json:"time"`
		Region     string          `json:"region"`
		Resources  []string        `json:"resources"`
		Detail     json.RawMessage `json:"detail"`
	}{
		Version: "0", ID: r.ID, DetailType: detailType(ev), Source: "aws." + strings.TrimSuffix(ev.Source, ".amazonaws.com"),
		Account: ev.Account, Time: ev.Time.Format("2006-01-02T15:04:05Z"), Region: ev.Region, Resources: []string{}, Detail: r.Record,
	}
	b, err := json.Marshal(envelope)
	if err != nil {
		return nil, fmt.Errorf("row %s: %w", r.ID, err)
	}
	return b, nil
}

func detailType(ev *cloudtrail.Event) string {
	switch ev.Type {
	case "AwsConsoleSignIn":
		return "AWS Console Sign In via CloudTrail"
	case "AwsServiceEvent":
		return "AWS Service Event via CloudTrail"
	}
	return "AWS API Call via CloudTrail"
}

// Event returns the row's record, decoded from its envelope. Published records share placeholders as their identifiers,
// so that the row's own stands in.
func (r Row) Event() (*cloudtrail.Event, error) {
	b, err := r.Envelope()
	if err != nil {
		return nil, err
	}
	ev, err := cloudtrail.DecodeAny(b)
	if err != nil {
		return nil, fmt.Errorf("row %s: %w", r.ID, err)
	}
	ev.ID, ev.OriginalID = r.ID, ""
	return ev, nil
}
