package demo_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/demo"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestText holds the whole demonstration as a person sees it.
func TestText(t *testing.T) {
	var out bytes.Buffer
	p := &demo.Printer{Out: &out}
	if err := demo.Play(t.Context(), p.Story); err != nil {
		t.Fatal(err)
	}
	if err := p.Summary(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "demo.golden")
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("run with -update where this is meant (-want +got):\n%s", diff)
	}
}

// TestOutcomes holds what the demonstration is to show, however it is worded.
func TestOutcomes(t *testing.T) {
	count := map[ledger.State]int{}
	undone, refused, routed, chains := 0, 0, 0, 0
	err := demo.Play(t.Context(), func(s demo.Story) error {
		if s.Undo == "" && len(s.RoutedBy) > 0 {
			routed++
		}
		for _, in := range s.Incidents {
			count[in.State]++
			for _, c := range in.Changes {
				if in.State == ledger.Remediated && s.Undo == "" && (c.State != ledger.Verified || len(c.ReadBack) == 0) {
					t.Errorf("%s: change %+v is not verified", s.Title, c)
				}
			}
			if in.State == ledger.Undone {
				undone++
			}
		}
		if s.Refused != "" {
			refused++
		}
		if len(s.Chain) > 0 {
			chains++
			joined(t, s)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if count[ledger.Remediated] < 6 || undone != 1 || refused != 1 || routed < 9 || chains != 1 {
		t.Errorf("states %v, %d undone, %d refused, %d routed, %d chains", count, undone, refused, routed, chains)
	}
}

// joined holds that the findings of a chain are one critical incident: the first leads and rises, the others name it.
func joined(t *testing.T, s demo.Story) {
	t.Helper()
	if len(s.Incidents) != len(s.Chain) || len(s.Chain) < 3 {
		t.Fatalf("%d incidents of %d events", len(s.Incidents), len(s.Chain))
	}
	lead := s.Incidents[0]
	if lead.PartOf != "" || lead.Chain == nil || len(lead.Chain.Timeline) != len(s.Chain) ||
		lead.Severity != detect.Critical || lead.Finding.Severity >= detect.Critical {
		t.Errorf("lead %+v", lead)
	}
	for _, part := range s.Incidents[1:] {
		if part.PartOf != lead.ID {
			t.Errorf("%s is part of %q, want %s", part.ID, part.PartOf, lead.ID)
		}
	}
}
