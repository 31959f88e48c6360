// Package data holds the rules about what is stored and what runs: data and backups that are destroyed or taken out, and
// code, commands and machines that are somebody else's.
package data

import "riposte/pkg/detect"

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return []*detect.Rule{
		KMSKeyDisabled(),
		BucketProtectionRemoved(),
		BucketDeleted(),
		DatabasePasswordChanged(),
		DatabaseProtectionRemoved(),
		DatabaseDeleted(),
		BackupDeleted(),
		DatabaseSnapshotTakenOut(),
		UserDataChanged(),
		FunctionCodeChanged(),
		CommandRun(),
		ClusterAccessGranted(),
		ModelAccessEnabled(),
		SSHKeySent(),
		CostlyResourcesStarted(),
		MailSendingChanged(),
	}
}
