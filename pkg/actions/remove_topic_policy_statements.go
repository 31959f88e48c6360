package actions

// RemoveTopicPolicyStatements takes risky statements out of a topic's policy.
func RemoveTopicPolicyStatements() Action {
	const topics = "arn:${Partition}:sns:${Region}:${Account}:*"
	return Action{
		ID:         "remove-topic-policy-statements",
		Title:      "Remove statements of a topic's policy",
		Reversible: true,
		Handles:    []string{"sns-sqs-policy-public"},
		Grants: []Grant{
			{Actions: []string{"sns:GetTopicAttributes"}, Resources: []string{topics}},
			{Actions: []string{"sns:SetTopicAttributes"}, Resources: []string{topics}, Writes: true},
		},
		Doc: `
Takes exactly those statements out of the policy of the topic that the event wrote and that let in everyone or an
account that is not known. A statement that somebody has changed since the event counts as another one and is left
alone; every other statement stays as it stands.

Where the policy before the event is known and nobody has written another one since, it comes back as it was, with the
statements that the event left out. Otherwise what the event replaced does not come back: the event does not show it.
SNS takes no empty policy: where no statement is left, one is written that lets in the topic's own account only.

If it is wrong, whoever published to the topic or subscribed to it by those statements no longer can. Subscriptions that exist
stay.

Undo puts the statements back where they stood, unless somebody has put them back or deleted the topic since.`,
		UndoDoc: "Undo puts the same statements back where they stood.",
	}
}
