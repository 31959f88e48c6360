package simaws_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"riposte/pkg/detect"
)

func dataScenarios() []scenario {
	enabled := keyDeletionScenario("key to be deleted that was enabled")
	enabled.good = func(*world, detect.Finding) any { return types.KeyStateEnabled }
	enabled.writes = 2
	enabled.meddle = nil // what is left, disabled, may as well be a half of the remedy's own way
	return []scenario{
		enabled, keyDeletionScenario("key to be deleted"), keyDisabledScenario(), keyRotationScenario(),
		instanceProtectionScenario(), clusterProtectionScenario(), tableRecoveryScenario(),
	}
}

func (w *world) kms() *kms.Client { return kms.NewFromConfig(w.cfg) }

func createKey(w *world) (id string) {
	out := must(w.kms().CreateKey(w.t.Context(), &kms.CreateKeyInput{}))(w)
	return *out.KeyMetadata.KeyId
}

func scheduleDeletion(w *world, key string) {
	must(w.kms().ScheduleKeyDeletion(w.t.Context(), &kms.ScheduleKeyDeletionInput{KeyId: &key, PendingWindowInDays: aws.Int32(7)}))(w)
}

func keyDeletionScenario(name string) scenario {
	return scenario{
		name: name, action: "cancel-key-deletion",
		seed: func(w *world, _ string) detect.Finding {
			key := createKey(w)
			scheduleDeletion(w, key)
			return w.finding(detect.Resource{Type: detect.Key, ID: "arn:aws:kms:" + region + ":" + account + ":key/" + key}, "ScheduleKeyDeletion", nil)
		},
		meddle: func(w *world, f detect.Finding) {
			_, key, _ := strings.Cut(f.Resource.ID, "key/")
			_, _ = w.kms().CancelKeyDeletion(w.t.Context(), &kms.CancelKeyDeletionInput{KeyId: &key}) // it may be cancelled already
			must(w.kms().EnableKey(w.t.Context(), &kms.EnableKeyInput{KeyId: &key}))(w)
		},
	}
}

func keyDisabledScenario() scenario {
	return scenario{
		name: "key disabled", action: "enable-key",
		seed: func(w *world, _ string) detect.Finding {
			key := createKey(w)
			must(w.kms().DisableKey(w.t.Context(), &kms.DisableKeyInput{KeyId: &key}))(w)
			return w.finding(detect.Resource{Type: detect.Key, ID: key}, "DisableKey", nil)
		},
		meddle: func(w *world, f detect.Finding) { scheduleDeletion(w, f.Resource.ID) },
	}
}

func keyRotationScenario() scenario {
	return scenario{
		name: "key rotation", action: "enable-key-rotation",
		seed: func(w *world, _ string) detect.Finding {
			key := createKey(w)
			must(w.kms().EnableKeyRotation(w.t.Context(), &kms.EnableKeyRotationInput{KeyId: &key}))(w)
			must(w.kms().DisableKeyRotation(w.t.Context(), &kms.DisableKeyRotationInput{KeyId: &key}))(w)
			return w.finding(detect.Resource{Type: detect.Key, ID: key}, "DisableKeyRotation", nil)
		},
		unsaid: strings.NewReplacer(`reads {"days":365}`, `reads {"days":-1}`, "is rotated every 365 days already", "is rotated already"),
	}
}

func (w *world) rds() *rds.Client { return rds.NewFromConfig(w.cfg) }

func instanceProtectionScenario() scenario {
	return scenario{
		name: "database instance", action: "enable-deletion-protection",
		seed: func(w *world, name string) detect.Finding {
			must(w.rds().CreateDBInstance(w.t.Context(), &rds.CreateDBInstanceInput{
				DBInstanceIdentifier: &name, DBInstanceClass: aws.String("db.t3.micro"), Engine: aws.String("postgres"),
				AllocatedStorage: aws.Int32(20), MasterUsername: aws.String("root"), MasterUserPassword: aws.String("hunter2hunter2"),
			}))(w)
			return w.finding(detect.Resource{Type: detect.DBInstance, ID: name}, "ModifyDBInstance", nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.rds().ModifyDBInstance(w.t.Context(), &rds.ModifyDBInstanceInput{
				DBInstanceIdentifier: &f.Resource.ID, DeletionProtection: aws.Bool(false),
			}))(w)
			must(w.rds().DeleteDBInstance(w.t.Context(), &rds.DeleteDBInstanceInput{
				DBInstanceIdentifier: &f.Resource.ID, SkipFinalSnapshot: aws.Bool(true),
			}))(w)
		},
	}
}

func clusterProtectionScenario() scenario {
	return scenario{
		name: "database cluster", action: "enable-deletion-protection",
		seed: func(w *world, name string) detect.Finding {
			must(w.rds().CreateDBCluster(w.t.Context(), &rds.CreateDBClusterInput{
				DBClusterIdentifier: &name, Engine: aws.String("aurora-postgresql"),
				MasterUsername: aws.String("root"), MasterUserPassword: aws.String("hunter2hunter2"),
			}))(w)
			return w.finding(detect.Resource{Type: detect.DBCluster, ID: name}, "ModifyDBCluster", nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.rds().ModifyDBCluster(w.t.Context(), &rds.ModifyDBClusterInput{
				DBClusterIdentifier: &f.Resource.ID, DeletionProtection: aws.Bool(false),
			}))(w)
			must(w.rds().DeleteDBCluster(w.t.Context(), &rds.DeleteDBClusterInput{
				DBClusterIdentifier: &f.Resource.ID, SkipFinalSnapshot: aws.Bool(true),
			}))(w)
		},
	}
}

func tableRecoveryScenario() scenario {
	return scenario{
		name: "table recovery", action: "enable-point-in-time-recovery",
		seed: func(w *world, name string) detect.Finding {
			must(dynamodb.NewFromConfig(w.cfg).CreateTable(w.t.Context(), &dynamodb.CreateTableInput{
				TableName: &name, BillingMode: dynamotypes.BillingModePayPerRequest,
				AttributeDefinitions: []dynamotypes.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: dynamotypes.ScalarAttributeTypeS}},
				KeySchema:            []dynamotypes.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: dynamotypes.KeyTypeHash}},
			}))(w)
			return w.finding(detect.Resource{Type: detect.Table, ID: name}, "UpdateContinuousBackups", nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(dynamodb.NewFromConfig(w.cfg).DeleteTable(w.t.Context(), &dynamodb.DeleteTableInput{TableName: &f.Resource.ID}))(w)
		},
	}
}
