// Package iampolicy judges policy documents offline: what a document grants that nobody should have without thought.
//
// A verdict is about one document. Permission boundaries, service control policies and other policies of the same
// principal are out of its sight, so that it speaks of what the document allows and not of what the principal can do.
// A document that cannot be read with certainty is not judged, and the verdict says where and why; it is never called
// safe.
package iampolicy

// Severity says how much a risk grants.
type Severity string

// The severities of risks, the least first.
const (
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// lower returns the next severity below s.
func (s Severity) lower() Severity {
	if s == Critical {
		return High
	}
	return Medium
}

// rank orders severities, so that the greater one is the worse one.
func (s Severity) rank() int {
	switch s {
	case Critical:
		return 3
	case High:
		return 2
	case Medium:
		return 1
	}
	return 0
}

// The codes of risks.
const (
	FullAdmin       = "full-admin"       // every action on any resource
	ServiceWildcard = "service-wildcard" // every action of a sensitive service on any of its resources
	NotAction       = "not-action"       // every action but some on any resource
)

// A Risk is one thing that a document grants too broadly.
type Risk struct {
	Code        string   `json:"code"`
	Severity    Severity `json:"severity"`
	Statement   int      `json:"statement"` // counted from one
	Sid         string   `json:"sid,omitempty"`
	Fragment    string   `json:"fragment"` // the action patterns that decided, or the service that they cover
	Sentence    string   `json:"detail"`   // for people, without a full stop; holds text from the document
	Conditional bool     `json:"conditional"`
}

// A Verdict is what Judge says of a document. Without risks it is good news only where Judged is true.
type Verdict struct {
	Judged bool   `json:"judged"`
	Reason string `json:"reason,omitempty"` // why the document was not judged
	Risks  []Risk `json:"risks"`
}

// Worst returns the gravest risk, the first of equals. It reports false where there is none.
func (v Verdict) Worst() (Risk, bool) {
	var worst Risk
	for _, r := range v.Risks {
		if r.Severity.rank() > worst.Severity.rank() {
			worst = r
		}
	}
	return worst, worst.Code != ""
}

// maxSteps bounds the work on one document to part of a second: more than any policy that IAM accepts can need.
const maxSteps = 100_000_000

// Judge says what an identity policy grants too broadly. It takes the document as services write it: JSON, JSON inside
// a JSON string, or URL-encoded JSON.
//
// A Condition never takes a risk away, it lowers its severity by one step: most conditions say when a grant holds and
// not what it reaches, and an attacker can write one that always holds. A Deny takes a risk away only where nothing
// can step around it: it has no Condition, names the resource "*" and covers the whole service.
func Judge(document []byte) Verdict {
	statements, err := read(document)
	if err != nil {
		return Verdict{Reason: err.Error(), Risks: []Risk{}}
	}
	j := &judge{matcher: matcher{steps: maxSteps}}
	for _, s := range statements {
		j.deny(s)
	}
	for _, s := range statements {
		j.allow(s)
	}
	if j.exhausted {
		return Verdict{Reason: "the document holds more wildcard patterns than can be weighed", Risks: []Risk{}}
	}
	return Verdict{Judged: true, Risks: append([]Risk{}, j.risks...)}
}
