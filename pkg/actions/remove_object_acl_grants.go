package actions

// RemoveObjectACLGrants takes grants to everyone out of an object's access control list.
func RemoveObjectACLGrants() Action {
	return Action{
		ID:         "remove-object-acl-grants",
		Title:      "Remove grants of an object's access control list",
		Reversible: true,
		Handles:    []string{"s3-bucket-acl-public"},
		Grants: []Grant{
			{Actions: []string{"s3:GetObjectAcl"}, Resources: []string{s3Objects}},
			{Actions: []string{"s3:PutObjectAcl"}, Resources: []string{s3Objects}, Writes: true},
		},
		Doc: `
Takes exactly those grants out of the object's access control list that the event made to everyone, or to everybody with an
AWS account. Every other grant stays. It works on the current version of the object: a finding about another version, and
an object that is owned by another account, are for a person.

What breaks if it is wrong: downloads of this object without an account.

Undo grants the same again. S3 refuses it while Block Public Access forbids public lists.`,
		UndoDoc: "Undo grants the same to the same groups again.",
	}
}
