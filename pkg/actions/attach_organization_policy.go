package actions

// AttachOrganizationPolicy attaches a policy of the organization again.
func AttachOrganizationPolicy() Action {
	const own = "arn:${Partition}:organizations::${Account}:"
	attachments := []string{own + "policy/*", own + "account/*", own + "ou/*", own + "root/*"}
	return Action{
		ID:         "attach-organization-policy",
		Title:      "Attach an organization's policy again",
		Reversible: true,
		Handles:    []string{"organization-changed"},
		Grants: []Grant{
			{Actions: []string{"organizations:ListTargetsForPolicy"}, Resources: []string{own + "policy/*"}},
			{Actions: []string{"organizations:AttachPolicy"}, Resources: attachments, Writes: true},
			{Actions: []string{"organizations:DetachPolicy"}, Resources: attachments, Writes: true, Undo: true},
		},
		Doc: `
Attaches the policy to the root, the unit or the account that the event detached it from, with the content that it has now. It
binds what is below at once. Other policies and other targets stay as they are.

It works in the organization's management account only, or where that has delegated it. A policy that was deleted cannot be
attached, and one of AWS's own, which allow everything, never is.

What breaks if it is wrong: what the policy denies is denied again, for everybody below the target but the management account.

Undo detaches the policy from the same target again.`,
		UndoDoc: "Undo detaches the policy from the same target again.",
	}
}
