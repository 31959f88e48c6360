// Package ruletest runs detection rules over the sample events that their txtar files name.
//
// A file is testdata/<ID>.txtar. A section fires/<event> holds the findings that the rule must have on that event, one
// a line; a section quiet/<event> is empty. Every event that the rule's pattern wants has to be in one of them.
package ruletest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"riposte/events"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// Run tests each rule against its txtar file. With update it rewrites what the firing events give, but never moves an
// event between fires and quiet: that is for a person to decide.
func Run(t *testing.T, rules []*detect.Rule, update bool) {
	t.Helper()
	all := Events(t)
	for _, r := range rules {
		t.Run(r.ID, func(t *testing.T) { run(t, r, all, update) })
	}
}

// Events decodes every sample event, by its path.
func Events(tb testing.TB) map[string]*cloudtrail.Event {
	tb.Helper()
	names, err := fs.Glob(events.Files(), "*/*.json")
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string]*cloudtrail.Event{}
	for _, name := range names {
		raw, err := fs.ReadFile(events.Files(), name)
		if err != nil {
			tb.Fatal(err)
		}
		ev, err := cloudtrail.DecodeAny(raw)
		if err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		out[name] = ev
	}
	return out
}

// Line returns a finding as txtar files hold it: severity, resource, summary, and the actions that fit.
func Line(f detect.Finding) string {
	line := fmt.Sprintf("%s %s %s", f.Severity, detect.Text(f.Resource.String()), f.Summary)
	if f.Unjudged != "" {
		line += " [not judged]"
	}
	if len(f.Actions) > 0 {
		line += " -> " + strings.Join(f.Actions, ", ")
	}
	return line
}

func run(t *testing.T, r *detect.Rule, all map[string]*cloudtrail.Event, update bool) {
	file := filepath.Join("testdata", r.ID+".txtar")
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	index := detect.NewIndex([]*detect.Rule{r})
	listed := map[string]bool{}
	names := map[string]map[string]bool{"fires": {}, "quiet": {}} // event names by kind of section
	for i := range archive.Files {
		section := &archive.Files[i]
		kind, name, _ := strings.Cut(section.Name, "/")
		ev := all[name]
		if ev == nil || listed[name] || names[kind] == nil {
			t.Fatalf("%s: section %q: want fires/ or quiet/ and the path of one event, once", file, section.Name)
		}
		listed[name], names[kind][ev.Name] = true, true
		got := lines(index.Match(ev))
		if (kind == "fires") == (got == "") {
			t.Errorf("%s: %s is listed under %s, found %q", r.ID, name, kind, got)
		}
		if update {
			section.Data = []byte(got)
		} else if diff := cmp.Diff(string(section.Data), got); diff != "" {
			t.Errorf("%s: %s (-%s +got)\n%s", r.ID, name, file, diff)
		}
	}
	complete(t, r, all, listed, names)
	if update && !t.Failed() {
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func lines(findings []detect.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		b.WriteString(Line(f) + "\n")
	}
	return b.String()
}

// complete holds that a rule is tried on every event that it wants, and on a near miss of the same name.
func complete(t *testing.T, r *detect.Rule, all map[string]*cloudtrail.Event, listed map[string]bool, names map[string]map[string]bool) {
	near := false
	for name := range names["fires"] {
		near = near || names["quiet"][name]
	}
	if !near {
		t.Errorf("%s: no event name both fires and stays quiet: write a near miss", r.ID)
	}
	for name, ev := range all {
		if r.Pattern.Matches(ev) && !listed[name] {
			t.Errorf("%s: the rule wants %s: list it under fires/ or quiet/ in its txtar", r.ID, name)
		}
	}
}
