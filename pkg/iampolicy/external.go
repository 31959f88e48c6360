package iampolicy

import (
	"fmt"
	"slices"
	"strings"
)

// An accessJudge weighs the statements of a document that says who may have access: a trust or a resource policy.
type accessJudge struct {
	fences  *fences
	context *Context
	risks   []Risk
	size    int // of what the risks list
}

// These bound what is said of one document: far more than a policy that AWS accepts can hold.
const (
	maxRisks     = 2000
	maxRisksSize = 16 << 20
)

// full reports whether more was found than is said.
func (j *accessJudge) full() bool { return len(j.risks) > maxRisks || j.size > maxRisksSize }

func (j *accessJudge) verdict() Verdict {
	if j.full() {
		return Verdict{Reason: "the document holds more risks than can be listed", Risks: []Risk{}}
	}
	slices.SortStableFunc(j.risks, func(a, b Risk) int { return a.Statement - b.Statement })
	return Verdict{Judged: true, Risks: append([]Risk{}, slices.CompactFunc(j.risks, sameRisk)...)}
}

func sameRisk(a, b Risk) bool {
	return a.Code == b.Code && a.Statement == b.Statement && a.Fragment == b.Fragment && a.Sentence == b.Sentence
}

// withoutPrincipal is the verdict on a document that is not of the kind that it was given for.
func withoutPrincipal(s *Statement) Verdict {
	return Verdict{
		Reason: fmt.Sprintf("statement %d names no principal: this is no policy that says who may have access", s.Index),
		Risks:  []Risk{},
	}
}

// add adds a risk of a statement, and where in the text it stands.
func (j *accessJudge) add(s *Statement, span Span, r Risk) {
	r.Statement, r.Sid, r.Span = s.Index, quotable(s.Sid), span
	if span == (Span{}) {
		r.Span = s.Span
	}
	r.Grade = Unconditional
	if len(s.Conditions) > 0 {
		r.Grade = Conditional
	}
	name := fmt.Sprintf("statement %d", s.Index)
	if r.Sid != "" {
		name += " (" + r.Sid + ")"
	}
	r.Sentence = name + " " + r.Sentence
	for _, a := range r.Actions {
		j.size += len(a)
	}
	j.risks = append(j.risks, r)
}

// foreignAccess adds the accounts and organisations that get in to what is granted and are not known to be the own ones.
func (j *accessJudge) foreignAccess(s *Statement, who caller, r reach, granted []string, severity Severity) {
	for _, id := range r.foreign {
		if j.full() {
			return
		}
		fragment, text := quotable(id), ""
		switch {
		case who.kind == callerUnknown:
			text = "lets in " + quotable(id) + ", and does not tell whose principal that is"
		case who.kind == callerAccount:
			fragment = quotable(who.text)
			text = "lets in account " + id
			if wholeAccount(who.text) == "" {
				text = "lets in " + quotable(who.text) + " of account " + id
			}
		case IsAccount(id):
			text = "lets in account " + id
		default:
			text = "lets in every account of organisation " + quotable(id)
		}
		switch {
		case who.kind == callerUnknown:
		case j.context.Account == "":
			severity = Low
			text += ", which is another account unless the document is its own"
		default:
			text += ", which is not known to be trusted"
		}
		j.add(s, who.span, Risk{Code: ExternalAccount, Severity: severity, Fragment: fragment, Sentence: text, Actions: grantedTo(granted, who, id)})
	}
}

// maxGranted bounds the pairs of an action and a resource that a risk lists.
const maxGranted = 64

// grantedBy returns what an Allow grants, so that two risks can be told apart by it: the pairs of actions and
// resources, or where these are many, each of them alone.
func grantedBy(a *allowance) []string {
	actions, resources := a.actions, Texts(a.Resources)
	for _, v := range a.NotResources {
		resources = append(resources, "all but "+v.Text)
	}
	if len(resources) == 0 {
		return wholeTexts(actions)
	}
	var out []string
	if len(actions)*len(resources) > maxGranted {
		for _, r := range resources {
			out = append(out, "on "+r)
		}
		return wholeTexts(append(out, actions...))
	}
	for _, action := range actions {
		for _, r := range resources {
			out = append(out, action+" on "+r)
		}
	}
	return wholeTexts(out)
}

// grantedTo says of what is granted to whom it is: to a caller, and to an account where it is not the caller's.
func grantedTo(granted []string, who caller, id string) []string {
	to := who.text
	if id != "" && id != who.account && id != who.text {
		to += " of " + id
	}
	out := make([]string, len(granted))
	for i, g := range granted {
		out[i] = g + " for " + to
	}
	return wholeTexts(out)
}

// wholeTexts takes out of texts from the document what could disturb a terminal or a log line. Unlike fragments they
// are not shortened, but for what no policy that AWS accepts can hold.
func wholeTexts(texts []string) []string {
	const most = 2048
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '?'
			}
			return r
		}, t[:min(len(t), most)])
	}
	return out
}

// everyoneText says how a caller comes to be everyone.
func everyoneText(who caller) string {
	switch {
	case who.principal == nil:
		return "Allow with NotPrincipal means everybody else"
	case who.principal.Type == PrincipalService:
		return "the service principal " + quotable(who.text) + " means every service"
	case who.principal.Type == PrincipalFederated:
		return "the identity provider " + quotable(who.text) + " means every provider"
	case onlyStars(who.text):
		return "the principal * means everybody in any account"
	}
	return "the principal " + quotable(who.text) + " means every account"
}

// besides says why the conditions of a statement keep nobody out.
func besides(s *Statement) string {
	if len(s.Conditions) == 0 {
		return ""
	}
	if s.ConditionRepeated {
		return "; the condition holds a key twice, and which one counts is not certain"
	}
	var keys []string
	for i := range s.Conditions {
		if key := quotable(s.Conditions[i].Key); !slices.Contains(keys, key) && len(keys) < 3 {
			keys = append(keys, key)
		}
	}
	return "; the condition on " + strings.Join(keys, ", ") + " keeps no stranger out"
}
