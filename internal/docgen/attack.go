package main

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"riposte/pkg/detect"
)

// attackTechniques holds techniques of MITRE ATT&CK for Enterprise that concern clouds: ID, name and tactics.
//
//go:embed attack.tsv
var attackTechniques string

// A technique is what ATT&CK calls it.
type technique struct{ name, tactics string }

func loadTechniques(text string) (map[string]technique, error) {
	out := map[string]technique{}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 3 || slices.Contains(cells, "") || !slices.Equal(techniqueIDs(cells[0]), cells[:1]) {
			return nil, fmt.Errorf("attack.tsv:%d: want an ID, a name and tactics", i+1)
		}
		if _, taken := out[cells[0]]; taken {
			return nil, fmt.Errorf("attack.tsv:%d: %s is listed twice", i+1, cells[0])
		}
		out[cells[0]] = technique{name: cells[1], tactics: cells[2]}
	}
	return out, nil
}

var techniqueID = regexp.MustCompile(`\bT[0-9]{4}(\.[0-9]{3})?\b`)

// techniqueIDs returns the IDs that stand in a reference.
func techniqueIDs(reference string) []string { return techniqueID.FindAllString(reference, -1) }

func (p *page) techniqueIndex(rules []*detect.Rule, techniques map[string]technique) {
	p.line("")
	p.line("## By ATT&CK technique")
	p.line("")
	p.line("Names and tactics as ATT&CK has them up to version 18; later versions divide Defense Evasion into two tactics.")
	p.line("")
	found := byReference(rules, "ATT&CK", techniqueIDs)
	var rows [][]string
	for _, id := range slices.Sorted(maps.Keys(found)) {
		t := techniques[id]
		url := "https://attack.mitre.org/techniques/" + strings.ReplaceAll(id, ".", "/") + "/"
		rows = append(rows, []string{link(id, url), escape(t.name), escape(t.tactics), idLinks(found[id], "")})
	}
	p.table([]string{"Technique", "Name", "Tactics", "Rules"}, rows)
}
