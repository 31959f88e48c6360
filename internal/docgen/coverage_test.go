package main

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/catalog"
	"riposte/pkg/detect"
)

// toCome lists classes that the tables name and that may have no rule yet.
var toCome = []string{
	"console-login-failure", "unauthorized-api-calls", "secrets-bulk-read", "ec2-password-or-userdata-read",
	"write-in-unlisted-region", "user-from-two-networks", "admin-in-production", "static-credential-created",
}

func TestForeignSetsNameClassesOfOurs(t *testing.T) {
	sets, err := loadForeignSets(coverageFiles)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sets {
		if len(s.rows) < 20 {
			t.Errorf("%s: %d rows", s.name, len(s.rows))
		}
		for _, row := range s.rows {
			for _, class := range row.classes {
				if _, ok := catalog.ByClass(class); !ok && !slices.Contains(toCome, class) {
					t.Errorf("%s: %q: no class %s", s.name, row.names, class)
				}
			}
			for i := range row.names {
				if i >= len(s.names) && row.names[i] != "" {
					t.Errorf("%s: %q: no heading for it", s.name, row.names)
				}
			}
		}
	}
}

// TestCountsInWords holds that what a set's text says of its numbers is what its table has.
func TestCountsInWords(t *testing.T) {
	sets, err := loadForeignSets(coverageFiles)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sets {
		titled := 0
		for _, row := range s.rows {
			if row.names[0] != "" {
				titled++
			}
		}
		switch s.name {
		case "Elastic":
			if titled != 124 || len(s.rows)-titled != 34 {
				t.Errorf("%s: %d titles and %d files", s.name, titled, len(s.rows)-titled)
			}
		case "Panther":
			if len(s.rows) != 153-19 {
				t.Errorf("%s: %d rows", s.name, len(s.rows))
			}
		case "GuardDuty, IAM finding types":
			if len(s.rows) != 25+3 {
				t.Errorf("%s: %d rows", s.name, len(s.rows))
			}
		default:
			if titled != len(s.rows) {
				t.Errorf("%s: a row without a name", s.name)
			}
		}
	}
}

func TestCoveragePage(t *testing.T) {
	rules := []*detect.Rule{{ID: "A-001", Class: "one"}, {ID: "A-002", Class: "two"}}
	sets := []foreignSet{{
		name: "Their | set", url: "https://example.com/", about: "About.", names: []string{"Rule"},
		rows: []foreignRow{
			{names: [2]string{"covered | <b>"}, how: howYes, classes: []string{"one", "two"}},
			{names: [2]string{"in part"}, how: howPartly, classes: []string{"two"}, remark: "not *all*"},
			{names: [2]string{"half there"}, how: howYes, classes: []string{"one", "three"}},
			{names: [2]string{"to come"}, how: howPartly, classes: []string{"three"}, remark: "why"},
			{names: [2]string{"never"}, how: howNo, remark: "why"},
		},
	}}
	got := coveragePage(sets, rules)
	want := `| Rule | Covered | Rules | Remark |
|---|---|---|---|
| covered \| \<b\> | yes | [A-001](rules/A-001.md), [A-002](rules/A-002.md) |  |
| in part | partly | [A-002](rules/A-002.md) | not \*all\* |
| half there | partly | [A-001](rules/A-001.md) | no rule yet for three |
| to come | no |  | why; no rule yet for three |
| never | no |  | why |
`
	if _, table, _ := strings.Cut(got, "Source: <https://example.com/>.\n\n"); table != want {
		t.Errorf("(-want +got)\n%s", cmp.Diff(want, table))
	}
	if want := "| [Their \\| set](#their--set) | 5 | 1 | 2 | 2 |\n"; !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
	// The rule lands, and its rows fill.
	got = coveragePage(sets, append(rules, &detect.Rule{ID: "A-003", Class: "three"}))
	for _, want := range []string{
		"| half there | yes | [A-001](rules/A-001.md), [A-003](rules/A-003.md) |  |\n", "| to come | partly | [A-003](rules/A-003.md) | why |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestForeignRowsAreChecked(t *testing.T) {
	for line, want := range map[string]string{
		"a\tb\tyes\tc":                  "4 columns",
		"a\t\tyes\tc\tr\tx":             "6 columns",
		"\t\tyes\tc\t":                  "names nothing",
		"a\t\tmaybe\tc\tr":              `how "maybe"`,
		"a\t\tyes\t\t":                  "how yes with classes",
		"a\t\tno\tc\tr":                 "how no with classes",
		"a\t\tno\t\t":                   "how no without a remark",
		"a\t\tpartly\tc\t":              "how partly without a remark",
		"a\t\tno\t\tr\n#\na\t\tno\t\tr": "x.tsv:3: [\"a\" \"\"] is listed twice",
	} {
		_, err := readForeignRows(fstest.MapFS{"x.tsv": {Data: []byte(line + "\n")}}, "x.tsv")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "x.tsv:") {
			t.Errorf("%q: error %v, want one with %q", line, err, want)
		}
	}
	if _, err := loadForeignSets(fstest.MapFS{}); err == nil {
		t.Error("no files, no error")
	}
}
