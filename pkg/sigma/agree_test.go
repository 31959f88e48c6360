package sigma_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/sigma"
)

// ruleFiles returns the files of a folder by their names.
func ruleFiles(t *testing.T, fsys fs.FS) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(name string, _ fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".yml" {
			files[name], err = fs.ReadFile(fsys, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// references returns the rules of files as the straightforward evaluation takes them.
func references(t *testing.T, files map[string][]byte) map[string]*referenceRule {
	t.Helper()
	rules := map[string]*referenceRule{}
	for name, data := range files {
		r, err := newReference(data)
		if err != nil {
			t.Fatal(err)
		}
		rules[name] = r
	}
	return rules
}

// fileOf returns the file that a rule says it stands in.
func fileOf(t *testing.T, r *detect.Rule) string {
	t.Helper()
	_, file, found := strings.Cut(r.Refs[0].Name, " in ")
	if !found {
		t.Fatalf("%s does not say its file: %+v", r.ID, r.Refs)
	}
	return file
}

// agrees checks one record against every rule, and returns how many match.
func agrees(t *testing.T, set *sigma.Set, rules map[string]*referenceRule, record json.RawMessage) (hits int) {
	t.Helper()
	ev, err := cloudtrail.DecodeAny(record)
	if err != nil {
		t.Fatal(err)
	}
	var want, alone []string
	broad := false
	for _, r := range set.Rules {
		file := fileOf(t, r)
		matches, err := rules[file].matches(record)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if matches {
			want = append(want, r.ID)
			broad = broad || slices.ContainsFunc(r.Pattern, func(e detect.Events) bool { return e.Every })
		}
		found, err := r.Match(ev)
		if err != nil {
			t.Errorf("%s on %s: %v", file, ev.ID, err)
		}
		if len(found) > 0 {
			alone = append(alone, r.ID)
		}
	}
	if !slices.Equal(want, alone) {
		t.Errorf("%s %s: straightforward %v, compiled %v\n%s", ev.Name, ev.ID, want, alone, record)
	}
	var indexed []string
	for _, f := range detect.NewIndex(set.Rules).Match(ev) {
		indexed = append(indexed, f.Rule)
	}
	slices.Sort(indexed)
	if !slices.Equal(want, indexed) {
		t.Errorf("%s %s: straightforward %v, behind the index %v\n%s", ev.Name, ev.ID, want, indexed, record)
	}
	for _, b := range [][]byte{record, fmt.Appendf(nil, `{"version":"0","id":"e","detail-type":"AWS API Call via CloudTrail","detail":%s}`, record)} {
		if route := cloudtrail.Scan(b); route.Complete && set.Wants(b) != broad {
			t.Errorf("%s %s: rules for every event match: %v, Wants says %v", ev.Name, ev.ID, broad, !broad)
		}
	}
	return len(want)
}
