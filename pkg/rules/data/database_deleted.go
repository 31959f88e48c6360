package data

import (
	"errors"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// DatabaseDeleted fires when a database or a snapshot that somebody took of one goes.
func DatabaseDeleted() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-006",
		Title:    "Database or database snapshot deleted",
		Class:    "rds-deleted",
		Severity: detect.High,
		Doc: `**Why it matters.** A database that is deleted without a final snapshot cannot be had back; its automated
backups go with it unless somebody said otherwise.

Without a final snapshot the finding is high, and critical for a cluster, in which the data lives. With one it is low. An
instance of a cluster and a read replica hold no data of their own and are low; replicas that auto scaling removes stay
quiet. A snapshot that is deleted is medium.

**False positives.** Test databases; snapshots that have served.

**What to do.** Ask the caller. Look for other snapshots and retained backups, and copy them out of the caller's reach
before anything else.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1485", URL: "https://attack.mitre.org/techniques/T1485/"},
			{
				Kind: "AWS", Name: "Deleting a DB instance",
				URL: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
			},
		},
		Pattern: detect.Pattern{{Source: rdsSource, Names: []string{
			"DeleteDBInstance", "DeleteDBCluster", "DeleteGlobalCluster", "DeleteDBSnapshot", "DeleteDBClusterSnapshot",
		}}},
		Match: matchDatabaseDeleted,
	}
}

func matchDatabaseDeleted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		database
		DBSnapshotIdentifier, DBClusterSnapshotIdentifier cloudtrail.Text
		SkipFinalSnapshot                                 cloudtrail.Flag
	}](ev)
	if err != nil {
		return nil, err
	}
	f := detect.Finding{Severity: detect.Medium}
	switch {
	case req.DBSnapshotIdentifier != "":
		f.Resource = detect.Resource{Type: detect.DBSnapshot, ID: string(req.DBSnapshotIdentifier)}
		f.Summary = "database snapshot " + detect.Text(f.Resource.ID) + " was deleted"
	case req.DBClusterSnapshotIdentifier != "":
		f.Resource = detect.Resource{Type: detect.DBClusterSnapshot, ID: string(req.DBClusterSnapshotIdentifier)}
		f.Summary = "cluster snapshot " + detect.Text(f.Resource.ID) + " was deleted"
	case ev.Name == "DeleteDBSnapshot" || ev.Name == "DeleteDBClusterSnapshot":
		return nil, errors.New("request parameters: no identifier of a snapshot")
	default:
		if f.Resource, err = req.resource(); err != nil {
			return nil, err
		}
		if strings.HasSuffix(caller.Service(ev), autoScaling) {
			return nil, nil
		}
		f.Severity, f.Summary = lossOf(ev, f.Resource, bool(req.SkipFinalSnapshot))
		f.Summary = described(f.Resource) + f.Summary
	}
	f.Severity = caller.Tempered(ev, f.Severity)
	f.Summary += caller.Through(ev)
	return []detect.Finding{f}, nil
}

// autoScaling adds and removes the replicas of Aurora clusters.
const autoScaling = "application-autoscaling.amazonaws.com"

// lossOf says what goes with a database.
func lossOf(ev *cloudtrail.Event, r detect.Resource, skipped bool) (detect.Severity, string) {
	resp, err := cloudtrail.ResponseOf[struct {
		DBClusterIdentifier, ReadReplicaSourceDBInstanceIdentifier cloudtrail.Text
	}](ev)
	switch {
	case r.Type == detect.GlobalCluster:
		return detect.Medium, " was deleted; its regional clusters stay"
	case r.Type == detect.DBInstance && err == nil && resp.DBClusterIdentifier != "":
		return detect.Low, " was deleted; the data stays in its cluster " + detect.Text(string(resp.DBClusterIdentifier))
	case r.Type == detect.DBInstance && err == nil && resp.ReadReplicaSourceDBInstanceIdentifier != "":
		return detect.Low, " was deleted; it was a replica of " + detect.Text(string(resp.ReadReplicaSourceDBInstanceIdentifier))
	case !skipped:
		return detect.Low, " was deleted after a final snapshot"
	case r.Type == detect.DBCluster:
		return detect.Critical, " was deleted without a final snapshot"
	}
	return detect.High, " was deleted without a final snapshot"
}
