package sigma

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one mistake in a rule file.
type Problem struct {
	File string
	Line int    // from 1; 0 where the file as a whole is meant
	Text string // what is wrong, and what to write instead
}

// Error returns the problem as "file:line: text".
func (p *Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Problems are all the mistakes of a folder, in the order of files and lines.
type Problems []*Problem

// maxShown is how many problems are shown. A folder of something else can have thousands.
const maxShown = 100

// Error returns one line for each problem, as far as a person will read them.
func (p Problems) Error() string {
	lines := make([]string, 0, min(len(p), maxShown+1))
	for i, problem := range p {
		if i == maxShown {
			lines = append(lines, fmt.Sprintf("and %d more problems", len(p)-maxShown))
			break
		}
		lines = append(lines, problem.Error())
	}
	return strings.Join(lines, "\n")
}

func (p Problems) orNil() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b *Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return p
}

// shown quotes a text of a file for a message, bounded.
func shown(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
