package actions

// EnableEventRule enables an EventBridge rule that was disabled.
func EnableEventRule() Action {
	const rules = "arn:${Partition}:events:${Region}:${Account}:rule/*"
	return Action{
		ID:         "enable-event-rule",
		Title:      "Enable an EventBridge rule",
		Reversible: true,
		Handles:    []string{"eventbridge-rule-disabled"},
		Grants: []Grant{
			{Actions: []string{"events:DescribeRule"}, Resources: []string{rules}},
			{Actions: []string{"events:EnableRule", "events:PutRule"}, Resources: []string{rules}, Writes: true},
			{Actions: []string{"events:DisableRule"}, Resources: []string{rules}, Writes: true, Undo: true},
		},
		Doc: `
Enables the rule that the event disabled, on its event bus. Its pattern and its targets stay as they are.

It does not bring back a deleted rule or removed targets, and leaves rules alone that an AWS service manages. A rule that
took read-only management events comes back with them where that is known from when it was put, and without them
otherwise: the event does not say so. A rule that was put as disabled is enabled only where it is known to have been. Events
that the rule dropped meanwhile are lost.

What breaks if it is wrong: a schedule or a flow that was paused on purpose runs again.

Undo disables the rule again.`,
		UndoDoc: "Undo disables the rule again.",
	}
}
