package iampolicy

import (
	"slices"
	"strings"
)

// federationTrusted weighs an identity provider that may hand out the role.
func (j *accessJudge) federationTrusted(s *Statement, who caller, ways []string) {
	a, isARN := ParseARN(who.text)
	if isARN && strings.HasPrefix(a.Resource, "saml-provider/") {
		if slices.Contains(ways, waySAML) && !j.scopedSAML(s, who) {
			j.add(s, who.span, Risk{
				Code: SAMLUnscoped, Severity: Medium, Fragment: quotable(who.text), Actions: grantedTo([]string{waySAML}, who, ""),
				Sentence: "takes any assertion that " + quotable(a.Resource) + " signs: no condition on SAML:aud says that it was meant for AWS",
			})
		}
		return
	}
	if !slices.Contains(ways, wayWebIdentity) {
		return
	}
	url := who.text
	if isARN {
		url = strings.TrimPrefix(a.Resource, "oidc-provider/")
	}
	if !strings.Contains(url, ".") {
		// A template's reference to a provider is no URL: the conditions tell which it will be.
		url = issuerInKeys(s, url)
	}
	issuer := issuerOf(url)
	if j.scopedOIDC(s, who, url, issuer) {
		return
	}
	span := who.span
	r := Risk{Code: OIDCUnscoped, Severity: Critical, Fragment: quotable(url), Actions: grantedTo([]string{wayWebIdentity}, who, "")}
	if issuer.tenant {
		r.Severity = Medium
		r.Sentence = "lets every workload assume the role that " + quotable(issuer.service) + " signs tokens for: no condition fixes " + claimNames(issuer)
	} else {
		r.Sentence = "lets strangers assume the role: " + issuer.service + " signs tokens for all its customers, and no condition fixes " + claimNames(issuer)
	}
	if c := judgedClaim(s, url); c != nil {
		open := openValues(c, url, issuer)
		r.Fragment, span = quotable(c.Key)+" "+fragment(open), c.Span
		r.Actions = nil
		for _, value := range open {
			r.Actions = append(r.Actions, grantedTo([]string{wayWebIdentity + " with " + value}, who, "")...)
		}
	}
	j.add(s, span, r)
}

// issuerInKeys returns the issuer that the condition keys of a statement are of, or else what was taken for it.
func issuerInKeys(s *Statement, url string) string {
	for i := range s.Conditions {
		key := s.Conditions[i].Key
		if host := key[:max(0, strings.LastIndexByte(key, ':'))]; strings.Contains(host, ".") {
			return host
		}
	}
	return url
}

// claimNames names the claims of which one would do, for people.
func claimNames(i issuer) string {
	var names []string
	for _, c := range i.claims {
		if !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, " or ")
}

// judgedClaim returns the condition that a person would have taken for the scope.
func judgedClaim(s *Statement, url string) *Condition {
	for i := range s.Conditions {
		c := &s.Conditions[i]
		if name, ok := cutPrefixFold(c.Key, url+":"); ok && strings.EqualFold(name, "sub") {
			return c
		}
	}
	return nil
}

// openValues returns the values of a condition that let strangers in, or all where it is the operator that does.
func openValues(c *Condition, url string, i issuer) []string {
	var out []string
	for _, v := range c.Values {
		one := *c
		one.Values = []Value{v}
		if !fixesClaim(&one, url, i) {
			out = append(out, v.Text)
		}
	}
	if len(out) == 0 {
		return append(Texts(c.Values), c.Operator.String())
	}
	return out
}

// scopedOIDC reports whether the statement, or a Deny, leaves only the tokens of fixed customers of an issuer.
func (j *accessJudge) scopedOIDC(s *Statement, who caller, url string, i issuer) bool {
	if !s.ConditionRepeated {
		for n := range s.Conditions {
			c := &s.Conditions[n]
			if c.Operator.Comparison.Negated() || c.Operator.HoldsWhenAbsent() && !demandsPresence(s, c.Key) {
				continue
			}
			if fixesClaim(c, url, i) {
				return true
			}
		}
	}
	return j.deniedUnless(who, wayWebIdentity, func(c *Condition) bool { return fixesClaim(c, url, i) })
}

// deniedUnless reports whether a Deny takes a way to assume the role from a caller unless a condition holds that it
// excludes.
func (j *accessJudge) deniedUnless(who caller, way string, is func(*Condition) bool) bool {
	for _, d := range j.fences.denies {
		if len(d.Conditions) != 1 || !j.fences.coversUnit(d, unit{way, "*"}) {
			continue
		}
		c := &d.Conditions[0]
		if c.Operator.Comparison.Negated() && c.Operator.HoldsWhenAbsent() && d.Has(ElementPrincipal) && aboutCaller(d.Principals, who) && is(c) {
			return true
		}
	}
	return false
}

// fixesClaim reports whether every value of a condition fixes one and the same claim of an issuer.
func fixesClaim(c *Condition, url string, i issuer) bool {
	name, ok := cutPrefixFold(c.Key, url+":")
	if !ok || len(c.Values) == 0 {
		return false
	}
	wild := false
	switch c.Operator.Comparison {
	case StringLike, StringNotLike:
		wild = true
	case StringEquals, StringEqualsIgnoreCase, StringNotEquals, StringNotEqualsIgnoreCase, NumericEquals, NumericNotEquals:
	default:
		return false
	}
	return allValues(c.Values, func(value string) bool {
		return slices.ContainsFunc(i.claims, func(cl claim) bool { return strings.EqualFold(cl.name, name) && cl.fixes(value, wild) })
	})
}

// scopedSAML reports whether assertions must be meant for AWS's sign-in page, or come of a fixed issuer or subject.
func (j *accessJudge) scopedSAML(s *Statement, who caller) bool {
	if !s.ConditionRepeated {
		for i := range s.Conditions {
			c := &s.Conditions[i]
			if !c.Operator.Comparison.Negated() && (!c.Operator.HoldsWhenAbsent() || demandsPresence(s, c.Key)) && fixesSAML(c) {
				return true
			}
		}
	}
	return j.deniedUnless(who, waySAML, fixesSAML)
}

func fixesSAML(c *Condition) bool {
	if len(c.Values) == 0 || !comparesWith(fixedKey, c.Operator.Comparison) {
		return false
	}
	if !c.Is("SAML:aud") {
		return (c.Is("SAML:sub") || c.Is("SAML:namequalifier") || c.Is("SAML:iss")) &&
			allValues(c.Values, func(v string) bool { return !HasWildcard(v) && !strings.Contains(v, "${") })
	}
	return allValues(c.Values, func(v string) bool {
		if !HasWildcard(v) {
			return !strings.Contains(v, "${")
		}
		// The sign-in pages of all regions are AWS's own.
		return v == "https://*.signin.aws.amazon.com/saml"
	})
}
