package iampolicy

import (
	"slices"
	"strings"
)

// lockout adds what keeps the own administrators from ever changing the policy again.
func (j *accessJudge) lockout(d *Document, of *resourceService) {
	if len(of.writers) > 0 {
		for i := range d.Statements {
			if s := &d.Statements[i]; s.Effect == Deny && j.keepsOwnerOut(s, of) {
				j.add(s, s.Span, Risk{
					Code: SelfLockout, Severity: High, Fragment: fragment(of.writers),
					Sentence: "denies " + strings.Join(of.writers, " and ") + " to the own administrators, who then cannot change the policy again",
				})
			}
		}
	}
	if of.prefix == "kms" {
		j.keyLockout(d)
	}
}

// keepsOwnerOut reports whether a Deny is for sure about every administrator of the own account.
func (j *accessJudge) keepsOwnerOut(s *Statement, of *resourceService) bool {
	if s.Repeated || !j.deniesOwner(s) {
		return false
	}
	for _, w := range of.writers {
		if !aboutAction(s, w) {
			return false
		}
	}
	if s.Has(ElementNotResource) || s.Has(ElementResource) && !aboutItself(s.Resources) {
		return false
	}
	for i := range s.Conditions {
		if !j.holdsForOwner(&s.Conditions[i]) {
			return false
		}
	}
	return true
}

// aboutAction reports whether a statement is about an action.
func aboutAction(s *Statement, action string) bool {
	return s.Has(ElementAction) && MatchAnyAction(s.Actions, action) || s.Has(ElementNotAction) && !MatchAnyAction(s.NotActions, action)
}

// deniesOwner reports whether the principals of a Deny include the whole own account.
func (j *accessJudge) deniesOwner(s *Statement) bool {
	own := j.context.Account
	if s.Has(ElementNotPrincipal) {
		return own != "" && len(s.NotPrincipals) > 0 && !slices.ContainsFunc(s.NotPrincipals, func(p Principal) bool {
			return slices.ContainsFunc(p.Values, func(v Value) bool {
				c := callerOf(&p, v)
				return c.kind == callerEveryone || c.kind == callerUnknown || c.account == own
			})
		})
	}
	return aboutCaller(s.Principals, caller{kind: callerAccount, account: own, text: own})
}

// aboutItself reports whether resource patterns reach the resource that the policy belongs to, and not only objects in it.
func aboutItself(resources []Value) bool {
	return slices.ContainsFunc(resources, func(v Value) bool {
		a, ok := ParseARN(v.Text)
		return !ok && onlyStars(v.Text) || ok && (a.Service != "s3" || !strings.Contains(a.Resource, "/"))
	})
}

// holdsForOwner reports whether a condition holds for every principal of the own account.
func (j *accessJudge) holdsForOwner(c *Condition) bool {
	own, key := j.context.Account, limitKeyOf(c.Key)
	if key.source || key.class == trueKey || len(c.Values) == 0 {
		return false
	}
	l, ok := valuesLimit(key, c)
	if !ok || !l.named() {
		return false
	}
	if !c.Operator.Comparison.Negated() {
		return own != "" && key.class == accountKey && slices.Contains(l.accounts, own)
	}
	if len(l.orgs) > 0 {
		return j.context.Organization != "" && !slices.Contains(l.orgs, j.context.Organization)
	}
	return own != "" && !slices.Contains(l.accounts, own)
}

// keyLockout judges a key policy as a whole. A KMS key obeys its own policy only: where that does not name the account,
// IAM policies count for nothing and the root user is as powerless as everybody else.
func (j *accessJudge) keyLockout(d *Document) {
	var account, some bool
	for i := range d.Statements {
		s := &d.Statements[i]
		if s.Effect != Allow || !aboutAction(s, "kms:PutKeyPolicy") {
			continue
		}
		for _, who := range callers(s) {
			own := who.kind == callerAccount && (j.context.Account == "" || who.account == j.context.Account)
			some = some || own
			account = account || who.kind == callerEveryone || own && wholeAccount(who.text) != ""
		}
	}
	switch {
	case account:
	case some:
		j.risks = append(j.risks, Risk{
			Code: SelfLockout, Severity: Medium, Fragment: "kms:PutKeyPolicy", Grade: Unconditional,
			Sentence: "the document lets single principals manage the key and not the account: when they are deleted nobody can manage it",
		})
	default:
		j.risks = append(j.risks, Risk{
			Code: SelfLockout, Severity: High, Fragment: "kms:PutKeyPolicy", Grade: Unconditional,
			Sentence: "the document lets nobody of the own account change the key's policy",
		})
	}
}
