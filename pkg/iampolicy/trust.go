package iampolicy

import "slices"

// JudgeTrust says whom a role's trust policy lets in that nobody should be let in without thought: everyone, accounts
// that the caller of this function does not know, third parties without an external id, workloads of strangers that an
// identity provider signs for as well, and services that act for anybody.
func JudgeTrust(document []byte, c Context) Verdict {
	d, err := Parse(document)
	if err != nil {
		return Verdict{Reason: err.Error(), Risks: []Risk{}}
	}
	return JudgeTrustDocument(d, c)
}

// JudgeTrustDocument judges a trust policy that was parsed before.
func JudgeTrustDocument(d *Document, c Context) Verdict {
	j := &accessJudge{fences: fencesOf(d), context: &c}
	for i := range d.Statements {
		s := &d.Statements[i]
		if !s.Has(ElementPrincipal | ElementNotPrincipal) {
			return withoutPrincipal(s)
		}
		if s.Effect == Allow {
			j.trust(s)
		}
	}
	return j.verdict()
}

const (
	wayRole        = "sts:AssumeRole"
	waySAML        = "sts:AssumeRoleWithSAML"
	wayWebIdentity = "sts:AssumeRoleWithWebIdentity"

	externalID = "sts:ExternalId"
)

// assumed returns the ways to assume a role that a statement is about.
func assumed(s *Statement) []string {
	var out []string
	for _, a := range [...]string{wayRole, waySAML, wayWebIdentity} {
		if aboutAction(s, a) {
			out = append(out, a)
		}
	}
	return out
}

// trust weighs one Allow of a trust policy.
func (j *accessJudge) trust(s *Statement) {
	ways := assumed(s)
	if len(ways) == 0 {
		return
	}
	a := allowanceOf(s, ways)
	for _, who := range callers(s) {
		r := j.fences.reach(&a, who, j.context)
		if r.closed {
			continue
		}
		if j.full() {
			return
		}
		switch who.kind {
		case callerEveryone:
			j.everyoneTrusted(s, who, r, ways)
		case callerAccount, callerUnknown:
			j.accountTrusted(s, who, r, ways)
		case callerService:
			j.serviceTrusted(s, who, r, ways)
		case callerFederated:
			j.foreignAccess(s, who, r, ways, High)
			j.federationTrusted(s, who, ways)
		}
	}
}

func (j *accessJudge) everyoneTrusted(s *Statement, who caller, r reach, ways []string) {
	if !r.public {
		j.accountTrusted(s, who, r, ways)
		return
	}
	j.add(s, who.span, Risk{
		Code: Public, Severity: Critical, Fragment: quotable(who.text), Actions: ways,
		Sentence: "lets everyone assume the role: " + everyoneText(who) + besides(s),
	})
}

// accountTrusted weighs accounts that may assume the role. An external id, which is not secret, keeps nobody out but
// those who would make the trusted account call in their stead.
func (j *accessJudge) accountTrusted(s *Statement, who caller, r reach, ways []string) {
	if len(r.foreign) == 0 {
		return
	}
	severity := High
	safe := j.asksExternalID(s, who)
	if safe {
		severity = Medium
	}
	j.foreignAccess(s, who, r, ways, severity)
	if safe || !slices.Contains(ways, wayRole) || inOneOrganization(s) {
		return
	}
	for _, account := range r.foreign {
		if !IsAccount(account) {
			continue
		}
		missing := Risk{
			Code: MissingExternalID, Severity: Medium, Fragment: quotable(who.text), Actions: grantedTo([]string{wayRole}, who, account),
			Sentence: "lets account " + account + " assume the role without asking for an external id, so that whoever that account works for can have it call in his stead",
		}
		if j.context.Account == "" {
			missing.Severity = Low
		}
		j.add(s, who.span, missing)
	}
}

// asksExternalID reports whether a statement, or a Deny, asks for a fixed external id.
func (j *accessJudge) asksExternalID(s *Statement, who caller) bool {
	for i := range s.Conditions {
		if c := &s.Conditions[i]; c.Is(externalID) {
			if _, _, ok := limitOf(s, c); ok {
				return true
			}
		}
	}
	return j.deniedUnless(who, wayRole, func(c *Condition) bool {
		_, ok := valuesLimit(limitKeyOf(c.Key), c)
		return ok && c.Is(externalID)
	})
}

// inOneOrganization reports whether a statement lets in principals of fixed organisations only.
func inOneOrganization(s *Statement) bool {
	for i := range s.Conditions {
		if l, key, ok := limitOf(s, &s.Conditions[i]); ok && !key.source && len(l.orgs) > 0 {
			return true
		}
	}
	return false
}

func (j *accessJudge) serviceTrusted(s *Statement, who caller, r reach, ways []string) {
	j.foreignAccess(s, who, r, ways, High)
	if r.source || !slices.Contains(ways, wayRole) || !actsForOthers(who.text) {
		return
	}
	j.add(s, who.span, Risk{
		Code: ConfusedDeputy, Severity: Low, Fragment: quotable(who.text), Actions: grantedTo([]string{wayRole}, who, ""),
		Sentence: "lets " + quotable(who.text) + " assume the role for whichever account asks it to: no condition on aws:SourceAccount or aws:SourceArn says for whom",
	})
}
