package logfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"riposte/pkg/cloudtrail/internal/jsonscan"
)

// maxDepth bounds the nesting of a record. The decoder's own bound is tighter, and it says what it left out.
const maxDepth = 1000

// A sequence is the JSON values of one file, one after the other.
type sequence struct {
	*reading
	*window
	file string
	lost bool // something broken was passed over, so that brackets and commas may be left behind
	cut  bool // that the stream broke off was reported
}

func (s *sequence) read() error {
	for {
		c, ok := s.peek()
		if !ok {
			return s.end()
		}
		var err error
		switch {
		case c == '{':
			_, err = s.object(true)
		case c == '[':
			s.drop(1)
			_, err = s.list(true)
		case s.lost && (c == ',' || c == ']' || c == '}'):
			s.drop(1)
		default:
			s.broken(errors.New("no JSON object"))
		}
		if err != nil {
			return err
		}
	}
}

// end reports what ended the stream, if it was not its end.
func (s *sequence) end() error {
	if err := s.reading.ctx.Err(); err != nil {
		return err
	}
	if !s.cut && !errors.Is(s.err, io.EOF) {
		s.report(s.file, s.line, compressed(s.err))
	}
	return nil
}

// object reads the object at the front: a log file's, whose records it visits where logs are allowed, or an entry. It
// returns whether the reader stands behind the object.
func (s *sequence) object(logs bool) (bool, error) {
	var records bool
	n, err := s.parse(func(b []byte) (n int) {
		n, records = objectEnd(b, logs)
		return n
	})
	switch {
	case s.reading.ctx.Err() != nil:
		return false, s.reading.ctx.Err()
	case errors.Is(err, errTooLarge):
		s.report(s.file, s.line, err)
		return s.skipContainer(0), nil
	case err != nil:
		s.cut = true
		s.broken(ended("the file ends inside a record", err))
		return false, nil
	case n < 0 && logs:
		s.broken(s.syntax(n))
		return false, nil
	case n < 0:
		return s.brokenElement(s.syntax(n)), nil
	case records:
		s.drop(n)
		if whole, err := s.list(false); err != nil || !whole {
			return false, err
		}
		return s.logEnd()
	}
	entry := Entry{Raw: json.RawMessage(s.rest()[:n:n]), File: s.file, Line: s.line}
	if err := s.visit(entry); err != nil {
		return false, err
	}
	s.drop(n)
	return true, nil
}

// logEnd passes over what follows the records of a log file.
func (s *sequence) logEnd() (bool, error) {
	if s.skipContainer(1) {
		return true, nil
	}
	if err := s.reading.ctx.Err(); err != nil {
		return false, err
	}
	s.cut = true
	s.report(s.file, s.line, ended("the file ends behind its records and before its last brace", s.err))
	return false, nil
}

// objectEnd returns the index after the object at the front of b or, where logs are allowed and the object is one, the
// index of its first record.
func objectEnd(b []byte, logs bool) (end int, records bool) {
	o := jsonscan.Members(b, 0)
	for o.Next() {
		if logs && string(o.Key) == "Records" && o.At < len(b) && b[o.At] == '[' {
			return o.At + 1, true
		}
		o.At = jsonscan.Value(b, o.At, maxDepth)
	}
	return o.At, false
}

// list reads the elements of the list whose bracket has been taken off. It returns whether it came to the list's end.
func (s *sequence) list(logs bool) (bool, error) {
	for {
		c, ok := s.peek()
		if !ok {
			if s.reading.ctx.Err() == nil {
				s.cut = true
				s.report(s.file, s.line, ended("the file ends inside a list of records", s.err))
			}
			return false, s.reading.ctx.Err()
		}
		whole := true
		var err error
		switch c {
		case ']':
			s.drop(1)
			return true, nil
		case ',':
			s.drop(1)
		case '{':
			whole, err = s.object(logs)
		default:
			whole = s.stray()
		}
		if err != nil || !whole {
			return false, err
		}
	}
}

// stray passes over an element that is no object, and returns whether the list goes on behind it.
func (s *sequence) stray() bool {
	n, err := s.parse(func(b []byte) int { return jsonscan.Value(b, 0, maxDepth) })
	if err != nil || n < 0 {
		s.broken(errors.New("no JSON object"))
		return false
	}
	s.report(s.file, s.line, errors.New("no JSON object"))
	s.drop(n)
	return true
}

// brokenElement passes over an element that is no JSON, and returns whether the list goes on behind it: by its brackets
// where they are whole, else with the next line that begins a value.
func (s *sequence) brokenElement(why error) bool {
	n, err := s.parse(func(b []byte) int {
		var around balance
		end := around.scan(b)
		if end < 0 || jsonscan.Space(b, end) == len(b) {
			return jsonscan.Short
		}
		return end
	})
	if err == nil {
		if next := s.rest()[jsonscan.Space(s.rest(), n)]; next == ',' || next == ']' {
			s.report(s.file, s.line, why)
			s.drop(n)
			return true
		}
	}
	s.broken(why)
	return false
}

// broken reports what is at the front and passes over it.
func (s *sequence) broken(why error) {
	s.report(s.file, s.line, why)
	s.lost = true
	s.skipToLine()
}

// syntax says why the value at the front is refused.
func (s *sequence) syntax(n int) error {
	if n == jsonscan.Deep {
		return fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	var v json.RawMessage
	if err := json.Unmarshal(s.rest(), &v); err != nil {
		return fmt.Errorf("no JSON: %w", err)
	}
	return errors.New("no JSON")
}
