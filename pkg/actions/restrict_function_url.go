package actions

// RestrictFunctionURL makes a function's URL ask for credentials.
func RestrictFunctionURL() Action {
	const functions = "arn:${Partition}:lambda:${Region}:${Account}:function:*"
	return Action{
		ID:         "restrict-function-url",
		Title:      "Make a function's URL ask for credentials",
		Reversible: true,
		Handles:    []string{"lambda-function-url-public"},
		Grants: []Grant{
			{Actions: []string{"lambda:GetFunctionUrlConfig"}, Resources: []string{functions}},
			{Actions: []string{"lambda:UpdateFunctionUrlConfig"}, Resources: []string{functions}, Writes: true},
		},
		Doc: `
Sets the authentication of the function's URL to ` + "`AWS_IAM`" + `, so that only signed calls with a permission reach the function. The
URL itself, its CORS settings and the function's policy stay.

If it is wrong, everybody who calls the URL without credentials, such as a web page or a webhook, gets 403.

Undo sets the authentication to ` + "`NONE`" + ` again, unless somebody has changed it or deleted the URL since.`,
		UndoDoc: "Undo opens the URL again.",
	}
}
