package actions

// DeleteTrafficMirrorSession ends the copying of an interface's traffic.
func DeleteTrafficMirrorSession() Action {
	const ec2 = "arn:${Partition}:ec2:${Region}:${Account}:"
	return Action{
		ID:         "delete-traffic-mirror-session",
		Title:      "Delete a traffic mirror session",
		Reversible: true,
		Handles:    []string{"traffic-mirroring"},
		Grants: []Grant{
			{
				Actions: []string{"ec2:DescribeTrafficMirrorSessions"}, Resources: []string{"*"},
				Why: "ec2:Describe calls cannot be limited to a session",
			},
			{
				Actions:   []string{"ec2:DeleteTrafficMirrorSession"},
				Resources: []string{ec2 + "traffic-mirror-session/*"}, Writes: true,
			},
			{
				Actions: []string{"ec2:CreateTrafficMirrorSession"},
				Resources: []string{
					ec2 + "traffic-mirror-session/*", ec2 + "traffic-mirror-target/*", ec2 + "traffic-mirror-filter/*", ec2 + "network-interface/*",
				},
				Writes: true, Undo: true,
			},
		},
		Doc: `
Deletes the session of the event, while it still copies the traffic of that network interface under that number to that target.
Other sessions of the interface, the target and the filter stay; a session that was led to another target is not put back,
since nobody knows the former one.

What was copied is with whoever listened.

What breaks if it is wrong: monitoring and intrusion detection do not see this interface until somebody undoes this.

Undo makes a session with the same target, filter, number, length of packets and network identifier. It has another id, and its tags are lost.`,
		UndoDoc: "Undo makes the same session again, under a new id and without its tags.",
	}
}
