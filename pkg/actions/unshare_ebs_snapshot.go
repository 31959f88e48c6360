package actions

// UnshareEBSSnapshot takes back the permissions to use a snapshot of EBS.
func UnshareEBSSnapshot() Action {
	const snapshots = "arn:${Partition}:ec2:${Region}::snapshot/*"
	return Action{
		ID:         "unshare-ebs-snapshot",
		Title:      "Stop sharing an EBS snapshot",
		Reversible: true,
		Handles:    []string{"ebs-snapshot-shared"},
		Grants: []Grant{
			{Actions: []string{"ec2:DescribeSnapshotAttribute"}, Resources: []string{snapshots}},
			{Actions: []string{"ec2:ModifySnapshotAttribute"}, Resources: []string{snapshots}, Writes: true},
		},
		Doc: `
Takes exactly those permissions to make volumes from the snapshot away that the event gave to everyone or to accounts that are
not known. Permissions of other accounts, those that the event gave to trusted ones included, stay.

Copies that were made while it was shared stay where they are: nothing takes them back. An account that
had the permission before the event and got it once more keeps it where that is known, and loses it otherwise: the event does
not show that.

If it is wrong, the account that was meant to restore from the snapshot cannot do so until somebody shares it again.

Undo shares the snapshot again with the same accounts, unless somebody has changed that since.`,
		UndoDoc: "Undo shares the snapshot again with those that it was taken from.",
	}
}
