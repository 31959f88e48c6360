package main

import (
	"slices"
	"strings"
	"testing"

	"riposte/pkg/catalog"
	"riposte/pkg/detect"
)

// TestIndexesHoldEveryRule holds that each rule is found by its services, its severity, its techniques and its controls.
func TestIndexesHoldEveryRule(t *testing.T) {
	text := renderCatalogue(t)["rules/README.md"]
	section := func(heading string) string {
		_, rest, ok := strings.Cut(text, "\n## "+heading+"\n")
		if !ok {
			t.Fatalf("no section %q", heading)
		}
		part, _, _ := strings.Cut(rest, "\n## ")
		return part
	}
	has := func(part, row, id string) {
		t.Helper()
		for line := range strings.Lines(part) {
			if strings.HasPrefix(line, "| "+row) && strings.Contains(line, "["+id+"]("+id+".md)") {
				return
			}
		}
		t.Errorf("%s does not stand at %q", id, row)
	}
	services, severities := section("By service"), section("By severity")
	techniques, controls := section("By ATT&CK technique"), section("By CIS control")
	for _, r := range catalog.Rules() {
		for _, e := range r.Pattern {
			if e.Source == "" {
				has(services, everyService+" |", r.ID)
			} else {
				has(services, "`"+e.Source+"` |", r.ID)
			}
		}
		has(severities, r.Severity.String()+" |", r.ID)
		for _, ref := range r.Refs {
			switch ref.Kind {
			case "ATT&CK":
				has(techniques, "["+ref.Name+"]("+ref.URL+") |", r.ID)
			case "CIS":
				for number := range strings.SplitSeq(strings.TrimPrefix(ref.Name, "CIS AWS Foundations "), ", ") {
					for end := range strings.SplitSeq(number, "–") {
						has(controls, end+" |", r.ID)
					}
				}
			}
		}
	}
}

// TestTechniquesHaveNames holds that every technique that a rule names has a name and tactics.
func TestTechniquesHaveNames(t *testing.T) {
	techniques, err := loadTechniques(attackTechniques)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range catalog.Rules() {
		for _, ref := range r.Refs {
			if ref.Kind == "ATT&CK" && techniques[ref.Name].name == "" {
				t.Errorf("%s: attack.tsv lacks %s", r.ID, ref.Name)
			}
		}
	}
}

func TestLoadTechniquesRefuses(t *testing.T) {
	for _, text := range []string{"T1098\tname\n", "T1098\t\tPersistence\n", "x\tname\tPersistence\n", "T1098\ta\tb\nT1098\ta\tb\n", "\n"} {
		if got, err := loadTechniques(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestByReference(t *testing.T) {
	rules := []*detect.Rule{
		{ID: "A-001", Refs: []detect.Ref{{Kind: "ATT&CK", Name: "T1098.001, T1078"}, {Kind: "ATT&CK", Name: "T1078"}, {Kind: "AWS", Name: "T1098"}}},
		{ID: "A-002", Refs: []detect.Ref{{Kind: "ATT&CK", Name: "T1078"}}},
	}
	got := byReference(rules, "ATT&CK", techniqueIDs)
	if len(got) != 2 || !slices.Equal(got["T1078"], []string{"A-001", "A-002"}) || !slices.Equal(got["T1098.001"], []string{"A-001"}) {
		t.Errorf("%v", got)
	}
}

func TestControlNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"CIS AWS Foundations 4.4":                         "4.4",
		"CIS AWS Foundations 1.16, 4.4":                   "1.16 4.4",
		"CIS AWS Foundations 2.1.4, 4.8–4.11":             "2.1.4 4.8 4.9 4.10 4.11",
		"CIS AWS Foundations 4.9-4.2":                     "4.9 4.2",
		"CIS AWS Foundations 4.15-5.2":                    "4.15 5.2",
		"CIS AWS Foundations 4.1–4.999999999999999999999": "4.1 4.999999999999999999999",
		"CIS AWS Foundations":                             "",
	} {
		if got := strings.Join(controlNumbers(in), " "); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestCompareNumbers(t *testing.T) {
	numbers := []string{"4.10", "5.1", "4.2", "2.1.4", "4", "2.1.10"}
	slices.SortFunc(numbers, compareNumbers)
	if want := []string{"2.1.4", "2.1.10", "4", "4.2", "4.10", "5.1"}; !slices.Equal(numbers, want) {
		t.Errorf("%v, want %v", numbers, want)
	}
}
