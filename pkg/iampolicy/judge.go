package iampolicy

import (
	"fmt"
	"strings"
)

// A judge weighs the statements of one document.
type judge struct {
	matcher
	risks     []Risk
	deniedAll bool
	denied    map[string]bool // services of which every action is denied everywhere
}

// deny notes what a Deny takes away for certain.
func (j *judge) deny(s statement) {
	if s.allows || s.conditional || s.repeated || len(s.notActions) > 0 || !allStars(s.resources) {
		return
	}
	if j.everything(s.actions) {
		j.deniedAll = true
		return
	}
	for _, svc := range sensitiveServices() {
		if j.wholeService(s.actions, svc.prefix) {
			if j.denied == nil {
				j.denied = map[string]bool{}
			}
			j.denied[svc.prefix] = true
		}
	}
}

// allow adds the risks of an Allow.
func (j *judge) allow(s statement) {
	if !s.allows || j.deniedAll {
		return
	}
	if len(s.notActions) > 0 || s.emptyNotAction {
		j.allowNotAction(s)
	}
	if len(s.actions) == 0 {
		return
	}
	if j.everything(s.actions) && j.anyResource(s, anyService()) && !j.denied[iam] {
		j.add(s, Risk{
			Code: FullAdmin, Severity: Critical, Fragment: fragment(s.actions),
			Sentence: "allows every action on every resource",
		})
		return
	}
	for _, svc := range sensitiveServices() {
		if !j.denied[svc.prefix] && j.wholeService(s.actions, svc.prefix) && j.anyResource(s, svc) {
			j.add(s, Risk{
				Code: ServiceWildcard, Severity: svc.severity, Fragment: svc.prefix + ":*",
				Sentence: "allows every action of " + svc.prefix + " on any of its resources",
			})
		}
	}
}

// allowNotAction weighs an Allow of everything but some actions: all but administrator unless IAM is left out.
func (j *judge) allowNotAction(s statement) {
	if j.everything(s.notActions) || !j.anyResource(s, anyService()) {
		return
	}
	severity := Critical
	if j.denied[iam] || j.wholeService(s.notActions, iam) {
		severity = High
	}
	j.add(s, Risk{
		Code: NotAction, Severity: severity, Fragment: fragment(s.notActions),
		Sentence: "allows every action except " + fragment(s.notActions) + " on every resource",
	})
}

func (j *judge) add(s statement, r Risk) {
	r.Statement, r.Sid = s.number, quotable(s.sid)
	name := fmt.Sprintf("statement %d", s.number)
	if r.Sid != "" {
		name += " (" + r.Sid + ")"
	}
	r.Sentence = name + " " + r.Sentence
	if s.conditional {
		r.Conditional = true
		r.Severity = r.Severity.lower()
		r.Sentence += ", under a condition"
	}
	j.risks = append(j.risks, r)
}

// fragment shows patterns to a person, bounded.
func fragment(patterns []string) string {
	const most = 3
	shown := patterns
	if len(shown) > most {
		shown = shown[:most]
	}
	text := make([]string, 0, most+1)
	for _, p := range shown {
		text = append(text, quotable(p))
	}
	if more := len(patterns) - len(shown); more > 0 {
		text = append(text, fmt.Sprintf("and %d more", more))
	}
	if len(text) == 0 {
		return "nothing"
	}
	return strings.Join(text, ", ")
}

// quotable bounds text from the document and takes out what could disturb a terminal or a log line.
func quotable(text string) string {
	const most = 64
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > most {
			b.WriteString("…")
			break
		}
		if r < ' ' || r > '~' {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
