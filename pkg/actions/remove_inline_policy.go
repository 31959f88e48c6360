package actions

// RemoveInlinePolicy takes back an inline policy of a user, a role or a group.
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
Takes back the one inline policy that the event put, on its user, role or group. The document is kept in the journal.

Putting an inline policy overwrites a former one of the same name silently, and the event does not show what was there
before. Where Riposte has seen the former document and judged it harmless, it puts that one back. Otherwise it takes out the
statements that are too broad, the gravest ones where they differ, and deletes the policy where it has no other: what stands
beside them may have been there before. A former document whose statements the event left out does not come back, and whoever
relied on it loses what it granted.

Where somebody has changed the document since the event, only the event's own statements are taken out of it. Roles that belong to
AWS or to the account's foundations are refused.

Undo puts back the document of the event.`,
		UndoDoc: "Undo puts back the document of the event.",
	}
}
