package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	ec2Source = "ec2.amazonaws.com"
	rdsSource = "rds.amazonaws.com"

	addRoleToInstanceProfile = "AddRoleToInstanceProfile"
	addRoleToDBInstance      = "AddRoleToDBInstance"
	addRoleToDBCluster       = "AddRoleToDBCluster"
)

// InstanceProfileOrRoleGiven fires when a machine that runs already is given a role.
func InstanceProfileOrRoleGiven() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-019",
		Title:    "Role given to an instance or a database",
		Class:    "instance-profile-or-passrole",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Whoever can log in to a machine has its role. Giving a strong role to a machine that one
controls is a known way up, and the calls then come from the machine.

The event names the role or profile but not what it may do. A profile that is put on an instance, or replaced, is medium; a
role that a database gets, or that is put into a profile, which gives it to nobody before an instance has the profile, is
low. A service that does it on somebody's behalf makes it low.

**False positives.** The set-up of instances for Systems Manager or for a new workload; deployments.

**What to do.** Compare what the role may do with who can log in to the machine. Disassociate the profile; the credentials
that the machine has already work until they expire, at most six hours.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.003", URL: "https://attack.mitre.org/techniques/T1098/003/"},
			{
				Kind: "AWS", Name: "Grant permissions to pass a role to a service",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: ec2Source, Names: []string{"AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"}},
			{Source: iamSource, Names: []string{addRoleToInstanceProfile}},
			{Source: rdsSource, Names: []string{addRoleToDBInstance, addRoleToDBCluster}},
		},
		Match: matchInstanceProfileOrRoleGiven,
	}
}

func matchInstanceProfileOrRoleGiven(ev *cloudtrail.Event) ([]detect.Finding, error) {
	f, err := roleGiven(ev)
	if err != nil {
		return nil, err
	}
	f.Summary += " by " + callerName(ev)
	if automated(ev) {
		f.Severity = detect.Low
	}
	return one(f), nil
}

func roleGiven(ev *cloudtrail.Event) (detect.Finding, error) {
	if ev.Source == ec2Source {
		return profileAssociated(ev)
	}
	req, err := cloudtrail.RequestOf[struct {
		InstanceProfileName, RoleName, RoleARN, DBInstanceIdentifier, DBClusterIdentifier cloudtrail.Text
	}](ev)
	if err != nil {
		return detect.Finding{}, err
	}
	role, id, kind, what := req.RoleARN, req.DBInstanceIdentifier, detect.DBInstance, "database "
	switch ev.Name {
	case addRoleToInstanceProfile:
		role, id, kind, what = req.RoleName, req.InstanceProfileName, detect.InstanceProfile, "instance profile "
	case addRoleToDBCluster:
		id, kind, what = req.DBClusterIdentifier, detect.DBCluster, "database cluster "
	default:
	}
	if role == "" || id == "" {
		return detect.Finding{}, errors.New("request parameters: no role or nothing that it is given to")
	}
	return detect.Finding{
		Severity: detect.Low,
		Resource: detect.Resource{Type: kind, ID: string(id)},
		Summary:  fmt.Sprintf("role %s given to the %s%s", detect.Text(string(role)), what, detect.Text(string(id))),
	}, nil
}

func profileAssociated(ev *cloudtrail.Event) (detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		InstanceID, AssociationID cloudtrail.Text
		IAMInstanceProfile        struct{ ARN, Name cloudtrail.Text }
	}](ev)
	if err != nil {
		return detect.Finding{}, err
	}
	profile := req.IAMInstanceProfile.Name
	if profile == "" {
		profile = req.IAMInstanceProfile.ARN
	}
	// The answer names the instance, which a replacement's request does not.
	resp, err := cloudtrail.ResponseOf[struct {
		IAMInstanceProfileAssociation struct{ InstanceID cloudtrail.Text }
	}](ev)
	if err != nil && !errors.Is(err, cloudtrail.ErrOmitted) {
		return detect.Finding{}, err
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.Instance, ID: string(req.InstanceID)}}
	did := "put on"
	if req.AssociationID != "" {
		did = "put in the place of another on"
	}
	if f.Resource.ID == "" {
		f.Resource.ID = string(resp.IAMInstanceProfileAssociation.InstanceID)
	}
	on := "instance " + detect.Text(f.Resource.ID)
	if f.Resource.ID == "" {
		f.Resource, on = detect.Resource{Type: detect.InstanceProfile, ID: string(profile)}, "an instance that the event does not name"
	}
	if profile == "" {
		return detect.Finding{}, errors.New("request parameters: no name or ARN of an instance profile")
	}
	f.Summary = fmt.Sprintf("instance profile %s %s %s", detect.Text(string(profile)), did, on)
	return f, nil
}
