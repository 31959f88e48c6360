package iampolicy

import "fmt"

// A NotJudgedError says why a document cannot be judged, and where.
type NotJudgedError struct {
	Reason string
	Offset int // in bytes from the start of the unwrapped text; -1 where the document as a whole is meant
	text   string
}

// Error returns the reason and the place.
func (e *NotJudgedError) Error() string {
	if e.Offset < 0 {
		return e.Reason
	}
	line, column := e.Line()
	return fmt.Sprintf("%s (line %d, column %d)", e.Reason, line, column)
}

// Line returns the line and column of the place, counted from one; 0, 0 where there is none.
func (e *NotJudgedError) Line() (line, column int) {
	if e.Offset < 0 {
		return 0, 0
	}
	return lineOf(e.text, e.Offset)
}

func notJudged(format string, args ...any) error {
	return &NotJudgedError{Reason: fmt.Sprintf(format, args...), Offset: -1}
}
