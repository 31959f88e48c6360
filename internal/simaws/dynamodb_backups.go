package simaws

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type dynamoTable struct {
	pointInTime bool
	days        int32 // how far back its state can be restored
}

type tableKey struct{ region, name string }

func tableHandlers() handlers {
	h := handlers{}
	reads(h, describeContinuousBackups)
	writes(h, createTable)
	writes(h, deleteTable)
	writes(h, updateContinuousBackups)
	return h
}

// table returns the table that a name or an ARN means in the region of the call.
func (r *request) table(name *string) (*dynamoTable, error) {
	key := strings.TrimPrefix(aws.ToString(name), "arn:aws:dynamodb:"+r.region+":"+r.account+":table/")
	if t, ok := r.tables[tableKey{r.region, key}]; ok {
		return t, nil
	}
	return nil, &types.TableNotFoundException{Message: aws.String("Table not found: " + key)}
}

func createTable(r *request, in *dynamodb.CreateTableInput) (*dynamodb.CreateTableOutput, error) {
	r.tables[tableKey{r.region, *in.TableName}] = &dynamoTable{}
	return &dynamodb.CreateTableOutput{TableDescription: &types.TableDescription{TableName: in.TableName}}, nil
}

func deleteTable(r *request, in *dynamodb.DeleteTableInput) (*dynamodb.DeleteTableOutput, error) {
	if _, err := r.table(in.TableName); err != nil {
		return nil, &types.ResourceNotFoundException{Message: aws.String("Requested resource not found")}
	}
	delete(r.tables, tableKey{r.region, *in.TableName})
	return &dynamodb.DeleteTableOutput{}, nil
}

func (t *dynamoTable) backups() *types.ContinuousBackupsDescription {
	pitr := &types.PointInTimeRecoveryDescription{PointInTimeRecoveryStatus: types.PointInTimeRecoveryStatusDisabled}
	if t.pointInTime {
		pitr.PointInTimeRecoveryStatus, pitr.RecoveryPeriodInDays = types.PointInTimeRecoveryStatusEnabled, aws.Int32(t.days)
	}
	return &types.ContinuousBackupsDescription{
		ContinuousBackupsStatus: types.ContinuousBackupsStatusEnabled, PointInTimeRecoveryDescription: pitr,
	}
}

func describeContinuousBackups(r *request, in *dynamodb.DescribeContinuousBackupsInput) (*dynamodb.DescribeContinuousBackupsOutput, error) {
	t, err := r.table(in.TableName)
	if err != nil {
		return nil, err
	}
	return &dynamodb.DescribeContinuousBackupsOutput{ContinuousBackupsDescription: t.backups()}, nil
}

func updateContinuousBackups(r *request, in *dynamodb.UpdateContinuousBackupsInput) (*dynamodb.UpdateContinuousBackupsOutput, error) {
	t, err := r.table(in.TableName)
	if err != nil {
		return nil, err
	}
	spec := in.PointInTimeRecoverySpecification
	t.pointInTime, t.days = *spec.PointInTimeRecoveryEnabled, 35
	if spec.RecoveryPeriodInDays != nil {
		t.days = *spec.RecoveryPeriodInDays
	}
	return &dynamodb.UpdateContinuousBackupsOutput{ContinuousBackupsDescription: t.backups()}, nil
}
