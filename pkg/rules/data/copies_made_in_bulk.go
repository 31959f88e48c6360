package data

import (
	"fmt"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	// sourcesCopied is more than somebody copies by hand before a change.
	sourcesCopied = 10
	copiesWindow  = 10 * time.Minute
)

// CopiesMadeInBulk fires when a caller copies many volumes, machines or databases.
func CopiesMadeInBulk() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-021",
		Title:    "Many snapshots or images made or copied",
		Class:    "mass-snapshot-copy",
		Severity: detect.Medium,
		Doc: `**Why it matters.** A snapshot or an image is a disk to carry away: it is shared, copied or exported, and
read in another account without the machine's or the database's passwords and logs. Who takes everything makes a copy
of everything.

What counts is of how many different volumes, machines, databases and snapshots one principal makes copies within 10
minutes, wherever from, exports to buckets included: ten are medium. A role that no person works with is low, and what
AWS Backup, lifecycle policies and other services of AWS copy does not count.

**False positives.** Scripts for backups that run with a person's key; a migration.

**What to do.** Ask the caller. Look whether the copies were shared with other accounts, copied to other regions or
exported (EXP-001, DAT-008), and delete those that nobody wants.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1578.001", URL: "https://attack.mitre.org/techniques/T1578/001/"},
			{Kind: "ATT&CK", Name: "T1537", URL: "https://attack.mitre.org/techniques/T1537/"},
			{
				Kind: "AWS", Name: "Amazon EBS snapshots",
				URL: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshots.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: ec2Source, Names: []string{
				"CreateSnapshot", "CreateSnapshots", "CopySnapshot", "CreateImage", "CopyImage", "CreateStoreImageTask",
				"ExportImage", "CreateInstanceExportTask",
			}},
			{Source: rdsSource, Names: []string{
				createSnapshot, createClusterSnapshot, "CopyDBSnapshot", "CopyDBClusterSnapshot", startExport,
			}},
		},
		Match: matchCopiesMadeInBulk,
	}
}

func matchCopiesMadeInBulk(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if caller.Service(ev) != "" {
		return nil, nil
	}
	f := detect.Finding{
		Severity: byHand(ev, detect.Medium),
		Resource: caller.Resource(ev),
		Rate: &detect.Rate{
			Key:       []string{caller.Principal(ev)},
			Threshold: sourcesCopied, Window: copiesWindow, Noun: "different resources copied",
		},
	}
	what := "what the record does not name" // it counts all the same
	if source := copiedFrom(ev); source != "" {
		f.Rate.Members, what = []string{ev.Region + "/" + source}, detect.Text(source)
	}
	f.Summary = fmt.Sprintf("%s made a copy of %s in %s (%s)", detect.Text(ev.Identity.Name()), what, detect.Text(ev.Region),
		detect.Text(ev.Name))
	return []detect.Finding{f}, nil
}

// copiedFrom returns what a call copies, or "" where the record does not show it.
func copiedFrom(ev *cloudtrail.Event) string {
	req, err := cloudtrail.RequestOf[struct {
		VolumeID, InstanceID, SourceSnapshotID, SourceImageID, ImageID           cloudtrail.Text
		InstanceSpecification                                                    struct{ InstanceID cloudtrail.Text }
		DBInstanceIdentifier, DBClusterIdentifier                                cloudtrail.Text
		SourceDBSnapshotIdentifier, SourceDBClusterSnapshotIdentifier, SourceARN cloudtrail.Text
	}](ev)
	if err != nil {
		return ""
	}
	for _, source := range []cloudtrail.Text{
		req.VolumeID, req.InstanceID, req.SourceSnapshotID, req.SourceImageID, req.ImageID, req.InstanceSpecification.InstanceID,
		req.DBInstanceIdentifier, req.DBClusterIdentifier, req.SourceDBSnapshotIdentifier, req.SourceDBClusterSnapshotIdentifier,
		req.SourceARN,
	} {
		if source != "" {
			return string(source)
		}
	}
	return ""
}
