// Package jsonscan finds where JSON values end, strictly and without allocating, so that a record can be routed and cut
// out of a log file before anything is decoded. It takes what encoding/json takes and nothing else.
package jsonscan

// What a scan returns in place of an index.
const (
	Malformed = -1 // no JSON
	Short     = -2 // the input ends before the value does
	Deep      = -3 // nested deeper than the caller's limit
)

// MaxDepth is the nesting that encoding/json takes at most.
const MaxDepth = 10000

// Space returns the index of the first byte at or after i that is no JSON white space; len(b) when there is none.
func Space(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// Value returns the index after the value that starts at or after b[i], or Malformed, Short or Deep. A number that ends
// with the input is Short: more digits may follow.
func Value(b []byte, i, limit int) int {
	i = Space(b, i)
	if i >= len(b) {
		return Short
	}
	switch b[i] {
	case '"':
		i, _ = String(b, i)
		return i
	case '{', '[':
		return container(b, i, limit)
	}
	return scalar(b, i)
}

// container scans an object or a list without recursion, so that hostile nesting costs a byte a level.
func container(b []byte, i, limit int) int {
	var room [64]byte
	closers := room[:0] // what closes the containers that are open, the innermost last
	for {
		switch b[i] {
		case '"':
			i, _ = String(b, i)
		case '{', '[':
			if len(closers) == limit {
				return Deep
			}
			closer := b[i] + 2 // in ASCII, as } is to { and ] to [
			i = Space(b, i+1)
			if i >= len(b) {
				return Short
			}
			closers = append(closers, closer)
			if b[i] != closer {
				i = beforeValue(b, i, closer)
				if i < 0 {
					return i
				}
				continue
			}
			i++
			closers = closers[:len(closers)-1]
		default:
			i = scalar(b, i)
		}
		if i < 0 {
			return i
		}
		i, closers = afterValue(b, i, closers)
		if i < 0 || len(closers) == 0 {
			return i
		}
	}
}

// afterValue closes what ends behind a value and returns the index of the next value in what remains open.
func afterValue(b []byte, i int, closers []byte) (int, []byte) {
	for len(closers) > 0 {
		i = Space(b, i)
		if i >= len(b) {
			return Short, closers
		}
		closer := closers[len(closers)-1]
		switch b[i] {
		case ',':
			i = Space(b, i+1)
			return beforeValue(b, i, closer), closers
		case closer:
			i++
			closers = closers[:len(closers)-1]
		default:
			return Malformed, closers
		}
	}
	return i, closers
}

// beforeValue returns the index of the value that comes next, after its key where the container is an object.
func beforeValue(b []byte, i int, closer byte) int {
	if closer == '}' {
		if i >= len(b) {
			return Short
		}
		if b[i] != '"' {
			return Malformed
		}
		if i, _ = String(b, i); i < 0 {
			return i
		}
		if i = Space(b, i); i >= len(b) {
			return Short
		}
		if b[i] != ':' {
			return Malformed
		}
		i = Space(b, i+1)
	}
	if i >= len(b) {
		return Short
	}
	return i
}

func scalar(b []byte, i int) int {
	switch c := b[i]; {
	case c == 't':
		return literal(b, i, "true")
	case c == 'f':
		return literal(b, i, "false")
	case c == 'n':
		return literal(b, i, "null")
	case c == '-' || isDigit(c):
		return number(b, i)
	}
	return Malformed
}

func literal(b []byte, i int, word string) int {
	for j := range len(word) {
		if i+j >= len(b) {
			return Short
		}
		if b[i+j] != word[j] {
			return Malformed
		}
	}
	return i + len(word)
}

func number(b []byte, i int) int {
	if b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else if i = digits(b, i); i < 0 {
		return i
	}
	if i < len(b) && b[i] == '.' {
		if i = digits(b, i+1); i < 0 {
			return i
		}
	}
	return exponent(b, i)
}

func exponent(b []byte, i int) int {
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if i = digits(b, i); i < 0 {
			return i
		}
	}
	if i >= len(b) {
		return Short
	}
	return i
}

// digits returns the index after one or more digits.
func digits(b []byte, i int) int {
	if i >= len(b) {
		return Short
	}
	if !isDigit(b[i]) {
		return Malformed
	}
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
