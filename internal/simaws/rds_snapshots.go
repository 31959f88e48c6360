package simaws

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
)

func databaseSnapshotHandlers() handlers {
	h := handlers{}
	writes(h, createDBSnapshot)
	writes(h, deleteDBSnapshot)
	reads(h, describeDBSnapshotAttributes)
	writes(h, modifyDBSnapshotAttribute)
	writes(h, createDBClusterSnapshot)
	writes(h, deleteDBClusterSnapshot)
	reads(h, describeDBClusterSnapshotAttributes)
	writes(h, modifyDBClusterSnapshotAttribute)
	return h
}

func (r *request) dbSnapshot(id *string) (thing, []string, error) {
	key := thing{"database snapshot", r.region, aws.ToString(id)}
	list, ok := r.shared.lists[key]
	if !ok {
		return key, nil, &types.DBSnapshotNotFoundFault{Message: aws.String("DBSnapshot " + key.name + " not found.")}
	}
	return key, list, nil
}

func (r *request) clusterSnapshot(id *string) (thing, []string, error) {
	key := thing{"cluster snapshot", r.region, aws.ToString(id)}
	list, ok := r.shared.lists[key]
	if !ok {
		return key, nil, &types.DBClusterSnapshotNotFoundFault{Message: aws.String("DBClusterSnapshot " + key.name + " not found.")}
	}
	return key, list, nil
}

func createDBSnapshot(r *request, in *rds.CreateDBSnapshotInput) (*rds.CreateDBSnapshotOutput, error) {
	if _, err := r.dbInstance(in.DBInstanceIdentifier); err != nil {
		return nil, err
	}
	r.shared.lists[thing{"database snapshot", r.region, *in.DBSnapshotIdentifier}] = nil
	return &rds.CreateDBSnapshotOutput{DBSnapshot: &types.DBSnapshot{DBSnapshotIdentifier: in.DBSnapshotIdentifier}}, nil
}

func deleteDBSnapshot(r *request, in *rds.DeleteDBSnapshotInput) (*rds.DeleteDBSnapshotOutput, error) {
	key, _, err := r.dbSnapshot(in.DBSnapshotIdentifier)
	if err != nil {
		return nil, err
	}
	delete(r.shared.lists, key)
	return &rds.DeleteDBSnapshotOutput{}, nil
}

func describeDBSnapshotAttributes(r *request, in *rds.DescribeDBSnapshotAttributesInput) (*rds.DescribeDBSnapshotAttributesOutput, error) {
	_, list, err := r.dbSnapshot(in.DBSnapshotIdentifier)
	if err != nil {
		return nil, err
	}
	return &rds.DescribeDBSnapshotAttributesOutput{DBSnapshotAttributesResult: &types.DBSnapshotAttributesResult{
		DBSnapshotIdentifier: in.DBSnapshotIdentifier,
		DBSnapshotAttributes: []types.DBSnapshotAttribute{{AttributeName: aws.String("restore"), AttributeValues: list}},
	}}, nil
}

func modifyDBSnapshotAttribute(r *request, in *rds.ModifyDBSnapshotAttributeInput) (*rds.ModifyDBSnapshotAttributeOutput, error) {
	key, list, err := r.dbSnapshot(in.DBSnapshotIdentifier)
	if err != nil {
		return nil, err
	}
	r.shared.lists[key] = changed(list, in.ValuesToAdd, in.ValuesToRemove)
	return &rds.ModifyDBSnapshotAttributeOutput{}, nil
}

func createDBClusterSnapshot(r *request, in *rds.CreateDBClusterSnapshotInput) (*rds.CreateDBClusterSnapshotOutput, error) {
	if _, err := r.dbCluster(in.DBClusterIdentifier); err != nil {
		return nil, err
	}
	r.shared.lists[thing{"cluster snapshot", r.region, *in.DBClusterSnapshotIdentifier}] = nil
	return &rds.CreateDBClusterSnapshotOutput{
		DBClusterSnapshot: &types.DBClusterSnapshot{DBClusterSnapshotIdentifier: in.DBClusterSnapshotIdentifier},
	}, nil
}

func deleteDBClusterSnapshot(r *request, in *rds.DeleteDBClusterSnapshotInput) (*rds.DeleteDBClusterSnapshotOutput, error) {
	key, _, err := r.clusterSnapshot(in.DBClusterSnapshotIdentifier)
	if err != nil {
		return nil, err
	}
	delete(r.shared.lists, key)
	return &rds.DeleteDBClusterSnapshotOutput{}, nil
}

func describeDBClusterSnapshotAttributes(r *request, in *rds.DescribeDBClusterSnapshotAttributesInput) (*rds.DescribeDBClusterSnapshotAttributesOutput, error) {
	_, list, err := r.clusterSnapshot(in.DBClusterSnapshotIdentifier)
	if err != nil {
		return nil, err
	}
	return &rds.DescribeDBClusterSnapshotAttributesOutput{DBClusterSnapshotAttributesResult: &types.DBClusterSnapshotAttributesResult{
		DBClusterSnapshotIdentifier: in.DBClusterSnapshotIdentifier,
		DBClusterSnapshotAttributes: []types.DBClusterSnapshotAttribute{{AttributeName: aws.String("restore"), AttributeValues: list}},
	}}, nil
}

func modifyDBClusterSnapshotAttribute(r *request, in *rds.ModifyDBClusterSnapshotAttributeInput) (*rds.ModifyDBClusterSnapshotAttributeOutput, error) {
	key, list, err := r.clusterSnapshot(in.DBClusterSnapshotIdentifier)
	if err != nil {
		return nil, err
	}
	r.shared.lists[key] = changed(list, in.ValuesToAdd, in.ValuesToRemove)
	return &rds.ModifyDBClusterSnapshotAttributeOutput{}, nil
}
