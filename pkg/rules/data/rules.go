// Package data holds the rules about what is stored and what runs: data and backups that are destroyed or taken out, and
// code, commands and machines that are somebody else's.
package data

import (
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return caller.Named([]*detect.Rule{
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
		SecretsReadInBulk(),
		MachineSecretsRead(),
		DeletedInBulk(),
		MachinesStartedInBulk(),
		CopiesMadeInBulk(),
	})
}
