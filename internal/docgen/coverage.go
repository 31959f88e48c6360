package main

import (
	"bufio"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"riposte/pkg/detect"
)

//go:embed coverage/*.tsv
var coverageFiles embed.FS

// A foreignSet is what somebody else looks for in AWS accounts.
type foreignSet struct {
	name  string
	url   string
	file  string   // in coverage/
	about string   // Markdown: what was looked at and when, and what is missing
	names []string // headings of the columns that name a row
	rows  []foreignRow
}

// A foreignRow is a rule, a technique or a finding type of somebody else's, and the classes that see the same change.
type foreignRow struct {
	names   [2]string // as the set's headings say; either may be empty
	how     string    // covered, partly or not at all
	classes []string
	remark  string // what of it is not covered, and why
}

const (
	howYes    = "yes"
	howPartly = "partly"
	howNo     = "no"
)

func foreignSets() []foreignSet {
	return []foreignSet{
		{
			name: "Stratus Red Team", url: "https://github.com/DataDog/stratus-red-team", file: "stratus.tsv",
			names: []string{"Technique", "Title"},
			about: "All attack techniques for AWS that its index and pages held, as of commit 70a01c80, looked at on 2026-11-25. Seven of them\n" +
				"were seen in its pages or its code and may not be in a release: the two about switching off Bedrock's guardrails and\n" +
				"logging, the enumeration of models, the lifecycle of SageMaker, the deregistered image, Cognito and the key pair.",
		},
		{
			name: "Sigma", url: "https://github.com/SigmaHQ/sigma", file: "sigma.tsv",
			names: []string{"Rule", "File"},
			about: "All rules of rules/cloud/aws/cloudtrail as of 2026-08-05.",
		},
		{
			name: "Elastic", url: "https://github.com/elastic/detection-rules", file: "elastic.tsv",
			names: []string{"Rule", "File"},
			about: "198 rules for AWS, building blocks included, were counted in November 2026. Listed are the 124 whose titles were at\n" +
				"hand, without the leading \"AWS\", and 34 others by the names of their files in rules/integrations/aws. The first were\n" +
				"collected by class, so that what no class of ours describes is among those that are missing: the share that is covered\n" +
				"is smaller in the whole set. Rules on the audit log of Kubernetes and learnt models are left out.",
		},
		{
			name: "Panther", url: "https://github.com/panther-labs/panther-analysis", file: "panther.tsv",
			names: []string{"Rule"},
			about: "The section on CloudTrail of its index of detections (commit 01ac78fa), with scheduled queries and correlations, and the\n" +
				"rules that were seen besides, looked at in November 2026, without the leading \"AWS\". 153 rules were counted then, so\n" +
				"that at least 19 are missing.",
		},
		{
			name: "GuardDuty, IAM finding types", url: "https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html",
			file: "guardduty.tsv", names: []string{"Finding type"},
			about: "The 25 finding types that the page listed, and three that AWS names elsewhere (compromised credentials, and those of functions\n" +
				"and tasks that are used outside), looked at on 2026-11-25. GuardDuty learns what is usual and knows hostile addresses, which\n" +
				"Riposte does not: where it tells of an anomaly, the rules here see the same changes whether or not they are unusual.",
		},
	}
}

// loadForeignSets reads what is listed by hand.
func loadForeignSets(files fs.FS) ([]foreignSet, error) {
	sets := foreignSets()
	for i, s := range sets {
		rows, err := readForeignRows(files, "coverage/"+s.file)
		if err != nil {
			return nil, err
		}
		sets[i].rows = rows
	}
	return sets, nil
}

func readForeignRows(files fs.FS, path string) (rows []foreignRow, err error) {
	f, err := files.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	seen := map[[2]string]bool{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		row, err := parseForeignRow(lines.Text())
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		case seen[row.names]:
			return nil, fmt.Errorf("%s:%d: %q is listed twice", path, n, row.names)
		}
		seen[row.names] = true
		rows = append(rows, row)
	}
	return rows, lines.Err()
}

func parseForeignRow(line string) (foreignRow, error) {
	cells := strings.Split(line, "\t")
	if len(cells) != 5 {
		return foreignRow{}, fmt.Errorf("%d columns, want 5", len(cells))
	}
	row := foreignRow{names: [2]string{cells[0], cells[1]}, how: cells[2], remark: cells[4]}
	if cells[3] != "" {
		row.classes = strings.Split(cells[3], ",")
	}
	switch {
	case row.names == [2]string{}:
		return row, errors.New("names nothing")
	case row.how != howYes && row.how != howPartly && row.how != howNo:
		return row, fmt.Errorf("how %q: want yes, partly or no", row.how)
	case (row.how == howNo) != (len(row.classes) == 0):
		return row, fmt.Errorf("how %s with classes %q", row.how, row.classes)
	case row.how != howYes && row.remark == "":
		return row, fmt.Errorf("how %s without a remark", row.how)
	}
	return row, nil
}

// cover returns how far the rules cover a row, and which do. A class whose rule is not there yet covers nothing.
func (row foreignRow) cover(byClass map[string]string) (how string, ids []string) {
	for _, class := range row.classes {
		if id := byClass[class]; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	switch {
	case len(ids) == 0:
		return howNo, nil
	case len(row.missing(byClass)) > 0:
		return howPartly, ids
	}
	return row.how, ids
}

func coveragePage(sets []foreignSet, rules []*detect.Rule) string {
	byClass := map[string]string{}
	for _, r := range rules {
		byClass[r.Class] = r.ID
	}
	p := page{}
	p.line("# Coverage")
	p.line("")
	p.line("What others look for in AWS accounts, and which of Riposte's [rules](rules/README.md) see the same change.")
	p.line("")
	p.line("\"Yes\" means that a rule looks at the change and tells of it where it is risky. Most rules of others fire on the name of a")
	p.line("call; Riposte's read what the call changed, so that they stay quiet on many of the same events: each rule's page says on")
	p.line("which. \"Partly\" means no more than the remark says. Rules of severity INFO are off unless the configuration gives them a mode.")
	p.line("The tables are kept by hand, by classes of change, in internal/docgen/coverage; a class gets its rules from the catalogue.")
	p.line("")
	var summary [][]string
	for _, s := range sets {
		counts := map[string]int{}
		for _, row := range s.rows {
			how, _ := row.cover(byClass)
			counts[how]++
		}
		summary = append(summary, []string{
			link(s.name, "#"+anchor(s.name)), fmt.Sprint(len(s.rows)), fmt.Sprint(counts[howYes]), fmt.Sprint(counts[howPartly]), fmt.Sprint(counts[howNo]),
		})
	}
	p.table([]string{"Set", "Listed", "Covered", "Partly", "Not covered"}, summary)
	for _, s := range sets {
		p.foreignSet(s, byClass)
	}
	return p.String()
}

func (p *page) foreignSet(s foreignSet, byClass map[string]string) {
	p.line("")
	p.line("## %s", s.name)
	p.line("")
	p.line("%s", s.about)
	p.line("")
	p.line("Source: <%s>.", s.url)
	p.line("")
	var rows [][]string
	for _, row := range s.rows {
		var cells []string
		for i := range s.names {
			cells = append(cells, escape(row.names[i]))
		}
		how, ids := row.cover(byClass)
		remark := row.remark
		if missing := row.missing(byClass); len(missing) > 0 {
			remark = strings.TrimPrefix(remark+"; no rule yet for "+strings.Join(missing, ", "), "; ")
		}
		rows = append(rows, append(cells, how, idLinks(ids, "rules/"), escape(remark)))
	}
	p.table(append(append([]string{}, s.names...), "Covered", "Rules", "Remark"), rows)
}

// missing returns the classes that have no rule yet.
func (row foreignRow) missing(byClass map[string]string) []string {
	var out []string
	for _, class := range row.classes {
		if byClass[class] == "" {
			out = append(out, class)
		}
	}
	return out
}
