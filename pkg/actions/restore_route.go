package actions

// RestoreRoute takes back the route that an event made, or gives it back the way that it led before.
func RestoreRoute() Action {
	const tables = "arn:${Partition}:ec2:${Region}:${Account}:route-table/*"
	return Action{
		ID:         "restore-route",
		Title:      "Take back a route",
		Reversible: true,
		Handles:    []string{"vpc-gateway-route-changed"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:DescribeRouteTables"}, Resources: []string{"*"},
				Why: "ec2:Describe calls cannot be limited to a route table",
			},
			{Actions: []string{"ec2:DeleteRoute", "ec2:ReplaceRoute"}, Resources: []string{tables}, Writes: true},
			{Actions: []string{"ec2:CreateRoute"}, Resources: []string{tables}, Writes: true, Undo: true},
		},
		Doc: `
Deletes exactly the route that the event made, while it still leads where the event says. A route that was led elsewhere is
led back to where the ledger knows that it went before; where nobody knows that, nothing is done, since without a route the
network would have no way out at all. Every other route of the table stays, and so do its associations.

What breaks if it is wrong: what the subnets of the table send to those addresses goes nowhere, or the former way, at once.
Connections over it end.

Undo makes the route again, or leads it again where the event did. A gateway or an interface that was deleted meanwhile
cannot be led to any more; then undo fails and says so.`,
		UndoDoc: "Undo leads the route again where the event did.",
	}
}
