package actions

// MakeDBInstancePrivate takes the public address away from a database.
func MakeDBInstancePrivate() Action {
	const databases = "arn:${Partition}:rds:${Region}:${Account}:db:*"
	return Action{
		ID:         "make-db-instance-private",
		Title:      "Take a database's public address away",
		Reversible: true,
		Handles:    []string{"rds-made-public"},
		Grants: []Grant{
			{Actions: []string{"rds:DescribeDBInstances"}, Resources: []string{databases}},
			{Actions: []string{"rds:ModifyDBInstance"}, Resources: []string{databases}, Writes: true},
		},
		Doc: `
Makes the database instance not publicly accessible: its name leads to the private address from then on. RDS applies this at
once whatever waits for the maintenance window, and the action leaves what waits waiting.

Security groups and passwords stay. Connections that are open may live on. An instance that is being made or changed cannot be
changed: the action is tried again until RDS takes it.

If it is wrong, clients outside of the network no longer reach the database.

Undo makes the instance publicly accessible again, unless somebody has done so or deleted it since.`,
		UndoDoc: "Undo makes the database publicly accessible again.",
	}
}
