package actions

// RestoreAccountPublicAccessBlock switches the settings of an account's Block Public Access on again.
func RestoreAccountPublicAccessBlock() Action {
	const why = "the calls about the settings of a whole account cannot be limited to a resource"
	return Action{
		ID:         "restore-account-public-access-block",
		Title:      "Restore an account's Block Public Access",
		Reversible: true,
		Handles:    []string{"s3-public-access-block-removed"},
		Grants: []Grant{
			{Actions: []string{"s3:GetAccountPublicAccessBlock"}, Resources: []string{"*"}, Why: why},
			{
				Actions: []string{"s3:PutAccountPublicAccessBlock"}, Resources: []string{"*"}, Why: why, Writes: true,
				Events: []string{"PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock", "PutPublicAccessBlock", "DeletePublicAccessBlock"},
			},
		},
		Doc: `
Switches on again those of the account's four settings that the event left off, and all four where it deleted them. Where
the state before the event is known, only what was on then. The other settings stay as they are.

Where a policy of the organisation governs the settings, S3 refuses the call; so does the action, and says so.

What breaks if it is wrong: every bucket of the account that is meant for everyone, in every region, answers "access
denied" within a minute. An account that has such buckets should have this rule at ` + "`ask`" + `.

Undo sets the settings as the event left them, and deletes them where it had.`,
		UndoDoc: "Undo switches the same settings of the account off again.",
	}
}
