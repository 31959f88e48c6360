package iampolicy

// A certainty is the answer to whether something matches. Where the documentation leaves the answer open, or a policy
// says something that cannot be understood, it is unsure: an Allow takes that for no, a Deny for yes.
type certainty uint8

const (
	no certainty = iota
	unsure
	yes
)

func (c certainty) not() certainty { return yes - c }

func sure(b bool) certainty {
	if b {
		return yes
	}
	return no
}
