package actions

// EnableSecurityHub enables Security Hub again, without any standard.
func EnableSecurityHub() Action {
	const hubs = "arn:${Partition}:securityhub:${Region}:${Account}:hub/*"
	return Action{
		ID:         "enable-security-hub",
		Title:      "Enable Security Hub",
		Reversible: true,
		Handles:    []string{"securityhub-disabled"},
		Grants: []Grant{
			{Actions: []string{"securityhub:DescribeHub"}, Resources: []string{hubs}},
			{Actions: []string{"securityhub:EnableSecurityHub"}, Resources: []string{hubs}, Writes: true},
			{Actions: []string{"securityhub:DisableSecurityHub"}, Resources: []string{hubs}, Writes: true, Undo: true},
		},
		Doc: `
Enables Security Hub in the region of the event, without a standard: findings of other services are taken and kept again.

It does not bring back what disabling it removed: enabled standards and controls, custom actions, the links to an
administrator or to members, integrations. A person adds them; which ones there were is in the event history. It does not
enable the newer Security Hub, which has calls of its own.

What breaks if it is wrong: Security Hub costs money again in a region where it was disabled on purpose.

Undo disables Security Hub again. The findings that it took meanwhile are lost with that after a while.`,
		UndoDoc: "Undo disables Security Hub again, with what it took meanwhile.",
	}
}
