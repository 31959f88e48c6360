package actions

const cloudTrails = "arn:${Partition}:cloudtrail:${Region}:${Account}:trail/*"

// RestoreTrail puts the settings of a trail back that an event weakened.
func RestoreTrail() Action {
	return Action{
		ID:         "restore-trail",
		Title:      "Restore a trail's settings",
		Reversible: true,
		Handles:    []string{"cloudtrail-weakened"},
		Grants: []Grant{
			{Actions: []string{"cloudtrail:GetTrail"}, Resources: []string{cloudTrails}},
			describeTrails(),
			{Actions: []string{"cloudtrail:UpdateTrail"}, Resources: []string{cloudTrails}, Writes: true},
		},
		Doc: `
Puts back the settings that the event made worse, while they still are what the event set; everything else about the trail
stays as it is. With a known good state all of them go back to it: regions, global services, validation, the bucket with
its prefix, the topic and the key. Without one, only what the event switched off for certain is switched on: all regions,
global services, validation. Where files went before, and with which key, it does not guess.

It does not put back the delivery to CloudWatch Logs, which needs the right to pass a role, nor the organization, which
belongs to its management account, and it does not start a trail that was stopped. Files that were written elsewhere
meanwhile stay there. A key that the event names by an alias cannot be compared with the trail's: then it refuses.

What breaks if it is wrong: a trail that was moved on purpose writes to its former bucket, and a trail of all regions
beside another one costs money for each event.

Undo sets the same settings to what the event set.`,
		UndoDoc: "Undo sets the same settings to what the event set.",
	}
}

// describeTrails is how the home region of a trail is found.
func describeTrails() Grant {
	return Grant{
		Actions: []string{"cloudtrail:DescribeTrails"}, Resources: []string{"*"},
		Why: "cloudtrail:DescribeTrails cannot be limited to a trail",
	}
}
