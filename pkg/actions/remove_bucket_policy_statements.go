package actions

// RemoveBucketPolicyStatements takes statements that let strangers in out of a bucket's policy.
func RemoveBucketPolicyStatements() Action {
	return Action{
		ID:         "remove-bucket-policy-statements",
		Title:      "Remove statements of a bucket policy",
		Reversible: true,
		Handles:    []string{"s3-bucket-policy-public", "s3-bucket-policy-cross-account"},
		Grants: []Grant{
			{Actions: []string{"s3:GetBucketPolicy"}, Resources: []string{s3Buckets}},
			{Actions: []string{"s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}, Resources: []string{s3Buckets}, Writes: true},
		},
		Doc: `
Takes exactly those statements out of the bucket's policy that let strangers in and that the event put there, known by what
they say. Every other statement stays as it is written; a policy that has none left is deleted.

Where the policy before the event is known and nobody has written another one since, it comes back as it was, with the
statements that the event left out. Otherwise what a call of PutBucketPolicy replaced does not come back: the event does not
show it.

A statement that somebody has narrowed since is left alone. Where the policy is still public by other statements than the
event's, the action refuses and a person has to look. S3 refuses to write a policy that stays public while the bucket blocks
public policies; then a person has to take the other statements out first.

What breaks if it is wrong: whoever came in by the statements, such as a partner or the visitors of a website.

Undo puts the same statements back where they were.`,
		UndoDoc: "Undo puts the same statements back into the policy.",
	}
}
