package logfile

// A balance finds where an object or a list ends by its brackets and quotes alone, even where what is inside is broken.
type balance struct {
	depth   int
	quoted  bool
	escaped bool
}

// scan goes on over b and returns the index after the container's end, or -1 when it lies beyond b.
func (s *balance) scan(b []byte) int {
	for i, c := range b {
		switch {
		case s.escaped:
			s.escaped = false
		case s.quoted:
			s.escaped = c == '\\'
			s.quoted = c != '"'
		case c == '"':
			s.quoted = true
		case c == '{' || c == '[':
			s.depth++
		case c == '}' || c == ']':
			if s.depth--; s.depth <= 0 {
				return i + 1
			}
		}
	}
	return -1
}
