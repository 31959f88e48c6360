package actions

// RemoveBucketACLGrants takes grants to everyone out of a bucket's access control list.
func RemoveBucketACLGrants() Action {
	return Action{
		ID:         "remove-bucket-acl-grants",
		Title:      "Remove grants of a bucket's access control list",
		Reversible: true,
		Handles:    []string{"s3-bucket-acl-public"},
		Grants: []Grant{
			{Actions: []string{"s3:GetBucketAcl"}, Resources: []string{s3Buckets}},
			{Actions: []string{"s3:PutBucketAcl"}, Resources: []string{s3Buckets}, Writes: true},
		},
		Doc: `
Takes exactly those grants out of the bucket's access control list that the event made to everyone, or to everybody with an
AWS account. Every other grant stays: the owner's, those to single accounts and to S3's log delivery. Where lists are
switched off for the bucket there is nothing to do.

It does not touch the lists of the objects inside.

What breaks if it is wrong: who listed or wrote the bucket without an account of its own.

Undo grants the same again. S3 refuses it while Block Public Access forbids public lists.`,
		UndoDoc: "Undo grants the same to the same groups again.",
	}
}
