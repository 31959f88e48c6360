package data

import (
	"fmt"
	"strings"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	// storesDeleted is more than somebody clears away at a time without having planned it.
	storesDeleted = 10
	// throwawaysDeleted is higher: scripts delete old snapshots, and schedulers stop machines, in great numbers.
	throwawaysDeleted = 25

	deletedWindow = 10 * time.Minute
)

const lambdaSource = "lambda.amazonaws.com"

// DeletedInBulk fires when a caller deletes many different things.
func DeletedInBulk() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-019",
		Title:    "Many resources deleted",
		Class:    "mass-deletion",
		Severity: detect.High,
		Doc: `**Why it matters.** Deleting everything is how an intruder blackmails, takes revenge or covers up, and it
takes minutes. Each deletion alone may be ordinary; ten in a row are not.

What counts is how many different resources one principal deletes within 10 minutes, wherever from: ten of buckets,
databases, tables, volumes, file systems, functions, repositories, secrets and keys are high. Machines, and snapshots,
images and other copies, come and go: of each kind 25 are medium. A role that no person works with is low. What
services of AWS delete, such as CloudFormation with a stack, does not count.

**False positives.** Terraform that takes down an environment; scripts that delete what is old. Except their roles, or
give the rule another mode in accounts for tests.

**What to do.** Ask the caller at once. If nobody knows of it, deactivate the key or end the role's sessions first.
Keys and secrets that wait for their deletion can be had back, and copies in another account are now worth locking.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1485", URL: "https://attack.mitre.org/techniques/T1485/"},
			{Kind: "ATT&CK", Name: "T1490", URL: "https://attack.mitre.org/techniques/T1490/"},
			{
				Kind: "AWS", Name: "AWS Backup Vault Lock",
				URL: "https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: s3Source, Names: []string{"DeleteBucket"}},
			{Source: rdsSource, Names: []string{
				"DeleteDBInstance", "DeleteDBCluster", "DeleteDBSnapshot", "DeleteDBClusterSnapshot",
			}},
			{Source: ec2Source, Names: []string{"TerminateInstances", "DeleteVolume", "DeleteSnapshot", "DeregisterImage"}},
			{Source: "dynamodb.amazonaws.com", Names: []string{"DeleteTable", "DeleteBackup"}},
			{Source: lambdaSource, Names: []string{"DeleteFunction"}, Dated: true},
			{Source: "kms.amazonaws.com", Names: []string{"ScheduleKeyDeletion"}},
			{Source: secretsSource, Names: []string{"DeleteSecret"}},
			{Source: "elasticfilesystem.amazonaws.com", Names: []string{"DeleteFileSystem"}},
			{Source: "ecr.amazonaws.com", Names: []string{"DeleteRepository"}},
			{Source: "backup.amazonaws.com", Names: []string{"DeleteRecoveryPoint"}},
		},
		Match: matchDeletedInBulk,
	}
}

// deleted is the part of a request that names what is deleted.
type deleted struct {
	BucketName, VolumeID, SnapshotID, ImageID                                                           cloudtrail.Text
	DBInstanceIdentifier, DBClusterIdentifier, DBSnapshotIdentifier, DBClusterSnapshotIdentifier        cloudtrail.Text
	TableName, BackupARN, FunctionName, KeyID, SecretID, FileSystemID, RepositoryName, RecoveryPointARN cloudtrail.Text
	InstancesSet                                                                                        struct {
		Items cloudtrail.List[struct{ InstanceID cloudtrail.Text }]
	}
}

// members returns what is deleted, by kind and name.
func (d deleted) members(ev *cloudtrail.Event) []string {
	var out []string
	add := func(kind string, name cloudtrail.Text) {
		if name != "" {
			out = append(out, kind+":"+ev.Region+"/"+string(name))
		}
	}
	add("bucket", d.BucketName)
	add("volume", d.VolumeID)
	add("snapshot", d.SnapshotID)
	add("image", d.ImageID)
	add("database", d.DBInstanceIdentifier)
	add("database-cluster", d.DBClusterIdentifier)
	add("database-snapshot", d.DBSnapshotIdentifier+d.DBClusterSnapshotIdentifier)
	add("table", d.TableName)
	add("backup", d.BackupARN+d.RecoveryPointARN)
	add("function", d.FunctionName)
	add("key", cloudtrail.Text(d.KeyID[strings.LastIndexByte(string(d.KeyID), '/')+1:])) // its id or its ARN
	add("file-system", d.FileSystemID)
	add("repository", d.RepositoryName)
	if d.SecretID != "" {
		out = append(out, secretMember(ev, string(d.SecretID)))
	}
	for _, i := range d.InstancesSet.Items {
		add("machine", i.InstanceID)
	}
	return out
}

func matchDeletedInBulk(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if caller.Service(ev) != "" {
		return nil, nil
	}
	f := detect.Finding{
		Severity: detect.High,
		Resource: caller.Resource(ev),
		Rate: &detect.Rate{
			Key:       []string{caller.Principal(ev)},
			Threshold: storesDeleted, Window: deletedWindow, Noun: "different resources deleted",
		},
	}
	what := "what the record does not name" // it counts all the same
	if req, err := cloudtrail.RequestOf[deleted](ev); err == nil {
		f.Rate.Members = req.members(ev)
	}
	if n := len(f.Rate.Members); n > 0 {
		what = detect.Text(f.Rate.Members[0])
		if n > 1 {
			what = fmt.Sprintf("%d resources, such as %s", n, what)
		}
	}
	if sort := throwaway(ev.Name); sort != "" {
		f.Severity = detect.Medium
		f.Rate.Key, f.Rate.Threshold = append(f.Rate.Key, sort), throwawaysDeleted
		f.Rate.Noun = "different " + sort + " deleted"
	}
	f.Severity = byHand(ev, f.Severity)
	f.Summary = fmt.Sprintf("%s deleted %s in %s (%s)", detect.Text(ev.Identity.Name()), what, detect.Text(ev.Region),
		detect.Text(ev.Name))
	return []detect.Finding{f}, nil
}

// throwaway names the sort of what is often deleted in great numbers, or "".
func throwaway(event string) string {
	switch event {
	case "TerminateInstances":
		return "machines"
	case "DeleteSnapshot", "DeregisterImage", "DeleteDBSnapshot", "DeleteDBClusterSnapshot", "DeleteBackup", "DeleteRecoveryPoint":
		return "copies"
	}
	return ""
}
