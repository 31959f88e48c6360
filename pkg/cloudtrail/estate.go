package cloudtrail

import "slices"

// An Estate is what the operator says about the accounts that an event can concern. An event does not tell it, and a rule
// has to know it: whether an account is a stranger's, which regions are used. The zero value knows nothing.
type Estate struct {
	Organization string   // "o-a1b2c3d4e5"
	Accounts     []string // the operator's own accounts: twelve digits each
	Trusted      []string // accounts of others that may be given access
	Production   []string // the own accounts that hold what must not break
	Regions      []string // where work is meant to happen; empty where every region will do
	OwnRoles     []string // ARNs of the roles under which Riposte itself calls AWS
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
	return e.Estate != nil && e.Identity.Session.IssuerARN != "" && slices.Contains(e.Estate.OwnRoles, e.Identity.Session.IssuerARN)
}
