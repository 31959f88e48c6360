package iampolicy

import "slices"

// A Context is what the caller knows about the account that a document stands in. The zero value knows nothing: then
// every account that a document names may be a stranger's, and the risks say so.
type Context struct {
	Account         string   // the account that owns the document: twelve digits
	Organization    string   // its organisation, such as o-a1b2c3d4e5
	TrustedAccounts []string // accounts of the organisation and others that may be trusted
	Partition       string   // "aws" where it is empty
	CanonicalUsers  []string // S3's ids of the accounts that may be trusted
}

// familiar reports whether an account is the own one or one that may be trusted.
func (c *Context) familiar(account string) bool {
	return account == c.Account || slices.Contains(c.TrustedAccounts, account)
}

// ownOrganization reports whether every organisation of a limit is the own one.
func (c *Context) ownOrganization(ids []string) bool {
	return c.Organization != "" && len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return id != c.Organization })
}
