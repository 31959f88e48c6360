package actions

// DisableSerialConsole switches the serial console of instances off.
func DisableSerialConsole() Action {
	return Action{
		ID:         "disable-serial-console",
		Title:      "Switch the serial console off",
		Reversible: true,
		Handles:    []string{"ec2-serial-console-enabled"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:GetSerialConsoleAccessStatus"}, Resources: []string{"*"},
				Why: "it is a setting of the region and no resource",
			},
			{
				Actions: []string{"ec2:DisableSerialConsoleAccess"}, Resources: []string{"*"}, Writes: true,
				Why: "it is a setting of the region and no resource",
			},
			{
				Actions: []string{"ec2:EnableSerialConsoleAccess"}, Resources: []string{"*"}, Writes: true, Undo: true,
				Why: "it is a setting of the region and no resource",
			},
		},
		Doc: `
Switches the access to the serial console of instances off again in the region of the event. Sessions that are open end, and
nobody can start another one. What was done through the console before is not undone.

If it is wrong, somebody who repairs an instance without a network loses the way in.

Undo switches the access on again, unless somebody has done so since.`,
		UndoDoc: "Undo switches the serial console on again.",
	}
}
