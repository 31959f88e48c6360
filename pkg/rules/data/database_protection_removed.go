package data

import (
	"errors"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	deleteInstanceBackup = "DeleteDBInstanceAutomatedBackup"
	deleteClusterBackup  = "DeleteDBClusterAutomatedBackup"
	stopActivityStream   = "StopActivityStream"
)

// DatabaseProtectionRemoved fires when a database loses what keeps it from being deleted, its backups, or the record of
// what is done in it.
func DatabaseProtectionRemoved() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-005",
		Title:    "Database protection or backup removed",
		Class:    "rds-deletion-protection-or-backup-removed",
		Severity: detect.High,
		Doc: `**Why it matters.** Deletion protection and automated backups stand between one call and the loss of a
database. Taking them away is the step before it, and the last at which somebody can step in.

Backups that are no longer kept, or are deleted, are high: setting the retention to zero deletes those that exist. So is an
activity stream that stops, since what is done inside the database then leaves no trace. Deletion protection that is
switched off is medium, and what a service does for somebody is one step lower. A change of an instance or a cluster whose
record leaves out what it asked for is DAT-004.

**False positives.** The planned end of a database; test databases.

**What to do.** Switch the protection on again and ask the caller. Take a snapshot while the database is there: automated
backups that were deleted do not come back, and Riposte does not switch them on again: that can interrupt the database.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1490", URL: "https://attack.mitre.org/techniques/T1490/"},
			{
				Kind: "AWS", Name: "Deletion protection for a DB instance",
				URL: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
			},
		},
		Pattern: detect.Pattern{{Source: rdsSource, Names: []string{
			"ModifyDBInstance", "ModifyDBCluster", "ModifyGlobalCluster", deleteInstanceBackup, deleteClusterBackup, stopActivityStream,
			createInstance, createCluster, // for what is known to be good
		}}},
		Actions: []string{"enable-deletion-protection"},
		Good:    goodDeletionProtection,
		Match:   matchDatabaseProtectionRemoved,
	}
}

func matchDatabaseProtectionRemoved(ev *cloudtrail.Event) ([]detect.Finding, error) {
	switch ev.Name {
	case createInstance, createCluster:
		return nil, nil
	case deleteInstanceBackup, deleteClusterBackup:
		return automatedBackupDeleted(ev)
	case stopActivityStream:
		return activityStreamStopped(ev)
	}
	resource, err := modifiedDatabase(ev)
	if err != nil {
		return nil, reportedOnce(ev, err)
	}
	req, err := cloudtrail.RequestOf[struct {
		DeletionProtection    *cloudtrail.Flag
		BackupRetentionPeriod cloudtrail.Text
	}](ev)
	if err != nil {
		return nil, err
	}
	f := detect.Finding{Resource: resource, Actions: []string{}}
	var facts []string
	if p := req.DeletionProtection; p != nil && !bool(*p) {
		if resource.Type != detect.GlobalCluster {
			f.Actions = nil
		}
		f.Severity = detect.Medium
		facts = append(facts, "is not protected from deletion any more")
	}
	if req.BackupRetentionPeriod == "0" {
		f.Severity = detect.High
		facts = append(facts, "keeps no automated backups any more")
	}
	if len(facts) == 0 {
		return nil, nil
	}
	f.Severity = caller.Tempered(ev, f.Severity)
	f.Summary = described(resource) + " " + strings.Join(facts, " and ") + caller.Through(ev)
	return []detect.Finding{f}, nil
}

func modifiedDatabase(ev *cloudtrail.Event) (detect.Resource, error) {
	req, err := cloudtrail.RequestOf[database](ev)
	if err != nil {
		return detect.Resource{}, err
	}
	return req.resource()
}

// reportedOnce drops the error of an event that DAT-004 wants too and does not find the database of either.
func reportedOnce(ev *cloudtrail.Event, err error) error {
	if DatabasePasswordChanged().Pattern.Matches(ev) {
		return nil
	}
	return err
}

func automatedBackupDeleted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		DBIResourceID, DBInstanceAutomatedBackupsARN, DBClusterResourceID cloudtrail.Text
	}](ev)
	if err != nil {
		return nil, err
	}
	id := string(req.DBIResourceID + req.DBInstanceAutomatedBackupsARN + req.DBClusterResourceID)
	if id == "" {
		return nil, errors.New("request parameters: no dbiResourceId, dBClusterResourceId or ARN")
	}
	return []detect.Finding{{
		Severity: caller.Tempered(ev, detect.High),
		Resource: detect.Resource{Type: detect.AutomatedBackup, ID: id},
		Actions:  []string{},
		Summary:  "the automated backups of the database " + detect.Text(id) + " were deleted" + caller.Through(ev),
	}}, nil
}

func activityStreamStopped(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ ResourceARN cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.ResourceARN == "" {
		return nil, errors.New("request parameters: no resourceArn")
	}
	return []detect.Finding{{
		Severity: caller.Tempered(ev, detect.High),
		Resource: detect.Resource{Type: detect.DBCluster, ID: string(req.ResourceARN)},
		Actions:  []string{},
		Summary: "the record of what is done in the database " + detect.Text(string(req.ResourceARN)) +
			" stopped" + caller.Through(ev),
	}}, nil
}
