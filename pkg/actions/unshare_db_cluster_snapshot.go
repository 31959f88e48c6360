package actions

// UnshareDBClusterSnapshot takes back the permissions to restore a snapshot of a database cluster.
func UnshareDBClusterSnapshot() Action {
	const snapshots = "arn:${Partition}:rds:${Region}:${Account}:cluster-snapshot:*"
	return Action{
		ID:         "unshare-db-cluster-snapshot",
		Title:      "Stop sharing a snapshot of a database cluster",
		Reversible: true,
		Handles:    []string{"rds-snapshot-shared"},
		Grants: []Grant{
			{Actions: []string{"rds:DescribeDBClusterSnapshotAttributes"}, Resources: []string{snapshots}},
			{Actions: []string{"rds:ModifyDBClusterSnapshotAttribute"}, Resources: []string{snapshots}, Writes: true},
		},
		Doc: `
Takes exactly those permissions to copy and restore the snapshot of a database cluster away that the event gave to everyone or to accounts that
are not known. Permissions of other accounts stay.

Copies that were made while it was shared stay where they are: nothing takes them back.

If it is wrong, the account that was meant to restore from the snapshot cannot do so until somebody shares it again.

Undo shares the snapshot again with the same accounts, unless somebody has changed that since.`,
		UndoDoc: "Undo shares the snapshot again with those that it was taken from.",
	}
}
