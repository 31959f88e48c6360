package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Position is a place in a file; lines and columns count from 1.
type Position struct {
	File         string
	Line, Column int
}

// String returns the position as "file:line:column".
func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

func (p Position) compare(o Position) int {
	return cmp.Or(cmp.Compare(p.Line, o.Line), cmp.Compare(p.Column, o.Column))
}

// An Error is one mistake in a configuration. It never shows a secret.
type Error struct {
	Pos  Position
	Text string // what is wrong and what to write instead
}

// Error returns the position and the text.
func (e *Error) Error() string { return e.Pos.String() + ": " + e.Text }

// Errors are all the mistakes of one configuration in the order of the file.
type Errors []*Error

// maxShown is how many errors are shown. A file of another kind can have thousands.
const maxShown = 50

// Error returns one line for each mistake, as far as a person will read them.
func (e Errors) Error() string {
	lines := make([]string, 0, min(len(e), maxShown+1))
	for i, err := range e {
		if i == maxShown {
			lines = append(lines, fmt.Sprintf("%s: and %d more errors", err.Pos.File, len(e)-maxShown))
			break
		}
		lines = append(lines, err.Error())
	}
	return strings.Join(lines, "\n")
}

// OrNil returns the errors in the order of the file, or nil when there are none.
func (e Errors) OrNil() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b *Error) int { return a.Pos.compare(b.Pos) })
	return e
}
