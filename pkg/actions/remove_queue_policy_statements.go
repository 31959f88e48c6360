package actions

// RemoveQueuePolicyStatements takes risky statements out of a queue's policy.
func RemoveQueuePolicyStatements() Action {
	const queues = "arn:${Partition}:sqs:${Region}:${Account}:*"
	return Action{
		ID:         "remove-queue-policy-statements",
		Title:      "Remove statements of a queue's policy",
		Reversible: true,
		Handles:    []string{"sns-sqs-policy-public"},
		Grants: []Grant{
			{Actions: []string{"sqs:GetQueueAttributes"}, Resources: []string{queues}},
			{Actions: []string{"sqs:SetQueueAttributes"}, Resources: []string{queues}, Writes: true},
		},
		Doc: `
Takes exactly those statements out of the policy of the queue that the event wrote and that let in everyone or an
account that is not known. A statement that somebody has changed since the event counts as another one and is left
alone; every other statement stays as it stands.

Where the policy before the event is known and nobody has written another one since, it comes back as it was, with the
statements that the event left out. Otherwise what the event replaced does not come back: the event does not show it.
Where no statement is left, the queue has no policy, and only its own account gets in. SQS takes up to a minute to obey.

If it is wrong, whoever sent to the queue or read from it by those statements, topics and buckets included, no longer can, and
what they send meanwhile is lost.

Undo puts the statements back where they stood, unless somebody has put them back or deleted the queue since.`,
		UndoDoc: "Undo puts the same statements back where they stood.",
	}
}
