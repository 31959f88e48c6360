package actions

// UnshareImage takes back the permissions to launch a machine image.
func UnshareImage() Action {
	const images = "arn:${Partition}:ec2:${Region}::image/*"
	return Action{
		ID:         "unshare-image",
		Title:      "Stop sharing a machine image",
		Reversible: true,
		Handles:    []string{"ami-shared"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:DescribeImages"}, Resources: []string{"*"},
				Why: "ec2:DescribeImages cannot be limited to an image",
			},
			{Actions: []string{"ec2:DescribeImageAttribute"}, Resources: []string{images}},
			{Actions: []string{"ec2:ModifyImageAttribute"}, Resources: []string{images}, Writes: true},
		},
		Doc: `
Takes exactly those permissions to launch the image away that the event gave: to everyone, to accounts that are not known, to an
organisation or a unit of one. Other permissions of the image stay, and so do the snapshots behind it.

Copies that were made while it was shared stay where they are: nothing takes them back. Instances that
were launched from it run on. Who had the permission before the event and got it once more keeps it where that is known, and
loses it otherwise: the event does not show that.

If it is wrong, scaling groups and pipelines of the account that was meant to launch the image fail until it is shared again.

Undo shares the image again with the same accounts and organisations, unless somebody has changed that since.`,
		UndoDoc: "Undo shares the image again with those that it was taken from.",
	}
}
