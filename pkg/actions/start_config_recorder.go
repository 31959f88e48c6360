package actions

// StartConfigRecorder starts a configuration recorder that was stopped.
func StartConfigRecorder() Action {
	const recorders = "arn:${Partition}:config:${Region}:${Account}:configuration-recorder/*"
	return Action{
		ID:         "start-config-recorder",
		Title:      "Start a configuration recorder",
		Reversible: true,
		Handles:    []string{"config-disabled"},
		Grants: []Grant{
			{Actions: []string{"config:DescribeConfigurationRecorderStatus"}, Resources: []string{recorders}},
			{Actions: []string{"config:StartConfigurationRecorder"}, Resources: []string{recorders}, Writes: true},
			{Actions: []string{"config:StopConfigurationRecorder"}, Resources: []string{recorders}, Writes: true, Undo: true},
		},
		Doc: `
Starts the configuration recorder that was stopped. What it records and where it delivers stay as they are.

It does not make a deleted recorder, delivery channel or rule anew, and it cannot start a recorder without a delivery
channel: then it refuses. A recorder that belongs to an AWS service is left alone. Changes while the recorder stood are seen
once it looks at the resource again, without the states in between.

What breaks if it is wrong: AWS Config records again in a region where it was stopped to save money.

Undo stops the recorder again.`,
		UndoDoc: "Undo stops the recorder again.",
	}
}
