package actions

// EnableDeletionProtection protects a database from being deleted again.
func EnableDeletionProtection() Action {
	const (
		instances = "arn:${Partition}:rds:${Region}:${Account}:db:*"
		clusters  = "arn:${Partition}:rds:${Region}:${Account}:cluster:*"
	)
	return Action{
		ID:         "enable-deletion-protection",
		Title:      "Protect a database from deletion",
		Reversible: true,
		Handles:    []string{"rds-deletion-protection-or-backup-removed"},
		Grants: []Grant{
			{Actions: []string{"rds:DescribeDBInstances"}, Resources: []string{instances}},
			{Actions: []string{"rds:DescribeDBClusters"}, Resources: []string{clusters}},
			{Actions: []string{"rds:ModifyDBInstance"}, Resources: []string{instances}, Writes: true},
			{Actions: []string{"rds:ModifyDBCluster"}, Resources: []string{clusters}, Writes: true},
		},
		Doc: `
Switches the deletion protection of the database instance or the cluster on again. It takes effect at once and without a
restart. Changes of the database that wait for its maintenance window keep waiting. Where Riposte knows that the database was not
protected before the event either, it refuses.

Backups that are not kept any more are not switched on again: AWS has deleted those that existed, and a change of that
setting can interrupt the database. A global cluster is left to a person.

What breaks if it is wrong: a database that was meant to go stays until somebody undoes this.

Undo switches the protection off again.`,
		UndoDoc: "Undo takes the protection from deletion away again.",
	}
}
