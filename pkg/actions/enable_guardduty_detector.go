package actions

const detectors = "arn:${Partition}:guardduty:${Region}:${Account}:detector/*"

// EnableGuardDutyDetector enables a detector that was suspended.
func EnableGuardDutyDetector() Action {
	return Action{
		ID:         "enable-guardduty-detector",
		Title:      "Enable a GuardDuty detector",
		Reversible: true,
		Handles:    []string{"guardduty-disabled"},
		Grants: []Grant{
			{Actions: []string{"guardduty:GetDetector"}, Resources: []string{detectors}},
			{Actions: []string{"guardduty:UpdateDetector"}, Resources: []string{detectors}, Writes: true},
		},
		Doc: `
Enables the detector that the event suspended. Its protection plans, filters, lists and its findings' export stay as they
are, and so does what the same call changed beside it.

It does not bring back a deleted detector, which lost its findings, filters and lists, and does not attach member accounts
or an administrator again. What happened meanwhile is not looked at afterwards.

What breaks if it is wrong: GuardDuty costs money again in a region where it was suspended on purpose.

Undo suspends the detector again.`,
		UndoDoc: "Undo suspends the detector again.",
	}
}
