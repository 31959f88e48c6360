package iampolicy

import (
	"slices"
	"strings"
)

// IneffectiveDeny is the code of a Deny that exempts everyone, so that it denies nothing.
const IneffectiveDeny = "ineffective-deny"

// JudgeBoundary says where a permissions boundary bounds nothing: it allows everything, or lets its holder take it off.
func JudgeBoundary(document []byte, c Context) Verdict {
	d, err := Parse(document)
	if err != nil {
		return Verdict{Reason: err.Error(), Risks: []Risk{}}
	}
	return JudgeBoundaryDocument(d, c)
}

// JudgeBoundaryDocument judges a permissions boundary that was parsed before.
func JudgeBoundaryDocument(d *Document, c Context) Verdict {
	j := &accessJudge{fences: fencesOf(d), context: &c}
	for i := range d.Statements {
		s := &d.Statements[i]
		if s.Has(ElementPrincipal | ElementNotPrincipal) {
			return withPrincipal(s)
		}
		j.ineffective(s)
		if s.Effect != Allow {
			continue
		}
		if len(s.Conditions) == 0 && everyAction(s) && everyResource(s) && len(j.fences.denies) == 0 {
			j.add(s, s.Span, Risk{
				Code: FullAdmin, Severity: High, Fragment: fragment(Texts(s.Actions)),
				Sentence: "allows every action on every resource: the boundary bounds nothing",
			})
		}
		if escapes := j.escapes(s); len(escapes) > 0 {
			j.add(s, s.Span, Risk{
				Code: PrivilegeEscalation, Severity: High, Fragment: fragment(escapes),
				Sentence: "lets the holder take the boundary off or rewrite it: " + fragment(escapes),
			})
		}
	}
	return j.verdict()
}

// JudgeSCP says where a service control policy locks everybody out or keeps nobody from anything.
func JudgeSCP(document []byte, c Context) Verdict {
	d, err := Parse(document)
	if err != nil {
		return Verdict{Reason: err.Error(), Risks: []Risk{}}
	}
	return JudgeSCPDocument(d, c)
}

// JudgeSCPDocument judges a service control policy that was parsed before. Allowing everything is no risk there: a
// service control policy grants nothing, and every account begins with one that allows everything.
func JudgeSCPDocument(d *Document, c Context) Verdict {
	j := &accessJudge{fences: fencesOf(d), context: &c}
	for i := range d.Statements {
		s := &d.Statements[i]
		if s.Has(ElementPrincipal | ElementNotPrincipal) {
			return withPrincipal(s)
		}
		j.ineffective(s)
		if s.Effect == Deny && !s.Repeated && len(s.Conditions) == 0 && everyAction(s) && everyResource(s) {
			j.add(s, s.Span, Risk{
				Code: SelfLockout, Severity: High, Fragment: fragment(Texts(s.Actions)),
				Sentence: "denies every action to everybody in every account that it is attached to",
			})
		}
	}
	return j.verdict()
}

func withPrincipal(s *Statement) Verdict {
	v := withoutPrincipal(s)
	v.Reason = strings.Replace(v.Reason, "names no principal: this is no policy that says who may have access",
		"names principals: this is no policy that says what its holder may do", 1)
	return v
}

// everyAction reports whether one of the action patterns of a statement matches every action.
func everyAction(s *Statement) bool {
	// No action has such characters: only wildcards match them.
	const probe = "\x01\x01\x01:\x01\x01\x01\x01\x01\x01\x01\x01"
	if s.Has(ElementNotAction) {
		return len(s.NotActions) == 0
	}
	return MatchAnyAction(s.Actions, probe)
}

func everyResource(s *Statement) bool {
	if s.Has(ElementNotResource) {
		return len(s.NotResources) == 0
	}
	return !s.Has(ElementResource) || slices.ContainsFunc(s.Resources, func(v Value) bool { return onlyStars(v.Text) })
}

// boundaryActions lists the actions that take a boundary off or rewrite it.
const boundaryActions = "iam:DeleteRolePermissionsBoundary iam:DeleteUserPermissionsBoundary iam:PutRolePermissionsBoundary " +
	"iam:PutUserPermissionsBoundary iam:CreatePolicyVersion iam:SetDefaultPolicyVersion"

// escapes returns the actions of an Allow by which the holder of a boundary takes it off or rewrites it.
func (j *accessJudge) escapes(s *Statement) []string {
	var out []string
	for action := range strings.FieldsSeq(boundaryActions) {
		if aboutAction(s, action) && !onBoundary(s) && !slices.ContainsFunc(j.fences.denies, func(d *Statement) bool { return guards(d, action) }) {
			out = append(out, action)
		}
	}
	return out
}

// guards reports whether a Deny keeps a boundary from being taken off or rewritten. Which policy is the boundary the
// document does not say: a Deny on some policies is taken to be about it.
func guards(d *Statement, action string) bool {
	return aboutAction(d, action) && (len(d.Conditions) == 0 || onBoundary(d))
}

// onBoundary reports whether a statement is conditional on nothing but the boundary of the principal that it is about.
func onBoundary(s *Statement) bool {
	return len(s.Conditions) > 0 && !slices.ContainsFunc(s.Conditions, func(c Condition) bool { return !c.Is("iam:PermissionsBoundary") })
}

// ineffective adds a Deny that exempts every principal.
func (j *accessJudge) ineffective(s *Statement) {
	if s.Effect != Deny {
		return
	}
	for i := range s.Conditions {
		c := &s.Conditions[i]
		if exemptsEveryone(c) {
			j.add(s, c.Span, Risk{
				Code: IneffectiveDeny, Severity: Medium, Fragment: quotable(c.Key) + " " + fragment(Texts(c.Values)),
				Sentence: "denies nothing: its condition on " + quotable(c.Key) + " exempts every role",
			})
			return
		}
	}
}

// exemptsEveryone reports whether a condition of a Deny excludes every principal, or every role, of every account. The
// key stands in every request of an account's principals.
func exemptsEveryone(c *Condition) bool {
	if !c.Operator.Comparison.Negated() || !c.Is("aws:PrincipalArn") && !c.Is("aws:PrincipalAccount") {
		return false
	}
	switch c.Operator.Comparison {
	case StringNotLike, ArnNotLike, ArnNotEquals:
	default:
		return false
	}
	return slices.ContainsFunc(c.Values, func(v Value) bool {
		a, ok := ParseARN(v.Text)
		return onlyStars(v.Text) || ok && onlyStars(a.Account) && (onlyStars(a.Resource) || a.Resource == "role/*" || a.Resource == "role/**")
	})
}
