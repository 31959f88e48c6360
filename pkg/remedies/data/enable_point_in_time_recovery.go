package data

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// longest is how many days back DynamoDB lets a table be put where nothing else is said.
const longest = 35

// recovery says how many days back a table can be put: 0 where it cannot.
type recovery struct {
	Days int32 `json:"days"`
}

// EnablePointInTimeRecovery lets a table be put back to an earlier time again. The aspect is how far back.
func EnablePointInTimeRecovery(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*dynamodb.Client, recovery]{
		Action: actions.EnablePointInTimeRecovery(),
		Lens: remedy.Lens[*dynamodb.Client, recovery]{
			Client: access.Client(accounts, func(cfg aws.Config) *dynamodb.Client { return dynamodb.NewFromConfig(cfg) }),
			Read:   readRecovery,
			Write:  writeRecovery,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t := remedy.TargetOf(f)
			if f.Resource.Type != detect.Table || t.ID == "" || f.Event.Name != "UpdateContinuousBackups" {
				return t, remedy.Refuse("%s is no table whose recovery was switched off", f.Resource)
			}
			return t, nil
		},
		Want: func(_ context.Context, _ *dynamodb.Client, _ detect.Finding, _ remedy.Target, before recovery) (recovery, error) {
			return recoverable(before, longest), nil
		},
		Aspect: "point-in-time-recovery",
		Restore: func(_ context.Context, _ *dynamodb.Client, _ detect.Finding, t remedy.Target, before, good recovery) (recovery, error) {
			if good.Days == 0 {
				return before, remedy.Refuse("table %s could not be put back to an earlier time before the event either", t.ID)
			}
			return recoverable(before, good.Days), nil
		},
		Summary: func(t remedy.Target, _, after recovery) string {
			return fmt.Sprintf("table %s: can be put back %d days again, from now on", t.ID, after.Days)
		},
		Nothing: func(t remedy.Target, live recovery) string {
			return fmt.Sprintf("table %s can be put back %d days", t.ID, live.Days)
		},
	})
}

func recoverable(before recovery, days int32) recovery {
	if before.Days == 0 {
		return recovery{Days: days}
	}
	return before
}

func readRecovery(ctx context.Context, api *dynamodb.Client, t remedy.Target) (recovery, error) {
	out, err := api.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: aws.String(t.ID)})
	if err != nil {
		return recovery{}, tableGone(err)
	}
	if out.ContinuousBackupsDescription == nil || out.ContinuousBackupsDescription.PointInTimeRecoveryDescription == nil {
		return recovery{}, nil
	}
	d := out.ContinuousBackupsDescription.PointInTimeRecoveryDescription
	switch days := aws.ToInt32(d.RecoveryPeriodInDays); {
	case d.PointInTimeRecoveryStatus != types.PointInTimeRecoveryStatusEnabled:
		return recovery{}, nil
	case days > 0:
		return recovery{Days: days}, nil
	}
	return recovery{Days: longest}, nil
}

func writeRecovery(ctx context.Context, api *dynamodb.Client, t remedy.Target, _, to recovery) error {
	spec := &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(to.Days > 0)}
	if to.Days > 0 && to.Days != longest {
		spec.RecoveryPeriodInDays = aws.Int32(to.Days)
	}
	_, err := api.UpdateContinuousBackups(ctx, &dynamodb.UpdateContinuousBackupsInput{
		TableName: aws.String(t.ID), PointInTimeRecoverySpecification: spec,
	})
	return tableGone(err)
}

// tableGone turns DynamoDB's words for a missing table into remedy.ErrGone and leaves other errors alone.
func tableGone(err error) error {
	return access.Gone(err, "TableNotFoundException", "ResourceNotFoundException")
}
