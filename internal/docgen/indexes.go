package main

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"riposte/pkg/detect"
)

// An index holds the IDs of rules by what they are looked up by, in the order of the catalogue.
type index map[string][]string

func (x index) add(key, id string) {
	if !slices.Contains(x[key], id) {
		x[key] = append(x[key], id)
	}
}

const everyService = "every service"

func byService(rules []*detect.Rule) index {
	x := index{}
	for _, r := range rules {
		for _, e := range r.Pattern {
			x.add(cmp.Or(e.Source, everyService), r.ID)
		}
	}
	return x
}

// byReference returns the rules by the names that stand in their references of a kind.
func byReference(rules []*detect.Rule, kind string, names func(string) []string) index {
	x := index{}
	for _, r := range rules {
		for _, ref := range r.Refs {
			if ref.Kind != kind {
				continue
			}
			for _, name := range names(ref.Name) {
				x.add(name, r.ID)
			}
		}
	}
	return x
}

// indexes writes the tables by which a rule is found.
func (p *page) indexes(rules []*detect.Rule, techniques map[string]technique) {
	p.line("")
	p.line("## By service")
	p.line("")
	services := byService(rules)
	var rows [][]string
	for _, source := range slices.Sorted(maps.Keys(services)) {
		shown := source
		if source != everyService {
			shown = code(source)
		}
		rows = append(rows, []string{shown, idLinks(services[source], "")})
	}
	p.table([]string{"Event source", "Rules"}, rows)

	p.line("")
	p.line("## By severity")
	p.line("")
	p.line("A finding's severity follows from its facts and may differ from its rule's.")
	p.line("")
	rows = nil
	for severity := detect.Critical; severity > detect.Inherit; severity-- {
		var ids []string
		for _, r := range rules {
			if r.Severity == severity {
				ids = append(ids, r.ID)
			}
		}
		if len(ids) > 0 {
			rows = append(rows, []string{severity.String(), strconv.Itoa(len(ids)), idLinks(ids, "")})
		}
	}
	p.table([]string{"Severity", "Number", "Rules"}, rows)

	p.techniqueIndex(rules, techniques)

	p.line("")
	p.line("## By CIS control")
	p.line("")
	p.line("Recommendations of the CIS Amazon Web Services Foundations Benchmark, by the numbers that the rules' references give.")
	p.line("")
	controls := byReference(rules, "CIS", controlNumbers)
	rows = nil
	for _, number := range slices.SortedFunc(maps.Keys(controls), compareNumbers) {
		rows = append(rows, []string{number, idLinks(controls[number], "")})
	}
	p.table([]string{"Control", "Rules"}, rows)
}

var controlNumber = regexp.MustCompile(`\b([0-9]+\.(?:[0-9]+\.)*)([0-9]+)(?:[–-]([0-9]+\.(?:[0-9]+\.)*)([0-9]+))?\b`)

// controlNumbers returns the numbers in a reference: "4.4", "1.16, 4.4", and all of a range such as "4.1–4.15".
func controlNumbers(reference string) []string {
	var out []string
	for _, m := range controlNumber.FindAllStringSubmatch(reference, -1) {
		from, _ := strconv.Atoi(m[2])
		to, err := strconv.Atoi(m[4])
		switch {
		case m[3] == "":
			out = append(out, m[1]+m[2])
			continue
		case err != nil || m[3] != m[1] || to < from || to-from > 100: // no range that we can walk: its ends
			out = append(out, m[1]+m[2], m[3]+m[4])
			continue
		}
		for n := from; n <= to; n++ {
			out = append(out, m[1]+strconv.Itoa(n))
		}
	}
	return out
}

// compareNumbers puts 4.2 before 4.10.
func compareNumbers(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return cmp.Compare(x, y)
	})
}

func idLinks(ids []string, folder string) string {
	var links []string
	for _, id := range ids {
		links = append(links, link(id, folder+id+".md"))
	}
	return strings.Join(links, ", ")
}
