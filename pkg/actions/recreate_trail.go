package actions

// RecreateTrail makes a deleted trail anew.
func RecreateTrail() Action {
	return Action{
		ID:         "recreate-trail",
		Title:      "Make a deleted trail anew",
		Reversible: true,
		Handles:    []string{"cloudtrail-deleted"},
		Grants: []Grant{
			{
				Actions:   []string{"cloudtrail:GetTrail", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"},
				Resources: []string{cloudTrails},
			},
			{
				Actions:   []string{"cloudtrail:CreateTrail", "cloudtrail:PutEventSelectors", "cloudtrail:StartLogging"},
				Resources: []string{cloudTrails}, Writes: true,
			},
			{Actions: []string{"cloudtrail:DeleteTrail"}, Resources: []string{cloudTrails}, Writes: true, Undo: true},
		},
		Doc: `
Makes the trail anew under its name, with the regions, bucket, prefix, key, topic, validation and event selectors of its
last known good state, and starts it last. Where its selectors are not known it records all management events. Where
nobody knows that state, where the trail was not recording, and where it was one of the organization, it refuses. A
trail of that name that records is left alone.

It does not bring back tags, Insights and the delivery to CloudWatch Logs, which needs the right to pass a role; a person
adds them. The bucket, the key and the topic have to be there and still admit the trail. What happened while there was no
trail is in CloudTrail's event history for 90 days and not in the bucket.

What breaks if it is wrong: a trail that was replaced by another one records everything once more, and a second copy of
management events costs money.

Undo deletes the trail again. That is an attack's own step: do it only where the deletion was meant.`,
		UndoDoc: "Undo deletes the trail again.",
	}
}
