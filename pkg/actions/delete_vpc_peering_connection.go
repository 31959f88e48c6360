package actions

// DeleteVPCPeeringConnection cuts the connection to a stranger's network.
func DeleteVPCPeeringConnection() Action {
	return Action{
		ID:         "delete-vpc-peering-connection",
		Title:      "Delete a VPC peering connection",
		Reversible: false,
		Handles:    []string{"vpc-gateway-route-changed"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:DescribeVpcPeeringConnections"}, Resources: []string{"*"},
				Why: "ec2:Describe calls cannot be limited to a peering connection",
			},
			{
				Actions:   []string{"ec2:DeleteVpcPeeringConnection"},
				Resources: []string{"arn:${Partition}:ec2:${Region}:${Account}:vpc-peering-connection/*"}, Writes: true,
			},
		},
		Doc: `
Deletes the peering connection that the event accepted. Traffic through it ends at once. Routes that lead to it stay in their
tables and lead nowhere; other peering connections, security groups and networks stay.

What breaks if it is wrong: whatever spoke through the connection. Nobody can undo it: the other account has to ask for a new
connection, somebody here has to accept it, and the routes of both have to be led to it.`,
		UndoDoc: "Nothing can bring the connection back: the other account has to ask for a new one.",
	}
}
