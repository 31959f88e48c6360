package cloudtrail

import (
	"bytes"
	"slices"
	"strings"
)

// An Estate is what the operator says about the accounts that an event can concern. An event does not tell it, and a rule
// has to know it: whether an account is a stranger's, which regions are used. The zero value knows nothing.
type Estate struct {
	Organization string   // "o-a1b2c3d4e5"
	Accounts     []string // the operator's own accounts: twelve digits each
	Trusted      []string // accounts of others that may be given access
	Production   []string // the own accounts that hold what must not break
	Regions      []string // where work is meant to happen; empty where every region will do
	OwnRoles     []string // ARNs of the roles under which Riposte itself calls AWS, as IsRole takes them
	Stack        string   // the name of Riposte's stack, with which the names of what it consists of begin; empty for DefaultStack
}

// DefaultStack is the name of Riposte's stack where nobody says another.
const DefaultStack = "Riposte"

func (e *Event) stack() string {
	if e.Estate != nil && e.Estate.Stack != "" {
		return e.Estate.Stack
	}
	return DefaultStack
}

// MayNameOwn reports whether the name of Riposte's stack stands anywhere in what a call asked for, or that cannot be seen:
// without it no part of the request is an OwnName.
func (e *Event) MayNameOwn() bool {
	raw, stack := e.Request.Raw(), []byte(e.stack())
	if raw == nil {
		return true
	}
	for i := 0; i+len(stack) <= len(raw); i++ {
		if raw[i]|0x20 == stack[0]|0x20 && bytes.EqualFold(raw[i:i+len(stack)], stack) {
			return true
		}
	}
	return false
}

// OwnName reports whether a name is one that Riposte's stack gives to what it consists of: the stack's, or one that begins
// with it and a dash. Letter case is left aside, because some services do so.
func (e *Event) OwnName(name string) bool {
	stack := e.stack()
	if len(name) < len(stack) || !strings.EqualFold(name[:len(stack)], stack) {
		return false
	}
	return len(name) == len(stack) || name[len(stack)] == '-'
}

// Familiar lists the accounts beside the event's own that may be given access.
func (e *Event) Familiar() []string {
	if e.Estate == nil {
		return nil
	}
	return slices.Concat(e.Estate.Accounts, e.Estate.Trusted)
}

// Inside reports whether an account is the event's own, another of the operator's, or one that the operator trusts.
func (e *Event) Inside(account string) bool {
	if account == e.Account {
		return true
	}
	s := e.Estate
	return s != nil && (slices.Contains(s.Accounts, account) || slices.Contains(s.Trusted, account))
}

// InProduction reports whether the event happened in an account that the operator calls production.
func (e *Event) InProduction() bool {
	return e.Estate != nil && slices.Contains(e.Estate.Production, e.Account)
}

// ByOwnRole reports whether Riposte itself made the call, or somebody who came by one of its roles.
func (e *Event) ByOwnRole() bool {
	role := e.Identity.Session.IssuerARN
	return e.Estate != nil && role != "" && slices.ContainsFunc(e.Estate.OwnRoles, func(own string) bool { return IsRole(own, role) })
}

// IsRole reports whether an ARN is that of a role. The account of own, and nothing else of it, may be "*": the role of
// that name in any account.
func IsRole(own, arn string) bool {
	if own == arn {
		return true
	}
	before, after, everywhere := strings.Cut(own, "::*:role/")
	if !everywhere {
		return false
	}
	rest, ok := strings.CutPrefix(arn, before+"::")
	if !ok {
		return false
	}
	account, ok := strings.CutSuffix(rest, ":role/"+after)
	return ok && IsAccount(account)
}

// IsAccount reports whether a text is an account's id: twelve digits.
func IsAccount(text string) bool {
	return len(text) == 12 && strings.Trim(text, "0123456789") == ""
}
