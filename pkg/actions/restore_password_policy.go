package actions

// RestorePasswordPolicy makes the account's password policy as strict again as it was.
func RestorePasswordPolicy() Action {
	const why = "IAM knows no resource for an account's password policy"
	return Action{
		ID:         "restore-password-policy",
		Title:      "Restore the password policy",
		Reversible: true,
		Handles:    []string{"password-policy-weakened"},
		Grants: []Grant{
			{Actions: []string{"iam:GetAccountPasswordPolicy"}, Resources: []string{"*"}, Why: why},
			{Actions: []string{"iam:UpdateAccountPasswordPolicy"}, Resources: []string{"*"}, Writes: true, Why: why},
			{Actions: []string{"iam:DeleteAccountPasswordPolicy"}, Resources: []string{"*"}, Writes: true, Undo: true, Why: why},
		},
		Doc: `
Makes the account's password policy as strict again as it was when it was last known to be good. A setting that is stricter now
than it was then stays. Where Riposte has not seen a policy before, it refuses, and a person decides.

Passwords that were set meanwhile stay as they are: IAM asks for a better one at the next change only. Settings that are neither
strict nor lax, such as whether users may change their own password, are put back as they were.

Undo puts back the policy that the event had made, or deletes it again where the event had deleted it.`,
		UndoDoc: "Undo puts back the password policy that the event had made.",
	}
}
