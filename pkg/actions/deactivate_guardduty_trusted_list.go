package actions

// DeactivateGuardDutyTrustedList switches off a list of addresses that raise no findings.
func DeactivateGuardDutyTrustedList() Action {
	const lists = detectors + "/ipset/*"
	return Action{
		ID:         "deactivate-guardduty-trusted-list",
		Title:      "Deactivate a trusted list of GuardDuty",
		Reversible: true,
		Handles:    []string{"guardduty-suppressed"},
		Grants: []Grant{
			{Actions: []string{"guardduty:GetIPSet"}, Resources: []string{lists}},
			{Actions: []string{"guardduty:UpdateIPSet"}, Resources: []string{lists}, Writes: true},
		},
		Doc: `
Deactivates the trusted list of addresses that the event activated. The list and the file behind it stay.

It does not touch lists of trusted entities, threat lists, and a list whose content was replaced without being activated:
what it held before nobody knows. GuardDuty needs some minutes until the list has no effect.

What breaks if it is wrong: the organization's own scanners raise findings.

Undo activates the list again, with what its file holds then.`,
		UndoDoc: "Undo activates the list again.",
	}
}
