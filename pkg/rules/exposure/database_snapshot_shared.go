package exposure

import (
	"errors"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const rdsSource = "rds.amazonaws.com"

// DatabaseSnapshotShared fires when a snapshot of RDS is shared with everyone or with another account.
func DatabaseSnapshotShared() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-007",
		Title:    "Database snapshot shared",
		Class:    "rds-snapshot-shared",
		Severity: detect.High,
		Doc: `**Why it matters.** Whoever a snapshot is shared with restores the whole database in an account of their own,
sets a new password and reads it. Nothing takes the copy back. Public snapshots are watched for.

Sharing with everyone is critical, with a stranger's account high. Own accounts and those that you trust, and taking a
permission away, stay quiet. A call that was denied is told two steps lower.

**False positives.** Backup vendors and accounts of the same organisation: list them as trusted.

**What to do.** Take the permission away, which does not reach copies that were made. Ask the caller why, and treat the
data as known to the account that it was shared with.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1537", URL: "https://attack.mitre.org/techniques/T1537/"},
			{
				Kind: "AWS", Name: "Sharing a DB snapshot for Amazon RDS",
				URL: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: rdsSource, Names: []string{"ModifyDBSnapshotAttribute", "ModifyDBClusterSnapshotAttribute"},
		}},
		Actions: []string{"unshare-db-snapshot", "unshare-db-cluster-snapshot"},
		Denied:  true,
		Match:   matchDatabaseSnapshotShared,
	}
}

func matchDatabaseSnapshotShared(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		DBSnapshotIdentifier, DBClusterSnapshotIdentifier, AttributeName cloudtrail.Text
		ValuesToAdd                                                      cloudtrail.List[cloudtrail.Text]
	}](ev)
	if err != nil {
		return nil, err
	}
	var r detect.Resource
	what, action := "", "unshare-db-snapshot"
	switch {
	case req.DBSnapshotIdentifier != "":
		r = detect.Resource{Type: detect.DBSnapshot, ID: ownName(ev, string(req.DBSnapshotIdentifier), "rds", "snapshot:")}
		what = "database snapshot "
	case req.DBClusterSnapshotIdentifier != "":
		r = detect.Resource{Type: detect.DBClusterSnapshot, ID: ownName(ev, string(req.DBClusterSnapshotIdentifier), "rds", "cluster-snapshot:")}
		what, action = "database cluster snapshot ", "unshare-db-cluster-snapshot"
	default:
		return nil, errors.New("request parameters: no identifier of a snapshot")
	}
	if req.AttributeName != "" && !strings.EqualFold(string(req.AttributeName), "restore") {
		return nil, nil
	}
	var s sharing
	s.withAccounts(ev, req.ValuesToAdd)
	findings := s.shared(r, what+detect.Text(r.ID), detect.Critical, detect.High)
	for i := range findings {
		findings[i].Actions = []string{action}
	}
	return findings, nil
}
