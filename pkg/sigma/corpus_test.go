//go:build corpus

package sigma_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/sigma"
)

const corpus = "../../../shared/corpus"

// TestCorpusAgrees holds that the published rules for CloudTrail load, and that compiled, behind the index and behind the
// routing they find in recorded events what a straightforward evaluation finds.
func TestCorpusAgrees(t *testing.T) {
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no corpus beside the project")
	}
	set, err := sigma.LoadDir(filepath.Join(corpus, "sigma"), actions.All())
	if err != nil {
		t.Fatal(err)
	}
	if err := detect.Validate(set.Rules); err != nil {
		t.Error(err)
	}
	rules := references(t, ruleFiles(t, os.DirFS(filepath.Join(corpus, "sigma"))))
	if len(rules) != len(set.Rules) {
		t.Fatalf("%d rules of %d files", len(set.Rules), len(rules))
	}
	records, hits := 0, 0
	for _, record := range corpusRecords(t) {
		records++
		hits += agrees(t, set, rules, record)
	}
	t.Logf("%d rules, %d records, %d findings", len(set.Rules), records, hits)
	if hits == 0 {
		t.Error("no rule found anything")
	}
}

func corpusRecords(t *testing.T) []json.RawMessage {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(corpus, "cloudtrail", "*.jsonl"))
	if err != nil || len(names) == 0 {
		t.Fatalf("found %d files of recorded events, %v", len(names), err)
	}
	var out []json.RawMessage
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var line struct{ Record json.RawMessage }
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				t.Fatal(err)
			}
			if _, err := cloudtrail.DecodeAny(line.Record); err == nil {
				out = append(out, line.Record)
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	return out
}
