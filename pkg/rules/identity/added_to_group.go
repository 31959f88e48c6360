package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// AddedToGroup fires when a user comes into a group.
func AddedToGroup() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-022",
		Title:    "User added to a group",
		Class:    "added-to-group",
		Severity: detect.Medium,
		Doc: `**Why it matters.** A member has every right of the group at once. Where the group is an administrators' group
this is the shortest way up, and no policy changes.

The event does not say what the group may do. A user who adds itself is high; a service that acts on somebody's behalf makes
it low.

**False positives.** New colleagues; changes of a team.

**What to do.** See what the group may do and who asked for the membership. Removing the user takes the rights away at once.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.007", URL: "https://attack.mitre.org/techniques/T1098/007/"},
			{
				Kind: "AWS", Name: "Edit users in IAM groups",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups_manage_add-remove-users.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{
			addUserToGroup,
			"RemoveUserFromGroup", // for what is known to be good
		}}},
		Actions: []string{"remove-user-from-group"},
		Good:    goodMembership,
		Match:   matchAddedToGroup,
	}
}

const addUserToGroup = "AddUserToGroup"

func matchAddedToGroup(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Name != addUserToGroup {
		return nil, nil
	}
	req, err := cloudtrail.RequestOf[struct{ UserName, GroupName cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.UserName == "" || req.GroupName == "" {
		return nil, errors.New("request parameters: no userName or no groupName")
	}
	f := detect.Finding{
		Resource: detect.Resource{Type: detect.User, ID: string(req.UserName)},
		Params:   map[string]string{detect.ParamGroupName: string(req.GroupName), detect.ParamPart: string(req.GroupName)},
	}
	f.Summary = fmt.Sprintf("%s added to the group %s %s; the event does not say what the group may do",
		described(f.Resource), detect.Text(string(req.GroupName)), by(ev, f.Resource))
	switch {
	case onItself(ev, f.Resource):
		f.Severity = detect.High
	case automated(ev):
		f.Severity = detect.Low
	}
	return one(f), nil
}
