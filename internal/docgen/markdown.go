package main

import (
	"fmt"
	"strings"
	"unicode"
)

// A page is Markdown in the making.
type page struct{ strings.Builder }

func (p *page) line(format string, args ...any) {
	fmt.Fprintf(p, format+"\n", args...)
}

// table writes rows of cells that are Markdown already.
func (p *page) table(header []string, rows [][]string) {
	p.line("| %s |", strings.Join(header, " | "))
	p.line("|%s", strings.Repeat("---|", len(header)))
	for _, row := range rows {
		p.line("| %s |", strings.Join(row, " | "))
	}
}

// link shows a text that leads to a target of the house.
func link(text, target string) string { return "[" + escape(text) + "](" + target + ")" }

// code shows a name as code. Within a table a bar would end the cell even there.
func code(s string) string {
	if strings.ContainsAny(s, "`|\n\r") {
		return escape(s)
	}
	return "`" + s + "`"
}

func codes(names []string) string {
	var out []string
	for _, n := range names {
		out = append(out, code(n))
	}
	return strings.Join(out, ", ")
}

// anchor returns the name by which GitHub links to a heading.
func anchor(heading string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(heading) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// fence writes a block of code. Whatever stands in the text cannot end it.
func (p *page) fence(language, text string) {
	marks := "```"
	for strings.Contains(text, marks) {
		marks += "`"
	}
	p.line("%s%s\n%s\n%s", marks, language, strings.TrimSuffix(text, "\n"), marks)
}

// escape makes any text stand in Markdown as itself: names in sample events are as hostile as those of real ones. It
// breaks up what GitHub would make a link of by itself, and shows characters that cannot be seen as "�".
func escape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			b.WriteRune(unicode.ReplacementChar)
		case strings.ContainsRune("\\`*_{}[]<>|~&!@", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return strings.NewReplacer("://", `:\//`, "www.", `www\.`).Replace(b.String())
}
