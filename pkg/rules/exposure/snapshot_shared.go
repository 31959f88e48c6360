package exposure

import (
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const ec2Source = "ec2.amazonaws.com"

// SnapshotShared fires when a snapshot of EBS is shared with everyone or with another account.
func SnapshotShared() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-005",
		Title:    "EBS snapshot shared",
		Class:    "ebs-snapshot-shared",
		Severity: detect.High,
		Doc: `**Why it matters.** A snapshot is a whole disk, with the databases and the credentials on it. Whoever it is
shared with copies it into an account of their own, and nothing takes the copy back. A public one is found within hours.

Sharing with everyone is critical, with a stranger's account high. Own accounts and those that you trust, and taking a
permission away, stay quiet. A call that was denied is told two steps lower.

**False positives.** Backup vendors and accounts of the same organisation: list them as trusted.

**What to do.** Take the permission away, which does not reach copies that were made. Ask the caller why. Find out what
was on the disk, and change the credentials that were. Switch on the account's block of public access for snapshots.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1537", URL: "https://attack.mitre.org/techniques/T1537/"},
			{
				Kind: "AWS", Name: "Share an Amazon EBS snapshot with other AWS accounts",
				URL: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html",
			},
		},
		Pattern: detect.Pattern{{Source: ec2Source, Names: []string{"ModifySnapshotAttribute"}}},
		Actions: []string{"unshare-ebs-snapshot"},
		Denied:  true,

		GoodParts: goodSnapshotShares,
		Match:     matchSnapshotShared,
	}
}

// permissionChange is how EC2 writes a change of permissions.
type permissionChange struct {
	Add, Remove cloudtrail.List[grantee]
}

func matchSnapshotShared(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		SnapshotID, AttributeType cloudtrail.Text
		CreateVolumePermission    *permissionChange
	}](ev)
	if err != nil {
		return nil, err
	}
	c := req.CreateVolumePermission
	switch {
	case req.SnapshotID == "":
		return nil, errors.New("request parameters: no snapshotId")
	case req.AttributeType == "PRODUCT_CODES" || req.AttributeType == "productCodes":
		return nil, nil
	case c == nil || len(c.Add)+len(c.Remove) == 0:
		return nil, errors.New("request parameters: no createVolumePermission that is added or removed")
	}
	var s sharing
	s.withGrantees(ev, c.Add)
	id := string(req.SnapshotID)
	return s.shared(detect.Resource{Type: detect.Snapshot, ID: id}, "snapshot "+detect.Text(id), detect.Critical, detect.High), nil
}
