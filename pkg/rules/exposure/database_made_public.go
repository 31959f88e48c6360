package exposure

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	modifyDBInstance = "ModifyDBInstance"
	modifyDBCluster  = "ModifyDBCluster"
)

// DatabaseMadePublic fires when a database gets a public address.
func DatabaseMadePublic() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-008",
		Title:    "Database made publicly accessible",
		Class:    "rds-made-public",
		Severity: detect.High,
		Doc: `**Why it matters.** A publicly accessible database has an address on the Internet: one open security group
away from everybody who guesses passwords. A snapshot that is restored with a public address is a way to carry the data
out.

Where the request does not say, RDS decides by the subnets of a new database, and the rule reads the answer. A change of
an existing database counts only where it asks for the public address; one that leaves it as it was stays quiet, and one
whose record leaves out what it asked for is DAT-004.

**False positives.** Databases that partners or offices reach over the Internet; their security group has to be narrow.

**What to do.** Set the instance to not publicly accessible, which moves its name to a private address. Look at its
security groups, and at its log for connections meanwhile.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1578.005", URL: "https://attack.mitre.org/techniques/T1578/005/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 2.3.3", URL: cisURL},
			{
				Kind: "AWS", Name: "Hiding a DB instance in a VPC from the internet",
				URL: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: rdsSource, Names: []string{
				modifyDBInstance, modifyDBCluster, "CreateDBInstance", "CreateDBInstanceReadReplica", "RestoreDBInstanceFromDBSnapshot",
				"RestoreDBInstanceFromS3", "RestoreDBInstanceToPointInTime",
				"CreateDBCluster", "RestoreDBClusterFromSnapshot", "RestoreDBClusterToPointInTime",
			},
		}},
		Actions: []string{"make-db-instance-private"},
		Match:   matchDatabaseMadePublic,
	}
}

// database is what requests and answers of RDS say of an instance or a cluster.
type database struct {
	DBInstanceIdentifier, TargetDBInstanceIdentifier cloudtrail.Text
	DBClusterIdentifier                              cloudtrail.Text
	DBSnapshotIdentifier, SnapshotIdentifier, Engine cloudtrail.Text
	PubliclyAccessible                               *cloudtrail.Flag
}

func matchDatabaseMadePublic(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[database](ev)
	if errors.Is(err, cloudtrail.ErrOmitted) && modifies(ev) {
		return nil, nil // DAT-004 reports the same
	}
	if err != nil {
		return nil, err
	}
	public, answered, err := publicBy(ev, req)
	if err != nil || !public {
		return nil, err
	}
	r := req.resource(ev)
	if r.ID == "" {
		return nil, errors.New("request parameters: no identifier of a database")
	}
	f := detect.Finding{Resource: r, Summary: "database " + detect.Text(r.ID) + " " + madePublic(ev, req)}
	if r.Type != detect.DBInstance {
		f.Actions = []string{} // a cluster's address is its instances'
	}
	if answered {
		f.Summary += ", which the request left open and the answer tells"
	}
	return []detect.Finding{f}, nil
}

// publicBy reports whether a call makes a database public, and whether the answer tells it.
func publicBy(ev *cloudtrail.Event, req database) (public, answered bool, err error) {
	if req.PubliclyAccessible != nil {
		return bool(*req.PubliclyAccessible), false, nil
	}
	if modifies(ev) {
		return false, false, nil
	}
	resp, err := cloudtrail.ResponseOf[database](ev)
	switch {
	case err != nil:
		return false, false, fmt.Errorf("the request does not say whether the database is public: %w", err)
	case resp.PubliclyAccessible != nil:
		return bool(*resp.PubliclyAccessible), true, nil
	case aboutCluster(ev):
		return false, false, nil // of Aurora, where the instances are public or not
	}
	return false, false, errors.New("neither request parameters nor response elements have publiclyAccessible")
}

// modifies reports whether a database was there before the call.
func modifies(ev *cloudtrail.Event) bool {
	return ev.Name == modifyDBInstance || ev.Name == modifyDBCluster
}

func aboutCluster(ev *cloudtrail.Event) bool { return strings.Contains(ev.Name, "DBCluster") }

func (d database) resource(ev *cloudtrail.Event) detect.Resource {
	switch {
	case aboutCluster(ev):
		return detect.Resource{Type: detect.DBCluster, ID: string(d.DBClusterIdentifier)}
	case d.DBInstanceIdentifier != "":
		return detect.Resource{Type: detect.DBInstance, ID: string(d.DBInstanceIdentifier)}
	}
	return detect.Resource{Type: detect.DBInstance, ID: string(d.TargetDBInstanceIdentifier)}
}

func madePublic(ev *cloudtrail.Event, req database) string {
	from := req.DBSnapshotIdentifier
	if aboutCluster(ev) {
		from = req.SnapshotIdentifier
	}
	switch {
	case modifies(ev):
		return "made publicly accessible"
	case from != "":
		return "restored from snapshot " + detect.Text(string(from)) + " with a public address"
	case req.Engine != "":
		return "made with a public address (" + detect.Text(string(req.Engine)) + ")"
	}
	return "made with a public address"
}
