package actions

// RestoreModifiedSecurityGroupRule gives a rule of a security group back what it was before it was modified.
func RestoreModifiedSecurityGroupRule() Action {
	const ec2 = "arn:${Partition}:ec2:${Region}:${Account}:"
	return Action{
		ID:         "restore-modified-security-group-rule",
		Title:      "Restore a modified security group rule",
		Reversible: true,
		Handles:    []string{"sg-open-to-world"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:DescribeSecurityGroupRules"}, Resources: []string{"*"},
				Why: "ec2:Describe calls cannot be limited to a security group",
			},
			{
				Actions:   []string{"ec2:ModifySecurityGroupRules"},
				Resources: []string{ec2 + "security-group/*", ec2 + "security-group-rule/*"}, Writes: true,
			},
		},
		Doc: `
Gives the one rule that the event modified back the addresses and ports that the ledger knows of it, while the rule still is what the
event made of it. The event does not carry what the rule was before: where nobody knows, nothing is done, since revoking
the rule would cut off those whom it let in. It does nothing either where the event modified several rules. The rule keeps
its id and its tags; other rules stay.

What breaks if it is wrong: who was let in on purpose is shut out. Connections that are open already may live on.

Undo modifies the rule again as the event did.`,
		UndoDoc: "Undo modifies the rule again as the event did.",
	}
}
