//go:build corpus

package catalog_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"riposte/pkg/catalog"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

const corpus = "../../../shared/corpus/cloudtrail"

type corpusRow struct {
	ID, Class, Kind, Case string
	Also                  []string
	Expected              bool
	Record                json.RawMessage
}

func corpusRows(t *testing.T, name string) []corpusRow {
	t.Helper()
	f, err := os.Open(filepath.Join(corpus, name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here: nothing to measure against", corpus)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	var rows []corpusRow
	for lines.Scan() {
		var row corpusRow
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		rows = append(rows, row)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// fired returns the classes that fire on a row's record, and what they say. What is only counted is left out where alone
// is set: internal/accuracy measures it over all records.
func fired(t *testing.T, index *detect.Index, row corpusRow, alone bool) map[string]string {
	t.Helper()
	ev, err := cloudtrail.DecodeAny(row.Record)
	if err != nil {
		t.Errorf("%s: %v", row.ID, err)
		return nil
	}
	out := map[string]string{}
	for _, f := range index.Match(ev) {
		if !alone || f.Rate == nil || f.Rate.Threshold == 1 {
			out[f.Class] = f.Summary
		}
	}
	return out
}

// TestCorpusAttacks holds that every attack of a class that we have fires that class.
func TestCorpusAttacks(t *testing.T) {
	index := catalog.Index(config.Default())
	hits := 0
	for _, row := range corpusRows(t, "attacks.jsonl") {
		got := fired(t, index, row, false)
		for _, class := range append([]string{row.Class}, row.Also...) {
			if _, ours := catalog.ByClass(class); !ours {
				continue
			}
			if said, hit := got[class]; hit {
				hits++
				t.Logf("%s %s: %s", row.ID, class, said)
			} else {
				t.Errorf("%s (%s): %s stays quiet, found %v", row.ID, row.Case, class, got)
			}
		}
	}
	t.Logf("%d attacks of our classes fire", hits)
}

// TestCorpusBenign counts what fires on benign records. Reads and calls that failed must never.
func TestCorpusBenign(t *testing.T) {
	index := catalog.Index(config.Default())
	rows := corpusRows(t, "benign.jsonl")
	kinds := map[string]int{}
	for _, row := range rows {
		for class, said := range fired(t, index, row, true) {
			kinds[row.Kind]++
			t.Logf("%s (%s, %s): %s: %s", row.ID, row.Kind, row.Case, class, said)
			if slices.Contains([]string{"denied", "failed", "read"}, row.Kind) {
				t.Errorf("%s: %s fires on a record of kind %s", row.ID, class, row.Kind)
			}
		}
	}
	t.Logf("hits on %d benign records by kind: %v", len(rows), kinds)
}

// TestCorpusLabelled prints how far we agree with the tests that others publish with their rules. What they expect
// depends on their rules' options, so that disagreement is no failure.
func TestCorpusLabelled(t *testing.T) {
	index := catalog.Index(config.Default())
	agree, all := 0, 0
	for _, row := range corpusRows(t, "labelled-tests.jsonl") {
		if _, ours := catalog.ByClass(row.Class); !ours {
			continue
		}
		all++
		said, hit := fired(t, index, row, false)[row.Class]
		if hit == row.Expected {
			agree++
			continue
		}
		t.Logf("%s (%s): %s fires %v, they expect %v: %s", row.ID, row.Case, row.Class, hit, row.Expected, said)
	}
	t.Logf("agreement on %d of %d", agree, all)
}
