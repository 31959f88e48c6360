package data

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// EnableDeletionProtection protects a database from being deleted again. The aspect is whether it is.
func EnableDeletionProtection(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*rds.Client, bool]{
		Action: actions.EnableDeletionProtection(),
		Lens: remedy.Lens[*rds.Client, bool]{
			Client: access.Client(accounts, func(cfg aws.Config) *rds.Client { return rds.NewFromConfig(cfg) }),
			Read:   readProtection,
			Write:  writeProtection,
		},
		Find: findDatabase,
		Want: func(context.Context, *rds.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return true, nil
		},
		Aspect: "deletion-protection",
		Restore: func(_ context.Context, _ *rds.Client, _ detect.Finding, t remedy.Target, before, good bool) (bool, error) {
			if !good && !before {
				return before, remedy.Refuse("%s %s was not protected from deletion before the event either", t.Type, t.ID)
			}
			return true, nil
		},
		Summary: func(t remedy.Target, _, _ bool) string {
			return fmt.Sprintf("%s %s: protected from deletion again", t.Type, t.ID)
		},
		Nothing: func(t remedy.Target, _ bool) string {
			return fmt.Sprintf("%s %s is protected from deletion", t.Type, t.ID)
		},
	})
}

func findDatabase(f detect.Finding) (remedy.Target, error) {
	t := remedy.TargetOf(f)
	if f.Resource.Type != detect.DBInstance && f.Resource.Type != detect.DBCluster || t.ID == "" {
		return t, remedy.Refuse("%s is no database of one region", f.Resource)
	}
	switch f.Event.Name {
	case "ModifyDBInstance", "ModifyDBCluster":
		return t, nil
	}
	return t, remedy.Refuse("%s was changed by %s, which this does not answer", f.Resource, f.Event.Name)
}

func readProtection(ctx context.Context, api *rds.Client, t remedy.Target) (bool, error) {
	if t.Type == string(detect.DBCluster) {
		out, err := api.DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: aws.String(t.ID)})
		if err != nil {
			return false, databaseGone(err)
		}
		if len(out.DBClusters) != 1 {
			return false, remedy.ErrGone
		}
		return aws.ToBool(out.DBClusters[0].DeletionProtection), nil
	}
	out, err := api.DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{DBInstanceIdentifier: aws.String(t.ID)})
	if err != nil {
		return false, databaseGone(err)
	}
	if len(out.DBInstances) != 1 {
		return false, remedy.ErrGone
	}
	return aws.ToBool(out.DBInstances[0].DeletionProtection), nil
}

// writeProtection leaves ApplyImmediately out: the protection does not wait, and other changes that do keep waiting.
func writeProtection(ctx context.Context, api *rds.Client, t remedy.Target, _, to bool) error {
	if t.Type == string(detect.DBCluster) {
		_, err := api.ModifyDBCluster(ctx, &rds.ModifyDBClusterInput{DBClusterIdentifier: aws.String(t.ID), DeletionProtection: aws.Bool(to)})
		return databaseGone(err)
	}
	_, err := api.ModifyDBInstance(ctx, &rds.ModifyDBInstanceInput{DBInstanceIdentifier: aws.String(t.ID), DeletionProtection: aws.Bool(to)})
	return databaseGone(err)
}

// databaseGone turns the words of RDS for a missing database into remedy.ErrGone and leaves other errors alone.
func databaseGone(err error) error {
	return access.Gone(err, "DBInstanceNotFound", "DBInstanceNotFoundFault", "DBClusterNotFoundFault")
}
