package actions

// RestorePasswordPolicy gives the account the password policy back that it had.
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
Gives the account back the password policy that was last known to be good, while the policy still is what the event made of it.
One that somebody has set since stays. Where Riposte has not seen a policy before, it refuses, and a person decides.

Passwords that were set meanwhile stay as they are: IAM asks for a better one at the next change only.

Undo puts back the policy that the event had made, or deletes it again where the event had deleted it.`,
		UndoDoc: "Undo puts back the password policy that the event had made.",
	}
}
