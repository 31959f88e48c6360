package actions

// DeleteRootAccessKey deletes an access key of the root user of a member's account.
func DeleteRootAccessKey() Action {
	roots := []string{"arn:${Partition}:iam::*:root"}
	return Action{
		ID:         "delete-root-access-key",
		Title:      "Delete an access key of a member account's root user",
		Reversible: false,
		AsRoot:     true,
		Handles:    []string{"access-key-created", "access-key-reactivated-or-other-credential"},
		Grants: []Grant{
			{
				Actions: []string{"organizations:DescribeOrganization"}, Resources: []string{"*"}, Holder: Hub,
				Why: "an organization has no ARN that its members could name; the call only tells which account manages it",
			},
			{
				Actions: []string{"sts:AssumeRoot"}, Resources: roots, Writes: true, Holder: Hub,
				Conditions: map[string]map[string][]string{"ArnEquals": {
					"sts:TaskPolicyArn": {"arn:${Partition}:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"},
				}},
			},
			{Actions: []string{"iam:ListAccessKeys"}, Resources: roots, Holder: RootTask},
			{Actions: []string{"iam:DeleteAccessKey"}, Resources: roots, Writes: true, Holder: RootTask},
		},
		Doc: `
Takes on the root user of the member account by ` + "`sts:AssumeRoot`" + `, bounded by the task policy of AWS that only lets root's
credentials be listed and deleted, and deletes the access key of the event: exactly that one. Root keys can be deleted from
outside and not deactivated.

It needs a deployment for an organization whose root tasks are allowed, centralized root access with privileged root
actions, and a hub in the management account or in the delegated administrator's account of IAM. It refuses the hub's own account and
the management account, whose root nobody can take on, and every account while it is not known which one that is. It does
not end sessions that were made from the key, and touches no password and no MFA device of root.

Nobody can undo it: AWS never shows the secret again. Whoever needs a root key, which nobody should, signs in as root and
makes a new one.`,
		UndoDoc: "Nothing can give the key back: root has to make a new one.",
	}
}
