// Package estate says of the accounts around an event what rules of several groups need to know: which of them are the
// operator's or trusted, and which are strangers'.
package estate

import (
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/iampolicy"
)

// Context returns what the judge of policies should know: the event's account, and what the operator says about others.
// Where nobody said which organisation is the own one, the judge takes one that a condition names for it.
func Context(ev *cloudtrail.Event) iampolicy.Context {
	return iampolicy.Context{
		Account: account(ev), Partition: ev.Partition(), Organization: organization(ev), TrustedAccounts: ev.Familiar(),
	}
}

// account returns the event's account, or the caller's where a record with few fields does not say.
func account(ev *cloudtrail.Event) string {
	if ev.Account != "" {
		return ev.Account
	}
	a, _ := iampolicy.ParseARN(ev.Identity.ARN)
	return a.Account
}

// Own returns what the judge should know where accounts of others are strangers even if the operator trusts them.
func Own(ev *cloudtrail.Event) iampolicy.Context {
	c := Context(ev)
	c.TrustedAccounts = nil
	if ev.Estate != nil {
		c.TrustedAccounts = ev.Estate.Accounts
	}
	return c
}

// Stranger returns the account in an ARN where it is neither the event's nor one that the operator owns or trusts, or "".
func Stranger(ev *cloudtrail.Event, arn string) string {
	a, ok := iampolicy.ParseARN(arn)
	if !ok || !iampolicy.IsAccount(a.Account) || ev.Inside(a.Account) {
		return ""
	}
	return a.Account
}

// Production reports whether the operator calls an account production.
func Production(ev *cloudtrail.Event, account string) bool {
	return ev.Estate != nil && slices.Contains(ev.Estate.Production, account)
}

// A Kinship says whose an organisation is.
type Kinship uint8

// What can be known about an organisation: nothing, that it is the own one, or that it is another.
const (
	Unknown Kinship = iota
	OwnOrganization
	OtherOrganization
)

// Of says whose organisation an ARN of an organisation, or of a unit or account of one, belongs to. It is the own one for
// sure where an own account manages it.
func Of(ev *cloudtrail.Event, arn string) Kinship {
	a, ok := iampolicy.ParseARN(arn)
	if ok && a.Service == "organizations" && a.Account != "" && isOwn(ev, a.Account) {
		return OwnOrganization
	}
	own := organization(ev)
	switch {
	case own == "" || !ok:
		return Unknown
	case slices.Contains(strings.Split(a.Resource, "/"), own):
		return OwnOrganization
	}
	return OtherOrganization
}

func isOwn(ev *cloudtrail.Event, account string) bool {
	return account == ev.Account || ev.Estate != nil && slices.Contains(ev.Estate.Accounts, account)
}

func organization(ev *cloudtrail.Event) string {
	if ev.Estate == nil {
		return ""
	}
	return ev.Estate.Organization
}
