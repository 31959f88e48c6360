package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// PrincipalDeleted fires when a user or a group is deleted.
func PrincipalDeleted() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-014",
		Title:    "IAM user or group deleted",
		Class:    "iam-group-or-user-deleted",
		Severity: detect.Low,
		Doc: `**Why it matters.** Deleting users locks the owners out of their account, and deleting the user that was used
for an intrusion removes it from sight. Neither can be taken back: a user of the same name is another user.

The finding is low, and informational where a service such as CloudFormation does it on somebody's behalf. Roles and keys
are deleted all day by deployments and are no findings.

**False positives.** People who leave; deployments that are torn down.

**What to do.** See whether the deleted user did anything unusual before. Where many are deleted at once, treat the caller
as compromised.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1531", URL: "https://attack.mitre.org/techniques/T1531/"},
			{
				Kind: "AWS", Name: "Remove or deactivate an IAM user",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_remove.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{"DeleteUser", "DeleteGroup"}}},
		Match:   matchPrincipalDeleted,
	}
}

func matchPrincipalDeleted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[holder](ev)
	if err != nil {
		return nil, err
	}
	r, err := req.resource()
	if err != nil {
		return nil, errors.New("request parameters: no userName or groupName")
	}
	f := detect.Finding{Resource: r, Summary: fmt.Sprintf("%s deleted %s", described(r), by(ev, r))}
	if automated(ev) {
		f.Severity = detect.Info
		f.Summary += through(ev)
	}
	return one(f), nil
}
