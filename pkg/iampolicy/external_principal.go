package iampolicy

import "strings"

// A caller is one value of a Principal element, and what it says about who may call.
type caller struct {
	text      string
	kind      callerKind
	account   string // of callerAccount and, where it is known, callerFederated
	principal *Principal
	span      Span
}

type callerKind uint8

const (
	callerEveryone  callerKind = iota // anybody, with or without an account
	callerAccount                     // an account, or a principal of it
	callerUnknown                     // a principal whose account the document does not tell
	callerService                     // an AWS service
	callerFederated                   // an identity provider
)

// callers returns whom a statement names. An Allow with NotPrincipal names everybody else, which is everyone.
func callers(s *Statement) []caller {
	if s.Has(ElementNotPrincipal) && s.Effect == Allow {
		if excludesEveryone(s.NotPrincipals) {
			return nil
		}
		out := []caller{{text: "NotPrincipal", kind: callerEveryone}}
		if len(s.NotPrincipals) > 0 {
			out[0].span = s.NotPrincipals[0].Span
		}
		return out
	}
	var out []caller
	for i := range s.Principals {
		p := &s.Principals[i]
		for _, v := range p.Values {
			out = append(out, callerOf(p, v))
		}
	}
	return out
}

func excludesEveryone(principals []Principal) bool {
	for i := range principals {
		p := &principals[i]
		for _, v := range p.Values {
			if (p.Type == PrincipalAny || p.Type == PrincipalAWS) && onlyStars(v.Text) {
				return true
			}
		}
	}
	return false
}

func callerOf(p *Principal, v Value) caller {
	c := caller{text: v.Text, principal: p, span: v.Span}
	switch p.Type {
	case PrincipalAny:
		c.kind = callerEveryone
	case PrincipalService:
		c.kind = callerService
		if HasWildcard(v.Text) {
			c.kind = callerEveryone
		}
	case PrincipalFederated:
		c.kind = callerFederated
		if a, ok := ParseARN(v.Text); ok && IsAccount(a.Account) {
			c.account = a.Account
		}
		if HasWildcard(v.Text) && c.account == "" {
			c.kind = callerEveryone
		}
	case PrincipalCanonical:
		c.kind = callerUnknown
	default:
		c.kind, c.account = awsCaller(v.Text)
	}
	return c
}

// awsCaller reads an AWS principal. A wildcard in or before the account lets every account in, whether IAM would take
// it as one or not. An unknown account is not harmless: AWS turns the unique id of a stranger's role into its ARN.
func awsCaller(text string) (kind callerKind, account string) {
	if IsAccount(text) {
		return callerAccount, text
	}
	a, ok := ParseARN(text)
	switch {
	case ok && IsAccount(a.Account):
		return callerAccount, a.Account
	case ok && a.Account == "cloudfront":
		return callerService, ""
	case ok && HasWildcard(a.Account), !ok && HasWildcard(text):
		return callerEveryone, ""
	}
	// "arn:aws:iam::111122223333" lacks its last part, and tools take it for the account.
	if rest, found := strings.CutPrefix(text, "arn:"); found && !ok {
		if last := rest[strings.LastIndexByte(rest, ':')+1:]; IsAccount(last) {
			return callerAccount, last
		}
	}
	return callerUnknown, ""
}

// onlyStars reports whether a pattern is nothing but stars.
func onlyStars(text string) bool { return text != "" && strings.Trim(text, "*") == "" }
