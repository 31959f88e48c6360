package data

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

func call(source, name, request, response string) *cloudtrail.Event {
	return &cloudtrail.Event{
		Source: source, Name: name, Account: "111122223333", Region: "us-east-1", Time: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Request: cloudtrail.NewPayload([]byte(request)), Response: cloudtrail.NewPayload([]byte(response)),
	}
}

// TestGood holds what is remembered of keys, tables and databases, so that a later change can be put back to it.
func TestGood(t *testing.T) {
	const (
		kms, rds, dynamodb = "kms.amazonaws.com", "rds.amazonaws.com", "dynamodb.amazonaws.com"
		id                 = "1234abcd-12ab-34cd-56ef-1234567890ab"
		arn                = "arn:aws:kms:us-east-1:111122223333:key/" + id
	)
	byAlias := call(kms, "EnableKey", `{"keyId":"alias/app"}`, `null`)
	byAlias.Record = []byte(`{"resources":[{"ARN":"` + arn + `","type":"AWS::KMS::Key"}]}`)
	key := func(aspect, state string) []detect.State {
		return []detect.State{{Aspect: aspect, Resource: detect.Resource{Type: detect.Key, ID: id}, State: json.RawMessage(state)}}
	}
	table := func(state string) []detect.State {
		return []detect.State{{Aspect: "point-in-time-recovery", Resource: detect.Resource{Type: detect.Table, ID: "orders"}, State: json.RawMessage(state)}}
	}
	database := func(kind detect.ResourceType, state string) []detect.State {
		return []detect.State{{Aspect: "deletion-protection", Resource: detect.Resource{Type: kind, ID: "orders"}, State: json.RawMessage(state)}}
	}
	for name, tt := range map[string]struct {
		ev   *cloudtrail.Event
		want []detect.State
	}{
		"key made":             {call(kms, "CreateKey", `{}`, `{"keyMetadata":{"keyId":"`+id+`","arn":"`+arn+`","keyState":"Enabled"}}`), key("key-state", `"Enabled"`)},
		"key made, unanswered": {call(kms, "CreateKey", `{}`, `null`), nil},
		"key enabled":          {call(kms, "EnableKey", `{"keyId":"`+arn+`"}`, `null`), key("key-state", `"Enabled"`)},
		"key enabled by alias": {byAlias, key("key-state", `"Enabled"`)},
		"alias of nobody":      {call(kms, "EnableKey", `{"keyId":"alias/app"}`, `null`), nil},
		"key disabled":         {call(kms, "DisableKey", `{"keyId":"`+id+`"}`, `null`), key("key-state", `"Disabled"`)},
		"key kept":             {call(kms, "CancelKeyDeletion", `{"keyId":"`+id+`"}`, `{"keyId":"`+arn+`"}`), key("key-state", `"Disabled"`)},
		"key rotated":          {call(kms, "EnableKeyRotation", `{"keyId":"`+id+`","rotationPeriodInDays":180}`, `null`), key("key-rotation", `{"days":180}`)},
		"key rotated yearly":   {call(kms, "EnableKeyRotation", `{"keyId":"`+id+`"}`, `null`), key("key-rotation", `{"days":365}`)},
		"key not rotated":      {call(kms, "DisableKeyRotation", `{"keyId":"`+id+`"}`, `null`), key("key-rotation", `{"days":0}`)},
		"key about to go":      {call(kms, "ScheduleKeyDeletion", `{"keyId":"`+id+`"}`, `null`), nil},

		"table":            {call(dynamodb, "UpdateContinuousBackups", `{"tableName":"orders","pointInTimeRecoverySpecification":{"pointInTimeRecoveryEnabled":true,"recoveryPeriodInDays":7}}`, `null`), table(`{"days":7}`)},
		"table, all days":  {call(dynamodb, "UpdateContinuousBackups", `{"tableName":"orders","pointInTimeRecoverySpecification":{"pointInTimeRecoveryEnabled":true}}`, `null`), table(`{"days":35}`)},
		"table, off":       {call(dynamodb, "UpdateContinuousBackups", `{"tableName":"orders","pointInTimeRecoverySpecification":{"pointInTimeRecoveryEnabled":false}}`, `null`), table(`{"days":0}`)},
		"table, unsaid":    {call(dynamodb, "UpdateContinuousBackups", `{"tableName":"orders"}`, `null`), nil},
		"table, a backup":  {call(dynamodb, "DeleteBackup", `{"backupArn":"arn:aws:dynamodb:us-east-1:111122223333:table/orders/backup/1"}`, `null`), nil},
		"database":         {call(rds, "ModifyDBInstance", `{"dBInstanceIdentifier":"orders","deletionProtection":true}`, `null`), database(detect.DBInstance, `true`)},
		"database, other":  {call(rds, "ModifyDBInstance", `{"dBInstanceIdentifier":"orders","allocatedStorage":40}`, `null`), nil},
		"database, new":    {call(rds, "CreateDBInstance", `{"dBInstanceIdentifier":"orders"}`, `null`), database(detect.DBInstance, `false`)},
		"cluster, new":     {call(rds, "CreateDBCluster", `{"dBClusterIdentifier":"orders","deletionProtection":true}`, `null`), database(detect.DBCluster, `true`)},
		"cluster, global":  {call(rds, "ModifyGlobalCluster", `{"globalClusterIdentifier":"orders","deletionProtection":true}`, `null`), nil},
		"database, of who": {call(rds, "ModifyDBInstance", `{"deletionProtection":true}`, `null`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			index := detect.NewIndex([]*detect.Rule{KMSKeyDisabled(), BackupDeleted(), DatabaseProtectionRemoved()})
			if diff := cmp.Diff(tt.want, index.Good(tt.ev)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestAliasIsResolved holds that a finding about an alias is about the key that it stood for.
func TestAliasIsResolved(t *testing.T) {
	const arn = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	for resources, want := range map[string]string{
		`[{"ARN":"` + arn + `"}]`: arn,
		`[]`:                      "alias/app",
		`[{"ARN":"arn:aws:kms:us-east-1:111122223333:alias/app"}]`: "alias/app",
		`[{"ARN":"` + arn + `"},{"ARN":"` + arn + `0"}]`:           "alias/app",
	} {
		ev := call("kms.amazonaws.com", "DisableKey", `{"keyId":"alias/app"}`, `null`)
		ev.Record = []byte(`{"resources":` + resources + `}`)
		found, err := matchKMSKeyDisabled(ev)
		if err != nil || len(found) != 1 || found[0].Resource.ID != want {
			t.Errorf("%s: %+v, %v; want key %s", resources, found, err, want)
		}
	}
}
