package actions

// EnablePointInTimeRecovery lets a table be put back to an earlier time again.
func EnablePointInTimeRecovery() Action {
	const tables = "arn:${Partition}:dynamodb:${Region}:${Account}:table/*"
	return Action{
		ID:         "enable-point-in-time-recovery",
		Title:      "Enable a table's point-in-time recovery",
		Reversible: true,
		Handles:    []string{"backup-deleted"},
		Grants: []Grant{
			{Actions: []string{"dynamodb:DescribeContinuousBackups"}, Resources: []string{tables}},
			{Actions: []string{"dynamodb:UpdateContinuousBackups"}, Resources: []string{tables}, Writes: true},
		},
		Doc: `
Switches the point-in-time recovery of the DynamoDB table on again, for as many days as the ledger knows, or else for DynamoDB's
own 35: the event does not tell.

The table can be put back to times from now on only. What could be restored before is lost with the switch, and nothing
gives it back. The table itself and its other backups stay as they are.

What breaks if it is wrong: nothing; the recovery costs by the size of the table.

Undo switches the recovery off again, which loses what has been recorded since.`,
		UndoDoc: "Undo switches the point-in-time recovery off again.",
	}
}
