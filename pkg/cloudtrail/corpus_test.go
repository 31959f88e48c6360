//go:build corpus

package cloudtrail

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// corpus returns the folder of recorded events that lies beside the project.
func corpus(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared", "corpus", "cloudtrail")
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = parent
	}
}

// TestCorpusDecodes holds that every recorded event decodes, bare and in an envelope, that the scanner agrees, and that
// whatever payload is an object reads as one.
func TestCorpusDecodes(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t), "*.jsonl"))
	if err != nil || len(files) < 4 {
		t.Fatalf("found %d files of recorded events, %v; want four or more in %s", len(files), err, corpus(t))
	}
	for _, name := range files {
		records, complete := 0, 0
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, maxSize)
		for lines.Scan() {
			var line struct {
				ID     string          `json:"id"`
				Record json.RawMessage `json:"record"`
			}
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				t.Fatal(err)
			}
			records++
			if agree(t, line.Record).Complete {
				complete++
			}
			agree(t, []byte(envelope(string(line.Record))))
			holds(t, line.ID, line.Record)
		}
		if err := lines.Err(); err != nil || records == 0 {
			t.Errorf("%s: %d records, %v", filepath.Base(name), records, err)
		}
		f.Close()
		t.Logf("%s: %d records, of which the scanner reads %d", filepath.Base(name), records, complete)
		if complete < records*9/10 {
			t.Errorf("%s: the scanner gives up on %d of %d records", filepath.Base(name), records-complete, records)
		}
	}
}

// holds compares one decoded record with a plain reading of its JSON.
func holds(t *testing.T, id string, record json.RawMessage) {
	t.Helper()
	e, err := Decode(record)
	if err != nil {
		t.Errorf("%s: %v", id, err)
		return
	}
	var plain map[string]any
	if err := json.Unmarshal(record, &plain); err != nil {
		t.Fatal(err)
	}
	if e.Source != plain["eventSource"] || e.WireName != plain["eventName"] || e.ID == "" {
		t.Errorf("%s: decoded as %q %q %q", id, e.Source, e.WireName, e.ID)
	}
	if e.Time.IsZero() {
		t.Errorf("%s: eventTime %v is unreadable", id, plain["eventTime"])
	}
	for name, p := range map[string]Payload{
		"requestParameters": e.Request, "responseElements": e.Response, "additionalEventData": e.Additional, "serviceEventDetails": e.Service,
	} {
		if _, isObject := plain[name].(map[string]any); isObject && p.Omitted() {
			t.Errorf("%s: %s was lost", id, name)
		}
	}
	if !e.Request.Omitted() {
		if _, err := RequestOf[map[string]any](e); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if !e.Response.Omitted() {
		if _, err := ResponseOf[map[string]any](e); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}
