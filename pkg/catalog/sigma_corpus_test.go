//go:build corpus

package catalog_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"riposte/pkg/catalog"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/routing"
)

// TestCorpusSigma loads the published Sigma rules beside Riposte's own, and holds that every record in which one of them
// finds something is one that the index wants and that EventBridge would deliver.
func TestCorpusSigma(t *testing.T) {
	folder := filepath.Join(filepath.Dir(corpus), "sigma")
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("%s is not here: nothing to measure against", folder)
	}
	cfg := config.Default()
	cfg.File, cfg.Sigma.Folder = filepath.Join(filepath.Dir(corpus), "riposte.yaml"), "sigma"
	set, err := catalog.Load(cfg)
	if err != nil {
		t.Fatal(err)
	}
	own, broad := set.Own()
	rendered, err := routing.Render(set.Rules)
	if err != nil {
		t.Fatal(err)
	}
	var patterns []*routing.Matcher
	for _, r := range rendered {
		m, err := routing.Parse([]byte(r.Pattern))
		if err != nil {
			t.Fatal(err)
		}
		patterns = append(patterns, m)
	}
	index := set.Index(cfg)
	hits, wanted := 0, 0
	for _, file := range []string{"attacks.jsonl", "benign.jsonl", "context.jsonl", "labelled-tests.jsonl"} {
		for _, row := range corpusRows(t, file) {
			ev, err := cloudtrail.DecodeAny(row.Record)
			if err != nil {
				t.Fatal(err)
			}
			found := len(index.Match(ev))
			wants := index.WantsRecord(row.Record)
			if wants {
				wanted++
			}
			if found == 0 {
				continue
			}
			hits++
			if !wants {
				t.Errorf("%s: %d findings, and the index does not want the record", row.ID, found)
			}
			envelope, err := json.Marshal(map[string]any{"source": "aws." + ev.Source[:max(0, len(ev.Source)-len(".amazonaws.com"))], "detail": row.Record})
			if err != nil {
				t.Fatal(err)
			}
			delivered := false
			for _, m := range patterns {
				match, err := m.Match(envelope)
				if err != nil {
					t.Fatal(err)
				}
				delivered = delivered || match
			}
			if !delivered {
				t.Errorf("%s: %d findings, and no EventBridge rule delivers the record", row.ID, found)
			}
		}
	}
	t.Logf("%d rules of others, %d for every event, %d EventBridge rules; %d records wanted, %d with findings", own, broad, len(rendered), wanted, hits)
}
