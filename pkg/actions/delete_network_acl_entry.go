package actions

// DeleteNetworkACLEntry takes back the entry that an event made in a network ACL.
func DeleteNetworkACLEntry() Action {
	const acls = "arn:${Partition}:ec2:${Region}:${Account}:network-acl/*"
	return Action{
		ID:         "delete-network-acl-entry",
		Title:      "Take back a network ACL's entry",
		Reversible: true,
		Handles:    []string{"nacl-changed-or-open"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:DescribeNetworkAcls"}, Resources: []string{"*"},
				Why: "ec2:Describe calls cannot be limited to a network ACL",
			},
			{Actions: []string{"ec2:DeleteNetworkAclEntry", "ec2:ReplaceNetworkAclEntry"}, Resources: []string{acls}, Writes: true},
			{Actions: []string{"ec2:CreateNetworkAclEntry"}, Resources: []string{acls}, Writes: true, Undo: true},
		},
		Doc: `
Deletes exactly the inbound entry that the event added to the network ACL, while the entry of that number still is what the event
says. An entry that took the place of another is given back what the ledger knows of it; where nobody knows that, nothing is
done, since deleting it would cut off whom it let in before. Every other entry stays, whatever its number.

What breaks if it is wrong: traffic that only this entry let in stops at once, open connections too, since a network ACL
keeps no state.

Undo adds the entry again, or puts back what the event had made of it.`,
		UndoDoc: "Undo puts the same entry back under its number.",
	}
}
