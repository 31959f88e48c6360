package data

import (
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	deleteVault         = "DeleteBackupVault"
	deleteVaultLock     = "DeleteBackupVaultLockConfiguration"
	deleteVaultPolicy   = "DeleteBackupVaultAccessPolicy"
	putVaultPolicy      = "PutBackupVaultAccessPolicy"
	deleteRecoveryPoint = "DeleteRecoveryPoint"
	deleteSnapshot      = "DeleteSnapshot"
	deleteTableBackup   = "DeleteBackup"
	updateTableBackups  = "UpdateContinuousBackups"
)

// BackupDeleted fires when backups, or what makes and guards them, go.
func BackupDeleted() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-007",
		Title:    "Backup deleted or switched off",
		Class:    "backup-deleted",
		Severity: detect.High,
		Doc: `**Why it matters.** Backups are what is left when everything else was encrypted or deleted; who holds data to
ransom deletes them first.

A recovery point, a vault's lock, and point-in-time recovery of a table are high. A plan, a vault (which AWS only deletes
when it is empty), its policy and a table's backup are medium; what a plan selects, and the snapshot of a disk, low. A
new policy of a vault is judged by what it says: high where it lets in everybody, or another account.
What AWS Backup and lifecycle managers delete when its time has come is no finding.

**False positives.** The end of an application; snapshots that scripts clear away.

**What to do.** Ask the caller. Stop them from deleting more, copy what is left into another account, and put plans and
locks back.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1490", URL: "https://attack.mitre.org/techniques/T1490/"},
			{
				Kind: "AWS", Name: "Backup deletion",
				URL: "https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-backups.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: "backup.amazonaws.com", Names: []string{
				deleteVault, deleteVaultLock, deleteVaultPolicy, putVaultPolicy, deleteRecoveryPoint, deletePlan, deleteSelection,
			}},
			{Source: ec2Source, Names: []string{deleteSnapshot}},
			{Source: "dynamodb.amazonaws.com", Names: []string{deleteTableBackup, updateTableBackups}},
		},
		Actions: []string{"enable-point-in-time-recovery"},
		Good:    goodRecovery,
		Match:   matchBackupDeleted,
	}
}

const (
	deletePlan      = "DeleteBackupPlan"
	deleteSelection = "DeleteBackupSelection"
)

// backupRequest is the part of a request that names what is deleted.
type backupRequest struct {
	BackupVaultName, RecoveryPointARN, BackupPlanID, SelectionID cloudtrail.Text
	SnapshotID, BackupARN, TableName                             cloudtrail.Text
	PointInTimeRecoverySpecification                             struct{ PointInTimeRecoveryEnabled *cloudtrail.Flag }
}

func matchBackupDeleted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Name == putVaultPolicy {
		return vaultPolicyPut(ev)
	}
	switch caller.Service(ev) {
	case "backup.amazonaws.com", "dlm.amazonaws.com", "ec2.amazonaws.com", "dynamodb.amazonaws.com":
		return nil, nil // by their own schedules
	}
	req, err := cloudtrail.RequestOf[backupRequest](ev)
	if err != nil {
		return nil, err
	}
	if on := req.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled; ev.Name == updateTableBackups {
		switch {
		case on == nil:
			return nil, errors.New("request parameters: no pointInTimeRecoveryEnabled")
		case bool(*on):
			return nil, nil
		}
	}
	f := req.judged(ev.Name)
	if f.Resource.ID == "" {
		return nil, errors.New("request parameters: nothing is named that would be deleted")
	}
	if ev.Name != updateTableBackups {
		f.Actions = []string{}
	}
	f.Severity = caller.Tempered(ev, f.Severity)
	f.Summary += caller.Through(ev)
	return []detect.Finding{f}, nil
}

func (r backupRequest) judged(name string) detect.Finding {
	found := func(s detect.Severity, t detect.ResourceType, id cloudtrail.Text, before, after string) detect.Finding {
		return detect.Finding{
			Severity: s, Resource: detect.Resource{Type: t, ID: string(id)}, Summary: before + detect.Text(string(id)) + after,
		}
	}
	switch name {
	case deleteRecoveryPoint:
		return found(detect.High, detect.RecoveryPoint, r.RecoveryPointARN, "recovery point ",
			" was deleted from vault "+detect.Text(string(r.BackupVaultName)))
	case deleteVaultLock:
		return found(detect.High, detect.BackupVault, r.BackupVaultName, "backup vault ", " is not locked any more")
	case deleteVaultPolicy:
		return found(detect.Medium, detect.BackupVault, r.BackupVaultName, "backup vault ", " lost the policy that guarded it")
	case deleteVault:
		return found(detect.Medium, detect.BackupVault, r.BackupVaultName, "backup vault ", " was deleted; it was empty")
	case deletePlan:
		return found(detect.Medium, detect.BackupPlan, r.BackupPlanID, "backup plan ", " was deleted")
	case deleteSelection:
		return found(detect.Low, detect.BackupPlan, r.BackupPlanID, "backup plan ",
			" lost the selection "+detect.Text(string(r.SelectionID)))
	case deleteTableBackup:
		return found(detect.Medium, detect.RecoveryPoint, r.BackupARN, "table backup ", " was deleted")
	case updateTableBackups:
		return found(detect.High, detect.Table, r.TableName, "table ", " cannot be put back to an earlier time any more")
	}
	return found(detect.Low, detect.Snapshot, r.SnapshotID, "disk snapshot ", " was deleted")
}
