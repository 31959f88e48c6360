package actions

// BlockPublicSnapshots switches the block of public access for EBS snapshots on again.
func BlockPublicSnapshots() Action {
	return Action{
		ID:         "block-public-snapshots",
		Title:      "Block public EBS snapshots",
		Reversible: true,
		Handles:    []string{"block-public-sharing-disabled"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:GetSnapshotBlockPublicAccessState"}, Resources: []string{"*"},
				Why: "it is a setting of the region and no resource",
			},
			{
				Actions: []string{"ec2:EnableSnapshotBlockPublicAccess"}, Resources: []string{"*"}, Writes: true,
				Why: "it is a setting of the region and no resource",
			},
			{
				Actions: []string{"ec2:DisableSnapshotBlockPublicAccess"}, Resources: []string{"*"}, Writes: true, Undo: true,
				Why: "it is a setting of the region and no resource",
			},
		},
		Doc: `
Switches the block of public access for EBS snapshots on again in the region of the event, in the state that it had when it was
last known to be good. Where nobody knows that state, it blocks new sharing only: snapshots that are public already stay so, and
nothing that works breaks.

No permission of a snapshot changes.

If it is wrong, nobody can share a snapshot with everyone. Sharing with single accounts goes on.

Undo switches the block off again, unless somebody has changed it since.`,
		UndoDoc: "Undo switches the block off again.",
	}
}
