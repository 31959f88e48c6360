package iampolicy

import (
	"slices"
	"strings"
)

// JudgeResource says whom the policy of a resource lets in that nobody should be let in without thought, and whether it
// keeps the own administrators out. The service is the prefix of its actions, such as "s3" or "kms"; "" takes it from
// the document.
func JudgeResource(document []byte, service string, c Context) Verdict {
	d, err := Parse(document)
	if err != nil {
		return Verdict{Reason: err.Error(), Risks: []Risk{}}
	}
	return JudgeResourceDocument(d, service, c)
}

// JudgeResourceDocument judges the policy of a resource that was parsed before. The trust policy of a role is one too.
func JudgeResourceDocument(d *Document, service string, c Context) Verdict {
	if service == "" && isTrust(d) {
		return JudgeTrustDocument(d, c)
	}
	if c.Account == "" {
		c.Account = accountOf(d)
	}
	j := &accessJudge{fences: fencesOf(d), context: &c}
	of := resourceServiceOf(service, d)
	for i := range d.Statements {
		s := &d.Statements[i]
		if !s.Has(ElementPrincipal | ElementNotPrincipal) {
			return withoutPrincipal(s)
		}
		if s.Effect == Allow {
			j.resource(s, &of)
		}
	}
	j.lockout(d, &of)
	return j.verdict()
}

// isTrust reports whether a document is about nothing but assuming roles.
func isTrust(d *Document) bool {
	for i := range d.Statements {
		s := &d.Statements[i]
		if len(s.Actions) == 0 || slices.ContainsFunc(s.Actions, func(v Value) bool {
			_, ok := cutPrefixFold(v.Text, "sts:")
			return !ok
		}) {
			return false
		}
	}
	return len(d.Statements) > 0
}

// accountOf returns the account of the resources that a document is about, where its ARNs agree on one: a resource
// policy is about a resource of its own account.
func accountOf(d *Document) string {
	account := ""
	for i := range d.Statements {
		for _, v := range d.Statements[i].Resources {
			a, ok := ParseARN(v.Text)
			if !ok || !IsAccount(a.Account) {
				continue
			}
			if account != "" && account != a.Account {
				return ""
			}
			account = a.Account
		}
	}
	return account
}

// resource weighs one Allow of a resource policy.
func (j *accessJudge) resource(s *Statement, of *resourceService) {
	actions := Texts(s.Actions)
	if s.Has(ElementNotAction) {
		actions = append(actions, "*")
	}
	if len(actions) == 0 {
		return
	}
	a := allowanceOf(s, actions)
	for _, who := range callers(s) {
		r := j.fences.reach(&a, who, j.context)
		if r.closed {
			continue
		}
		if j.full() {
			return
		}
		if r.public {
			j.add(s, who.span, Risk{
				Code: Public, Severity: publicSeverity(s, actions, of), Fragment: quotable(who.text), Actions: grantedBy(&a),
				Sentence: "lets everyone use " + fragment(actions) + ": " + everyoneText(who) + besides(s),
			})
			continue
		}
		if len(r.foreign) > 0 {
			severity := Medium
			if grave(actions, of) {
				severity = High
			}
			j.foreignAccess(s, who, r, grantedBy(&a), severity)
		}
		if who.kind == callerService && !r.source {
			j.serviceCalls(&a, who)
		}
	}
}

func (j *accessJudge) serviceCalls(a *allowance, who caller) {
	if !callsForOthers(who.text) || strings.HasPrefix(who.text, "arn:") {
		return
	}
	j.add(a.Statement, who.span, Risk{
		Code: ConfusedDeputy, Severity: Medium, Fragment: quotable(who.text), Actions: grantedTo(grantedBy(a), who, ""),
		Sentence: "lets " + quotable(who.text) + " in for whichever account asks it to: no condition on aws:SourceAccount or aws:SourceArn says for whom",
	})
}

// publicSeverity is critical where everyone can change something or read a secret.
func publicSeverity(s *Statement, actions []string, of *resourceService) Severity {
	switch {
	case subscribesKnown(s, actions):
		return Medium
	case grave(actions, of):
		return Critical
	}
	return High
}

// grave reports whether an action changes something or reads a secret.
func grave(actions []string, of *resourceService) bool {
	for _, a := range actions {
		if !onlyReads(a) {
			return true
		}
		for _, secret := range of.secret {
			if MatchAction(a, secret) {
				return true
			}
		}
	}
	return false
}

// onlyReads reports whether every action that a pattern matches reads.
func onlyReads(pattern string) bool {
	_, name, _ := strings.Cut(pattern, ":")
	for _, verb := range [...]string{"Get", "List", "Describe", "BatchGet", "BatchCheck", "Head", "Query", "Scan", "Search", "Read", "Select", "Receive", "ESHttpGet", "ESHttpHead", "ClientMount"} {
		if _, ok := cutPrefixFold(name, verb); ok {
			return true
		}
	}
	return false
}

// subscribesKnown reports whether everyone may only subscribe endpoints of fixed hosts or mail domains to a topic.
func subscribesKnown(s *Statement, actions []string) bool {
	for _, a := range actions {
		if !strings.EqualFold(a, "sns:Subscribe") && !strings.EqualFold(a, "sns:Receive") {
			return false
		}
	}
	for i := range s.Conditions {
		c := &s.Conditions[i]
		if c.Is("sns:Endpoint") && !c.Operator.Comparison.Negated() && !c.Operator.HoldsWhenAbsent() && !s.ConditionRepeated &&
			len(c.Values) > 0 && allValues(c.Values, fixedEndpoint) {
			return true
		}
	}
	return false
}

// fixedEndpoint reports whether an endpoint, or a pattern of some, is of one host or mail domain.
func fixedEndpoint(text string) bool {
	if name, domain, ok := strings.Cut(text, "@"); ok && name != "" {
		return domain != "" && !HasWildcard(domain)
	}
	if rest, ok := strings.CutPrefix(text, "https://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		return host != "" && !HasWildcard(host)
	}
	return !HasWildcard(text)
}
