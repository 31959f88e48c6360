package actions

// RecreateFlowLog makes a deleted VPC flow log anew.
func RecreateFlowLog() Action {
	const (
		ec2        = "arn:${Partition}:ec2:${Region}:${Account}:"
		flowLogs   = ec2 + "vpc-flow-log/*"
		deliveries = "the right to deliver logs to a bucket cannot be limited; AWS asks for it beside the flow log's own"
	)
	return Action{
		ID:         "recreate-flow-log",
		Title:      "Make a deleted flow log anew",
		Reversible: true,
		Handles:    []string{"vpc-flow-logs-deleted"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:DescribeFlowLogs"}, Resources: []string{"*"},
				Why: "ec2:Describe calls cannot be limited to a flow log",
			},
			{
				Actions:   []string{"ec2:CreateFlowLogs"},
				Resources: []string{flowLogs, ec2 + "vpc/*", ec2 + "subnet/*", ec2 + "network-interface/*"},
				Writes:    true,
			},
			{Actions: []string{"ec2:CreateTags"}, Resources: []string{flowLogs}, Writes: true},
			{Actions: []string{"logs:CreateLogDelivery"}, Resources: []string{"*"}, Writes: true, Why: deliveries},
			{Actions: []string{"ec2:DeleteFlowLogs"}, Resources: []string{flowLogs}, Writes: true, Undo: true},
			{Actions: []string{"logs:DeleteLogDelivery"}, Resources: []string{"*"}, Writes: true, Undo: true, Why: deliveries},
		},
		Doc: `
Makes the flow log anew for its VPC, subnet or network interface, with the traffic, format, interval and bucket of its last
known good state. AWS gives it another id; the tag RiposteRestores has the former one. Where nobody knows that state it
refuses.

It makes flow logs anew that write to a bucket. Those that write to CloudWatch Logs or to a stream need the right to pass a
role; a person makes them anew. Former tags are lost. What nobody recorded meanwhile stays unrecorded, and where the network
or the bucket is gone it refuses.

What breaks if it is wrong: flow logs cost money for what they deliver, and one that was replaced by another is there twice.

Undo deletes the flow log that the action made.`,
		UndoDoc: "Undo deletes the flow log that was made anew.",
	}
}
