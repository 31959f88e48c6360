package data

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/caller"
	"riposte/pkg/rules/estate"
)

const (
	startExport           = "StartExportTask"
	createSnapshot        = "CreateDBSnapshot"
	createClusterSnapshot = "CreateDBClusterSnapshot"
)

// DatabaseSnapshotTakenOut fires when a database's data is written to a bucket, or its snapshot is copied to where
// others can open it.
func DatabaseSnapshotTakenOut() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-008",
		Title:    "Database snapshot exported or copied",
		Class:    "rds-snapshot-exported-or-copied",
		Severity: detect.Medium,
		Doc: `**Why it matters.** An export writes a whole database into a bucket, where it is read without the database, its
passwords and its log. A copy under another key, or in a Region that nobody watches, is how snapshots are prepared to be
taken away.

An export is medium: the event names the bucket, but not whose it is. A copy that is encrypted with a key of another
account is high; one from another Region is low. Copies within a Region under the account's own keys, and what AWS Backup
copies, are no findings. A new snapshot, from which a copy may be made, is info where a person took it.

**False positives.** Exports to a data lake; copies for a disaster.

**What to do.** Find out whose the bucket is. Cancel the export (CancelExportTask) where nobody asked for it, and delete
what was written.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1537", URL: "https://attack.mitre.org/techniques/T1537/"},
			{
				Kind: "AWS", Name: "Exporting DB snapshot data to Amazon S3",
				URL: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.html",
			},
		},
		Pattern: detect.Pattern{{Source: rdsSource, Names: []string{
			startExport, "CopyDBSnapshot", "CopyDBClusterSnapshot", createSnapshot, createClusterSnapshot,
		}}},
		Match: matchDatabaseSnapshotTakenOut,
	}
}

func matchDatabaseSnapshotTakenOut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	switch ev.Name {
	case startExport:
		return exported(ev)
	case createSnapshot, createClusterSnapshot:
		return snapshotTaken(ev)
	}
	if caller.Service(ev) == "backup.amazonaws.com" {
		return nil, nil
	}
	req, err := cloudtrail.RequestOf[struct {
		SourceDBSnapshotIdentifier, TargetDBSnapshotIdentifier               cloudtrail.Text
		SourceDBClusterSnapshotIdentifier, TargetDBClusterSnapshotIdentifier cloudtrail.Text
		KMSKeyID                                                             cloudtrail.Text
	}](ev)
	if err != nil {
		return nil, err
	}
	source := string(req.SourceDBSnapshotIdentifier + req.SourceDBClusterSnapshotIdentifier)
	target := string(req.TargetDBSnapshotIdentifier + req.TargetDBClusterSnapshotIdentifier)
	if source == "" || target == "" {
		return nil, errors.New("request parameters: no source or no target")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.DBSnapshot, ID: target}}
	a, named := iampolicy.ParseARN(source)
	owner := estate.Stranger(ev, string(req.KMSKeyID))
	switch {
	case owner != "":
		f.Severity = detect.High
		f.Summary = fmt.Sprintf("database snapshot %s was copied to %s under a key of account %s",
			detect.Text(source), detect.Text(target), detect.Text(owner))
	case named && a.Region != ev.Region:
		f.Severity = detect.Low
		f.Summary = fmt.Sprintf("database snapshot %s was copied to %s in %s",
			detect.Text(source), detect.Text(target), detect.Text(ev.Region))
	default:
		return nil, nil
	}
	f.Severity = caller.Tempered(ev, f.Severity)
	f.Summary += caller.Through(ev)
	return []detect.Finding{f}, nil
}

func exported(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ SourceARN, S3BucketName, KMSKeyID cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.SourceARN == "" || req.S3BucketName == "" {
		return nil, errors.New("request parameters: no sourceArn or no s3BucketName")
	}
	f := detect.Finding{
		Severity: detect.Medium,
		Resource: detect.Resource{Type: detect.DBSnapshot, ID: string(req.SourceARN)},
		Summary: fmt.Sprintf("the data of %s is written to the bucket %s",
			detect.Text(string(req.SourceARN)), detect.Text(string(req.S3BucketName))),
	}
	if owner := estate.Stranger(ev, string(req.KMSKeyID)); owner != "" {
		f.Severity = detect.High
		f.Summary += " under a key of account " + detect.Text(owner)
	}
	f.Severity = caller.Tempered(ev, f.Severity)
	f.Summary += caller.Through(ev)
	return []detect.Finding{f}, nil
}

// snapshotTaken tells of a snapshot that a person took. Programs take them all day.
func snapshotTaken(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if !caller.ByHand(ev) {
		return nil, nil
	}
	req, err := cloudtrail.RequestOf[struct{ DBSnapshotIdentifier, DBClusterSnapshotIdentifier cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	f := detect.Finding{
		Severity: detect.Info,
		Resource: detect.Resource{Type: detect.DBSnapshot, ID: string(req.DBSnapshotIdentifier)},
	}
	if ev.Name == createClusterSnapshot {
		f.Resource = detect.Resource{Type: detect.DBClusterSnapshot, ID: string(req.DBClusterSnapshotIdentifier)}
	}
	if f.Resource.ID == "" {
		return nil, errors.New("request parameters: no identifier of a snapshot")
	}
	f.Summary = fmt.Sprintf("database snapshot %s was taken by %s", detect.Text(f.Resource.ID), detect.Text(ev.Identity.Name()))
	return []detect.Finding{f}, nil
}
