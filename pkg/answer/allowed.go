package answer

import (
	"fmt"
	"slices"

	"riposte/pkg/config"
	"riposte/pkg/ledger"
)

// Approver returns whom the configuration has under an ID of Slack's, who may answer about an account; or why nobody there
// may.
func Approver(who config.Answers, slack, account string) (a config.Approver, refused string) {
	n := slices.IndexFunc(who.Approvers, func(a config.Approver) bool { return a.Slack == slack })
	switch {
	case n < 0:
		return a, "You are not among the people who may answer: riposte.yaml lists them under answers.approvers. Nothing was done."
	case len(who.Approvers[n].Accounts) > 0 && !slices.Contains(who.Approvers[n].Accounts, account):
		return a, fmt.Sprintf("riposte.yaml does not let you answer about account %s. Nothing was done.", account)
	}
	return who.Approvers[n], ""
}

// Outdated says why an answer does not fit an incident as it stands now, or "" where it does.
func Outdated(in ledger.Incident, v Verb, seen ledger.State) string {
	switch {
	case in.State != seen:
		return fmt.Sprintf("That button is out of date: incident %s was %s when it was drawn and is %s now. Nothing was done; the message shows how it stands.",
			in.ID, seen, in.State)
	case !Offers(in, v):
		return fmt.Sprintf("Incident %s is %s, which leaves nothing to %s. Nothing was done.", in.ID, in.State, v)
	}
	return ""
}

// NeedsTwo reports whether an answer about an account takes two people.
func NeedsTwo(who config.Answers, v Verb, account string) bool {
	return v.ChangesAccount() && slices.Contains(who.TwoPeople, account)
}
