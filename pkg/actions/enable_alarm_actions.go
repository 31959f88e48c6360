package actions

// EnableAlarmActions enables the actions of alarms that were silenced.
func EnableAlarmActions() Action {
	const alarms = "arn:${Partition}:cloudwatch:${Region}:${Account}:alarm:*"
	return Action{
		ID:         "enable-alarm-actions",
		Title:      "Enable the actions of CloudWatch alarms",
		Reversible: true,
		Handles:    []string{"alarm-deleted"},
		Grants: []Grant{
			{
				Actions: []string{"cloudwatch:DescribeAlarms"}, Resources: []string{"*"},
				Why: "composite alarms are only described to those who may describe all alarms",
			},
			{Actions: []string{"cloudwatch:EnableAlarmActions"}, Resources: []string{alarms}, Writes: true},
			{Actions: []string{"cloudwatch:DisableAlarmActions"}, Resources: []string{alarms}, Writes: true, Undo: true},
		},
		Doc: `
Enables the actions of the alarms that the event names, as far as they are disabled. Thresholds, states and the actions
themselves stay as they are.

It does not make deleted alarms anew. An alarm that changed its state while it was silenced tells nobody of that
afterwards. The event does not say which alarms were silent before: those come to tell again too.

What breaks if it is wrong: people are alarmed during maintenance.

Undo silences the alarms again that were silent.`,
		UndoDoc: "Undo silences the same alarms again.",
	}
}
