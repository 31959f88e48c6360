package data

import (
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const rdsSource = "rds.amazonaws.com"

// database is the part of a request that names a database.
type database struct {
	DBInstanceIdentifier, DBClusterIdentifier, GlobalClusterIdentifier cloudtrail.Text
}

func (d database) resource() (detect.Resource, error) {
	switch {
	case d.DBInstanceIdentifier != "":
		return detect.Resource{Type: detect.DBInstance, ID: string(d.DBInstanceIdentifier)}, nil
	case d.DBClusterIdentifier != "":
		return detect.Resource{Type: detect.DBCluster, ID: string(d.DBClusterIdentifier)}, nil
	case d.GlobalClusterIdentifier != "":
		return detect.Resource{Type: detect.GlobalCluster, ID: string(d.GlobalClusterIdentifier)}, nil
	}
	return detect.Resource{}, errors.New("request parameters: no identifier of a database")
}

// described returns a database as a person would name it.
func described(r detect.Resource) string {
	switch r.Type {
	case detect.DBCluster:
		return "database cluster " + detect.Text(r.ID)
	case detect.GlobalCluster:
		return "global database cluster " + detect.Text(r.ID)
	default:
		return "database " + detect.Text(r.ID)
	}
}
