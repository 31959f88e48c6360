package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// documents returns the pages as they are rendered now, and what else is written in docs/ and in the README, by their
// paths in the repository.
func documents(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, text := range renderCatalogue(t) {
		out[path.Join("docs", name)] = text
	}
	add := func(name string) {
		if _, rendered := out[name]; rendered {
			return
		}
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), generated) { // a page that "make docs" will remove
			out[name] = string(text)
		}
	}
	add("README.md")
	err := fs.WalkDir(os.DirFS(root), "docs", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(name, ".md") {
			add(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// prose returns a text without its code, in which nothing is a link or a heading.
func prose(text string) string {
	var out []string
	ends := ""
	for line := range strings.Lines(text) {
		switch trimmed := strings.TrimSpace(line); {
		case ends != "":
			if trimmed == ends {
				ends = ""
			}
		case strings.HasPrefix(trimmed, "```"):
			ends = trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
		default:
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

var (
	headingLine = regexp.MustCompile(`(?m)^#{1,6} +(.*?)(?: +#+)?$`)
	linkTarget  = regexp.MustCompile(`\]\(([^)\s]+)(?: "[^"]*")?\)`)
	inlineCode  = regexp.MustCompile("`[^`\n]*`")
	linkInText  = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

func anchorsOf(text string) map[string]bool {
	out := map[string]bool{}
	for _, m := range headingLine.FindAllStringSubmatch(prose(text), -1) {
		name := anchor(strings.ReplaceAll(linkInText.ReplaceAllString(m[1], "$1"), `\`, ""))
		unique := name
		for n := 1; out[unique]; n++ {
			unique = name + "-" + strconv.Itoa(n)
		}
		out[unique] = true
	}
	return out
}

// deadLinks returns the links of a document that lead to no file or to no heading.
func deadLinks(name string, documents map[string]string, exists func(string) bool) (dead []string, checked int) {
	text := inlineCode.ReplaceAllString(prose(documents[name]), "")
	for _, m := range linkTarget.FindAllStringSubmatch(text, -1) {
		if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
			continue
		}
		checked++
		file, fragment, _ := strings.Cut(m[1], "#")
		to := name
		if file != "" {
			to = path.Join(path.Dir(name), file)
		}
		page, isDocument := documents[to]
		switch {
		case !isDocument && !exists(to):
			dead = append(dead, m[1])
		case fragment != "" && !anchorsOf(page)[fragment]:
			dead = append(dead, m[1])
		}
	}
	return dead, checked
}

// TestLinksLead holds that every link within the repository leads to a page, a file or a heading.
func TestLinksLead(t *testing.T) {
	all := documents(t)
	exists := func(name string) bool {
		_, err := os.Stat(filepath.Join(root, filepath.FromSlash(name)))
		return err == nil && (!strings.HasSuffix(name, ".md") || !strings.HasPrefix(name, "docs/"))
	}
	sum := 0
	for name := range all {
		dead, checked := deadLinks(name, all, exists)
		for _, target := range dead {
			t.Errorf("%s: link to %s leads nowhere", name, target)
		}
		sum += checked
	}
	if sum < 1000 {
		t.Errorf("%d links, want many more", sum)
	}
}

func TestDeadLinksAreFound(t *testing.T) {
	all := map[string]string{
		"docs/a.md": "# A & B\n\n[own](#a--b) [twice](#same-1) [no](#nowhere) [b](b.md) [b](b.md#here) [b](b.md#no) [c](../c.go) [d](d.md)\n" +
			"`[code](x.md)`\n```\n[code](y.md)\n# Hidden\n```\n[hidden](#hidden) [web](https://example.com/x)\n## Same\n## Same\n",
		"docs/b.md": "## `Here`\n",
	}
	dead, checked := deadLinks("docs/a.md", all, func(name string) bool { return name == "c.go" })
	if got, want := strings.Join(dead, " "), "#nowhere b.md#no d.md #hidden"; got != want {
		t.Errorf("dead %q, want %q", got, want)
	}
	if checked != 9 {
		t.Errorf("%d links checked, want 9", checked)
	}
}

// TestTablesAreWhole holds that every row of a table has the cells of its header: a bar in a cell would break it.
func TestTablesAreWhole(t *testing.T) {
	bar := regexp.MustCompile(`\\.|\|`)
	cells := func(line string) int {
		n := 0
		for _, m := range bar.FindAllString(line, -1) {
			if m == "|" {
				n++
			}
		}
		return n
	}
	rows := 0
	for name, text := range documents(t) {
		want := 0
		for line := range strings.Lines(prose(text)) {
			if !strings.HasPrefix(line, "|") {
				want = 0
				continue
			}
			rows++
			switch got := cells(line); {
			case want == 0:
				want = got
			case got != want:
				t.Errorf("%s: a row with %d bars in a table with %d: %s", name, got, want, line)
			}
		}
	}
	if rows < 1000 {
		t.Errorf("%d rows, want many more", rows)
	}
}
