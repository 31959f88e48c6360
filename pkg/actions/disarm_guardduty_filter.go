package actions

// DisarmGuardDutyFilter lets a GuardDuty filter no longer archive what fits it.
func DisarmGuardDutyFilter() Action {
	return Action{
		ID:         "disarm-guardduty-filter",
		Title:      "Keep a GuardDuty filter from archiving findings",
		Reversible: true,
		Handles:    []string{"guardduty-suppressed"},
		Grants: []Grant{
			{Actions: []string{"guardduty:GetFilter"}, Resources: []string{filters}},
			{Actions: []string{"guardduty:UpdateFilter"}, Resources: []string{filters}, Writes: true},
		},
		Doc: `
Sets the action of the filter that the event wrote from ARCHIVE to NOOP: it becomes a saved search. Its name, criteria,
description and rank stay as they are, and so do all other filters.

It does not bring back findings that were archived meanwhile; they are kept for 90 days and can be unarchived by a person.
Where an update of an old filter changed its criteria, they stay changed.

What breaks if it is wrong: known noise comes back as findings.

Undo sets the action to ARCHIVE again.`,
		UndoDoc: "Undo lets the filter archive findings again.",
	}
}

const filters = detectors + "/filter/*"
