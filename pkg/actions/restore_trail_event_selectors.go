package actions

// RestoreTrailEventSelectors lets a trail record all management events again.
func RestoreTrailEventSelectors() Action {
	return Action{
		ID:         "restore-trail-event-selectors",
		Title:      "Restore a trail's event selectors",
		Reversible: true,
		Handles:    []string{"cloudtrail-event-selectors"},
		Grants: []Grant{
			{Actions: []string{"cloudtrail:GetEventSelectors"}, Resources: []string{cloudTrails}},
			describeTrails(),
			{Actions: []string{"cloudtrail:PutEventSelectors"}, Resources: []string{cloudTrails}, Writes: true},
		},
		Doc: `
Puts the selectors of the trail back to their last known good state, while they still are those of the event. Where nobody
knows that state, it keeps the event's selectors and adds one that records all management events, of the same kind as the
others, basic or advanced.

It does not bring back data events that the event left out unless the good state is known, does not touch Insights, and does
not act where only the noisy events of KMS and the RDS Data API are left out. Where the trail cannot take another selector
it refuses.

What breaks if it is wrong: a second trail that was meant for data events only records management events too, which costs
money for each of them.

Undo puts the selectors of the event back. That is an attack's own step: do it only where they were meant.`,
		UndoDoc: "Undo puts the selectors of the event back.",
	}
}
