package actions

// RemoveInlinePolicy deletes an inline policy of a user, a role or a group.
func RemoveInlinePolicy() Action {
	return Action{
		ID:         "remove-inline-policy",
		Title:      "Remove an inline policy",
		Reversible: true,
		Handles:    []string{"inline-policy-wildcard"},
		Grants: onPrincipals(
			Grant{Actions: []string{"iam:Get%Policy", "iam:List%Policies"}},
			Grant{Actions: []string{"iam:Delete%Policy", "iam:Put%Policy"}, Writes: true},
		),
		Doc: `
Deletes the one inline policy that the event put, from its user, role or group, while its document is still the one of
the event. The document is kept in the journal.

Putting an inline policy overwrites a former one of the same name silently, and the event does not show what was there
before. Where Riposte has seen the former document and judged it harmless, it puts that one back. Otherwise removing the policy
is the narrowest reversal that is certain: a former document under the same name does not come back, and whoever relied on it
loses what it granted.

A document that somebody has changed since the event is refused, and so are roles that belong to AWS or to the account's
foundations.

Undo puts back the document of the event.`,
		UndoDoc: "Undo puts back the document of the event.",
	}
}
