package sharing

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

// MakeDBInstancePrivate takes the public address away from a database instance. The aspect is whether it has one.
func MakeDBInstancePrivate(accounts access.Accounts) remedy.Remedy {
	words := map[bool]string{false: "private", true: "publicly accessible"}
	return remedy.Bind(remedy.Spec[*rds.Client, bool]{
		Action: actions.MakeDBInstancePrivate(),
		Lens: remedy.Lens[*rds.Client, bool]{
			Client: client(accounts, rds.NewFromConfig), Read: readPublic, Write: writePublic,
		},
		Find: func(f detect.Finding) (remedy.Target, error) { return findResource(f, detect.DBInstance) },
		Want: func(context.Context, *rds.Client, detect.Finding, remedy.Target, bool) (bool, error) {
			return false, nil
		},
		Summary: func(t remedy.Target, before, after bool) string {
			return fmt.Sprintf("database %s: %s → %s", t.ID, words[before], words[after])
		},
		Nothing: func(t remedy.Target, live bool) string { return fmt.Sprintf("database %s is %s", t.ID, words[live]) },
	})
}

func dbInstanceGone(err error) error {
	return gone(err, "DBInstanceNotFound", "DBInstanceNotFoundFault")
}

func readPublic(ctx context.Context, api *rds.Client, t remedy.Target) (bool, error) {
	out, err := api.DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{DBInstanceIdentifier: aws.String(t.ID)})
	if err != nil {
		return false, dbInstanceGone(err)
	}
	if len(out.DBInstances) != 1 {
		return false, remedy.ErrGone
	}
	return aws.ToBool(out.DBInstances[0].PubliclyAccessible), nil
}

// writePublic does not ask for ApplyImmediately: RDS applies this change at once in any case, and with it whatever else
// waits for the maintenance window, such as a new version of the engine.
func writePublic(ctx context.Context, api *rds.Client, t remedy.Target, _, to bool) error {
	_, err := api.ModifyDBInstance(ctx, &rds.ModifyDBInstanceInput{
		DBInstanceIdentifier: aws.String(t.ID), PubliclyAccessible: aws.Bool(to),
	})
	return dbInstanceGone(err)
}
