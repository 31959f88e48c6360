package actions

// RevokeSecurityGroupRules takes back the ingress rules that an event added to a security group.
func RevokeSecurityGroupRules() Action {
	const groups = "arn:${Partition}:ec2:${Region}:${Account}:security-group/*"
	return Action{
		ID:         "revoke-security-group-rules",
		Title:      "Revoke security group rules",
		Reversible: true,
		Handles:    []string{"sg-open-to-world"},
		Grants: []Grant{
			{
				Actions:   []string{"ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups"},
				Resources: []string{"*"},
				Why:       "ec2:Describe calls cannot be limited to a security group",
			},
			{Actions: []string{"ec2:RevokeSecurityGroupIngress"}, Resources: []string{groups}, Writes: true},
			{
				Actions: []string{"ec2:AuthorizeSecurityGroupIngress"}, Resources: []string{groups},
				Writes: true, Undo: true,
			},
		},
		Doc: `
Revokes exactly the ingress rules of the event that are open to the world, by their rule ids, while they still are what
the event made them. Every other rule of the security group stays, those of the same event included; a rule that somebody
has narrowed since is left alone, and so is one that was added again by another call, which is a finding of its own.

Connections that are open already may live on until they are closed.

Undo adds the rules again with their ports, addresses and descriptions. AWS gives them new ids, and tags on them are lost.`,
		UndoDoc: "Undo adds the same rules again, under new ids and without their tags.",
	}
}
