package iampolicy

import "strings"

// maxJudgeSteps bounds the work on one document to part of a second: more than any policy that AWS accepts can need.
const maxJudgeSteps = 20_000_000

// maxStatements is more than fit into any policy that AWS accepts.
const maxStatements = 2000

// A judge weighs the statements of one identity policy.
type judge struct {
	doc       *Document
	want      *interests
	variables bool // ${…} is a variable: the document has the version of 2012
	patterns  []actionPattern
	allows    []clause
	denies    []clause // those that take something away for certain
	grants    []grant  // by interest
	noted     []int16  // by interest: one more than the Allow that was the last to name it
	passages  []passage
	open      []opened
	risks     []Risk
	steps     int
}

// Judge says what an identity policy grants too broadly. It takes the document as services write it: JSON, JSON inside
// a JSON string, or URL-encoded JSON.
//
// A condition that restricts lowers the severity of a risk by one step. A Deny takes a risk away only where nothing can
// step around it: it has no condition and covers the resource.
func Judge(document []byte) Verdict {
	d, err := Parse(document)
	if err != nil {
		return Verdict{Reason: err.Error(), Risks: []Risk{}}
	}
	return JudgeIdentity(d)
}

// JudgeIdentity judges an identity policy that is parsed already.
func JudgeIdentity(d *Document) Verdict {
	if len(d.Statements) > maxStatements {
		return Verdict{Reason: "the document has more statements than can be weighed", Risks: []Risk{}}
	}
	j := &judge{doc: d, want: wanted(), steps: maxJudgeSteps, variables: strings.TrimSpace(d.Version) == "2012-10-17"}
	j.prepare()
	if len(j.allows) > 0 && !j.deniedAll() {
		for i := range j.allows {
			j.wide(&j.allows[i])
			j.collect(i)
			j.anyResource(&j.allows[i])
		}
		j.escalation()
		j.roles()
		j.sensitive()
	}
	j.mfa()
	if j.steps < 0 {
		return Verdict{Reason: "the document holds more wildcard patterns than can be weighed", Risks: []Risk{}}
	}
	if j.risks == nil {
		j.risks = []Risk{}
	}
	sortRisks(j.risks)
	return Verdict{Judged: true, Risks: j.risks}
}

// prepare cuts the statements up.
func (j *judge) prepare() {
	n, allows := 0, 0
	for i := range j.doc.Statements {
		s := &j.doc.Statements[i]
		n += len(s.Actions) + len(s.NotActions)
		if s.Effect == Allow {
			allows++
		}
	}
	j.patterns = make([]actionPattern, 0, n)
	j.allows = make([]clause, 0, allows)
	j.grants = make([]grant, len(j.want.list))
	j.noted = make([]int16, len(j.want.list))
	for i := range j.doc.Statements {
		s := &j.doc.Statements[i]
		c := j.clauseOf(s)
		switch {
		case s.Effect == Allow:
			j.allows = append(j.allows, c)
		case !c.restricted && !s.Repeated:
			j.denies = append(j.denies, c)
		}
	}
}

// spend pays for a piece of work. It reports false where too much was done.
func (j *judge) spend(steps int) bool {
	j.steps -= steps
	return j.steps >= 0
}
