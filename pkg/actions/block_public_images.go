package actions

// BlockPublicImages switches the block of public access for machine images on again.
func BlockPublicImages() Action {
	return Action{
		ID:         "block-public-images",
		Title:      "Block public machine images",
		Reversible: true,
		Handles:    []string{"block-public-sharing-disabled"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:GetImageBlockPublicAccessState"}, Resources: []string{"*"},
				Why: "it is a setting of the region and no resource",
			},
			{
				Actions: []string{"ec2:EnableImageBlockPublicAccess"}, Resources: []string{"*"}, Writes: true,
				Why: "it is a setting of the region and no resource",
			},
			{
				Actions: []string{"ec2:DisableImageBlockPublicAccess"}, Resources: []string{"*"}, Writes: true, Undo: true,
				Why: "it is a setting of the region and no resource",
			},
		},
		Doc: `
Blocks the sharing of machine images with everyone again in the region of the event. EC2 takes up to ten minutes to obey. Images
that are public already stay so.

If it is wrong, nobody can publish an image. Sharing with single accounts goes on.

Undo switches the block off again, unless somebody has changed it since.`,
		UndoDoc: "Undo switches the block off again.",
	}
}
