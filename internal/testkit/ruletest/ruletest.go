// Package ruletest runs detection rules over the sample events that their txtar files name.
//
// A file is testdata/<ID>.txtar. A section fires/<event> holds the findings that the rule must have on that event, one
// a line; a section quiet/<event> is empty. Every event that the rule's pattern wants has to be in one of them, unless
// it wants events by how they failed or by who called, or wants them all. A section "estate" says in JSON what the
// operator says about the accounts in the sections behind it, in which events may be listed once more.
package ruletest

import (
	"bytes"
	"encoding/json"
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

// Line returns a finding as txtar files hold it: severity, resource, summary, the actions that fit, and how many make it
// one that is told.
func Line(f detect.Finding) string {
	line := fmt.Sprintf("%s %s %s", f.Severity, detect.Text(f.Resource.String()), f.Summary)
	if f.Unjudged != "" {
		line += " [not judged]"
	}
	if len(f.Actions) > 0 {
		line += " -> " + strings.Join(f.Actions, ", ")
	}
	if f.Rate != nil {
		line += " " + series(f.Rate)
	}
	return line
}

// series returns what a finding counts: "(counts secret:a; 10 different secrets read in 10m0s by alice, 192.0.2.1)".
func series(r *detect.Rate) string {
	members := "the event"
	if len(r.Members) > 0 {
		members = detect.Text(strings.Join(r.Members, " "))
	}
	return fmt.Sprintf("(counts %s; %d %s in %s by %s)", members, r.Threshold, r.Noun, r.Window, detect.Text(strings.Join(r.Key, ", ")))
}

func run(t *testing.T, r *detect.Rule, all map[string]*cloudtrail.Event, update bool) {
	file := filepath.Join("testdata", r.ID+".txtar")
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	index := detect.NewIndex([]*detect.Rule{r})
	listed, here := map[string]bool{}, map[string]bool{}          // in the file; under the present estate
	names := map[string]map[string]bool{"fires": {}, "quiet": {}} // event names by kind of section
	for i := range archive.Files {
		section := &archive.Files[i]
		if section.Name == "estate" {
			index, here = index.In(estate(t, file, section.Data)), map[string]bool{}
			continue
		}
		kind, name, _ := strings.Cut(section.Name, "/")
		ev := all[name]
		if ev == nil || here[name] || names[kind] == nil {
			t.Fatalf("%s: section %q: want fires/ or quiet/ and the path of one event, once", file, section.Name)
		}
		listed[name], here[name], names[kind][ev.Name] = true, true, true
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

// estate reads what the operator says about the accounts.
func estate(t *testing.T, file string, text []byte) *cloudtrail.Estate {
	t.Helper()
	said := new(cloudtrail.Estate)
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(said); err != nil {
		t.Fatalf("%s: estate: %v", file, err)
	}
	return said
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
		if named(r).Matches(ev) && !listed[name] {
			t.Errorf("%s: the rule wants %s: list it under fires/ or quiet/ in its txtar", r.ID, name)
		}
	}
}

// named returns the part of a rule's pattern whose events can be listed in full. The rest wants too many.
func named(r *detect.Rule) detect.Pattern {
	var out detect.Pattern
	for _, e := range r.Pattern {
		if !e.Every && !r.OptIn && len(e.Errors)+len(e.Agents) == 0 {
			out = append(out, e)
		}
	}
	return out
}
