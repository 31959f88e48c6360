package logging

import (
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// ownTable are the calls that change or expose the ledger, or take away what brings it back.
func ownTable() calls {
	table := within(":table/")
	named, of := reference{detect.Table, "tableName", table}, reference{detect.Table, "resourceArn", table}
	return calls{"dynamodb.amazonaws.com": {
		"DeleteResourcePolicy":               of.changed("table %s lost its resource policy", deploying),
		"DeleteTable":                        named.changed("table %s was deleted", deleting),
		"DisableKinesisStreamingDestination": named.changed("table %s is no longer streamed", deploying),
		"PutResourcePolicy":                  of.changed("table %s got a resource policy", deploying),
		"UpdateContinuousBackups":            backupsOff(named.changed("table %s cannot be put back to an earlier time any more", deleting)),
		"UpdateTable":                        tableUpdated(named),
		"UpdateTimeToLive":                   named.changed("table %s forgets its records in another way", deploying),
	}}
}

// backupsOff stays quiet where continuous backups are switched on.
func backupsOff(judge call) call {
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		req, err := cloudtrail.RequestOf[struct {
			PointInTimeRecoverySpecification struct{ PointInTimeRecoveryEnabled *cloudtrail.Flag }
		}](ev)
		on := req.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled
		if err == nil && on != nil && bool(*on) {
			return nil, nil
		}
		return judge(ev)
	}
}

func tableUpdated(table reference) call {
	unguarded := whereField("deletionProtectionEnabled", "false", table.changed("table %s is no longer protected from deletion", deleting))
	otherwise := table.changed("table %s got other settings", deploying)
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		if found, err := unguarded(ev); err == nil && len(found) > 0 {
			return found, nil
		}
		return otherwise(ev)
	}
}

// ownKey are the calls that turn the alias of the key that encrypts the ledger. What is done to keys themselves is told
// whosever they are.
func ownKey() calls {
	alias := reference{detect.Key, "aliasName", afterSlash}
	return calls{"kms.amazonaws.com": {
		"DeleteAlias": alias.changed("key's alias %s was deleted", deploying),
		"UpdateAlias": alias.changed("key's alias %s stands for another key", deploying),
	}}
}
