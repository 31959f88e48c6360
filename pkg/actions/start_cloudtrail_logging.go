package actions

// StartCloudTrailLogging starts the logging of a trail again.
func StartCloudTrailLogging() Action {
	const trails = "arn:${Partition}:cloudtrail:${Region}:${Account}:trail/*"
	return Action{
		ID:         "start-cloudtrail-logging",
		Title:      "Start a trail's logging",
		Reversible: true,
		Handles:    []string{"cloudtrail-stopped"},
		Grants: []Grant{
			{Actions: []string{"cloudtrail:GetTrailStatus"}, Resources: []string{trails}},
			{
				Actions: []string{"cloudtrail:DescribeTrails"}, Resources: []string{"*"},
				Why: "cloudtrail:DescribeTrails cannot be limited to a trail",
			},
			{Actions: []string{"cloudtrail:StartLogging"}, Resources: []string{trails}, Writes: true},
			{Actions: []string{"cloudtrail:StopLogging"}, Resources: []string{trails}, Writes: true, Undo: true},
		},
		Doc: `
Starts the logging of the trail that was stopped, in its home region. What the trail records and where it writes stay as
they are.

What happened while the trail was stopped is not in its bucket and cannot be added; CloudTrail's event history still has
management events of the last 90 days. A trail of the organization can only be started from the account that owns it.

Undo stops the logging again. That is an attack's own step: do it only where the stop was meant.`,
		UndoDoc: "Undo stops the trail's logging again.",
	}
}
