package actions

// RemoveFunctionPermission takes one statement out of a function's policy.
func RemoveFunctionPermission() Action {
	const functions = "arn:${Partition}:lambda:${Region}:${Account}:function:*"
	return Action{
		ID:         "remove-function-permission",
		Title:      "Remove a permission of a function",
		Reversible: true,
		Handles:    []string{"lambda-public-or-cross-account-policy"},
		Grants: []Grant{
			{Actions: []string{"lambda:GetPolicy"}, Resources: []string{functions}},
			{Actions: []string{"lambda:GetFunctionConcurrency"}, Resources: []string{functions}},
			{Actions: []string{"lambda:RemovePermission"}, Resources: []string{functions}, Writes: true},
			{Actions: []string{"lambda:AddPermission"}, Resources: []string{functions}, Writes: true, Undo: true},
		},
		Doc: `
Takes the one statement out of the policy of the function, its version or its alias that the event added, by its statement id,
while it still lets in whom the event let in. Every other statement stays. Layers are for a person.

A statement that ` + "`AddPermission`" + ` could not write again as it stands is refused, since undo could not give it back.

If it is wrong, whoever called the function by that statement no longer can: a bucket, a topic or an API that triggers it fails
silently.

Undo adds the same permission again, unless somebody has added another one under its id since.`,
		UndoDoc: "Undo adds the same permission again.",
	}
}
