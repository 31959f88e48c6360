package simaws

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/rds/types"
)

// database is a database instance or a cluster.
type database struct {
	public    bool // only an instance's
	protected bool
	retention int32 // days for which automated backups are kept
}

type databaseKey struct {
	region, id string
	cluster    bool
}

func databaseHandlers() handlers {
	h := handlers{}
	reads(h, describeDBInstances)
	writes(h, createDBInstance)
	writes(h, modifyDBInstance)
	writes(h, deleteDBInstance)
	reads(h, describeDBClusters)
	writes(h, createDBCluster)
	writes(h, modifyDBCluster)
	writes(h, deleteDBCluster)
	return h
}

func (r *request) dbInstance(id *string) (*database, error) {
	if d, ok := r.databases[databaseKey{r.region, aws.ToString(id), false}]; ok {
		return d, nil
	}
	return nil, &types.DBInstanceNotFoundFault{Message: aws.String("DBInstance " + aws.ToString(id) + " not found.")}
}

func (r *request) dbCluster(id *string) (*database, error) {
	if d, ok := r.databases[databaseKey{r.region, aws.ToString(id), true}]; ok {
		return d, nil
	}
	return nil, &types.DBClusterNotFoundFault{Message: aws.String("DBCluster " + aws.ToString(id) + " not found.")}
}

// databaseIDs returns the one that is asked for, or all of a kind in the region of the call.
func (r *request) databaseIDs(asked *string, cluster bool) []string {
	if asked != nil {
		return []string{*asked}
	}
	var ids []string
	for k := range maps.Keys(r.databases) {
		if k.region == r.region && k.cluster == cluster {
			ids = append(ids, k.id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (r *request) instanceAnswer(id string, d *database) types.DBInstance {
	return types.DBInstance{
		DBInstanceIdentifier: aws.String(id), DBInstanceStatus: aws.String("available"),
		PubliclyAccessible: aws.Bool(d.public), DeletionProtection: aws.Bool(d.protected), BackupRetentionPeriod: aws.Int32(d.retention),
	}
}

func (r *request) clusterAnswer(id string, d *database) types.DBCluster {
	return types.DBCluster{
		DBClusterIdentifier: aws.String(id), Status: aws.String("available"),
		DeletionProtection: aws.Bool(d.protected), BackupRetentionPeriod: aws.Int32(d.retention),
	}
}

func describeDBInstances(r *request, in *rds.DescribeDBInstancesInput) (*rds.DescribeDBInstancesOutput, error) {
	out := &rds.DescribeDBInstancesOutput{}
	for _, id := range r.databaseIDs(in.DBInstanceIdentifier, false) {
		d, err := r.dbInstance(&id)
		if err != nil {
			return nil, err
		}
		out.DBInstances = append(out.DBInstances, r.instanceAnswer(id, d))
	}
	return out, nil
}

func createDBInstance(r *request, in *rds.CreateDBInstanceInput) (*rds.CreateDBInstanceOutput, error) {
	key := databaseKey{r.region, *in.DBInstanceIdentifier, false}
	if r.databases[key] != nil {
		return nil, &types.DBInstanceAlreadyExistsFault{Message: aws.String("DB instance already exists")}
	}
	d := &database{public: aws.ToBool(in.PubliclyAccessible), protected: aws.ToBool(in.DeletionProtection), retention: 1}
	if in.BackupRetentionPeriod != nil {
		d.retention = *in.BackupRetentionPeriod
	}
	r.databases[key] = d
	answer := r.instanceAnswer(key.id, d)
	return &rds.CreateDBInstanceOutput{DBInstance: &answer}, nil
}

func modifyDBInstance(r *request, in *rds.ModifyDBInstanceInput) (*rds.ModifyDBInstanceOutput, error) {
	d, err := r.dbInstance(in.DBInstanceIdentifier)
	if err != nil {
		return nil, err
	}
	if in.PubliclyAccessible != nil {
		d.public = *in.PubliclyAccessible
	}
	if in.DeletionProtection != nil {
		d.protected = *in.DeletionProtection
	}
	if in.BackupRetentionPeriod != nil {
		d.retention = *in.BackupRetentionPeriod
	}
	answer := r.instanceAnswer(*in.DBInstanceIdentifier, d)
	return &rds.ModifyDBInstanceOutput{DBInstance: &answer}, nil
}

func deleteDBInstance(r *request, in *rds.DeleteDBInstanceInput) (*rds.DeleteDBInstanceOutput, error) {
	d, err := r.dbInstance(in.DBInstanceIdentifier)
	if err != nil {
		return nil, err
	}
	if d.protected {
		return nil, ec2Error("InvalidParameterCombination", "Cannot delete protected DB Instance, please disable deletion protection and try again.")
	}
	delete(r.databases, databaseKey{r.region, *in.DBInstanceIdentifier, false})
	return &rds.DeleteDBInstanceOutput{}, nil
}

func describeDBClusters(r *request, in *rds.DescribeDBClustersInput) (*rds.DescribeDBClustersOutput, error) {
	out := &rds.DescribeDBClustersOutput{}
	for _, id := range r.databaseIDs(in.DBClusterIdentifier, true) {
		d, err := r.dbCluster(&id)
		if err != nil {
			return nil, err
		}
		out.DBClusters = append(out.DBClusters, r.clusterAnswer(id, d))
	}
	return out, nil
}

func createDBCluster(r *request, in *rds.CreateDBClusterInput) (*rds.CreateDBClusterOutput, error) {
	key := databaseKey{r.region, *in.DBClusterIdentifier, true}
	if r.databases[key] != nil {
		return nil, &types.DBClusterAlreadyExistsFault{Message: aws.String("DB cluster already exists")}
	}
	d := &database{protected: aws.ToBool(in.DeletionProtection), retention: 1}
	r.databases[key] = d
	answer := r.clusterAnswer(key.id, d)
	return &rds.CreateDBClusterOutput{DBCluster: &answer}, nil
}

func modifyDBCluster(r *request, in *rds.ModifyDBClusterInput) (*rds.ModifyDBClusterOutput, error) {
	d, err := r.dbCluster(in.DBClusterIdentifier)
	if err != nil {
		return nil, err
	}
	if in.DeletionProtection != nil {
		d.protected = *in.DeletionProtection
	}
	answer := r.clusterAnswer(*in.DBClusterIdentifier, d)
	return &rds.ModifyDBClusterOutput{DBCluster: &answer}, nil
}

func deleteDBCluster(r *request, in *rds.DeleteDBClusterInput) (*rds.DeleteDBClusterOutput, error) {
	d, err := r.dbCluster(in.DBClusterIdentifier)
	if err != nil {
		return nil, err
	}
	if d.protected {
		return nil, ec2Error("InvalidParameterCombination", "Cannot delete protected Cluster, please disable deletion protection and try again.")
	}
	delete(r.databases, databaseKey{r.region, *in.DBClusterIdentifier, true})
	return &rds.DeleteDBClusterOutput{}, nil
}
