package identity

import (
	"encoding/json"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
)

// The calls below succeed also where they change nothing: who is in a group can be added again. What is known of before tells
// what was new.

// goodAttachment returns whether an event left one of AWS's administrator policies attached.
func goodAttachment(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		holder
		PolicyARN cloudtrail.Text
	}](ev)
	if err != nil {
		return detect.State{}, false
	}
	resource, err := req.resource()
	if _, admin := iampolicy.AdminPolicy(string(req.PolicyARN)); err != nil || !admin {
		return detect.State{}, false
	}
	return present("policy-attachment", resource, string(req.PolicyARN), strings.HasPrefix(ev.Name, "Attach"))
}

// goodMembership returns whether an event left a user in a group.
func goodMembership(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct{ UserName, GroupName cloudtrail.Text }](ev)
	if err != nil || req.UserName == "" || req.GroupName == "" {
		return detect.State{}, false
	}
	user := detect.Resource{Type: detect.User, ID: string(req.UserName)}
	return present("group-membership", user, string(req.GroupName), ev.Name == addUserToGroup)
}

// goodAssignment returns whether an event left somebody with a permission set in an account.
func goodAssignment(ev *cloudtrail.Event) (detect.State, bool) {
	if ev.Name != createAccountAssignment && ev.Name != deleteAccountAssignment {
		return detect.State{}, false
	}
	req, err := cloudtrail.RequestOf[assignment](ev)
	if err != nil || req.PermissionSetARN == "" || req.TargetID == "" || req.PrincipalID == "" || req.PrincipalType == "" {
		return detect.State{}, false
	}
	set := detect.Resource{Type: detect.PermissionSet, ID: string(req.PermissionSetARN)}
	return present("account-assignment", set, req.part(), ev.Name == createAccountAssignment)
}

func present(aspect string, r detect.Resource, name string, there bool) (detect.State, bool) {
	raw, err := json.Marshal(there)
	return detect.State{Aspect: aspect, Resource: r, Name: name, State: raw}, err == nil
}

// goodBoundary returns the permissions boundary that an event left a user or a role with, "" for none.
func goodBoundary(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct {
		holder
		PermissionsBoundary cloudtrail.Text
	}](ev)
	if err != nil {
		return detect.State{}, false
	}
	resource, err := req.resource()
	if err != nil || strings.HasPrefix(ev.Name, "Put") && req.PermissionsBoundary == "" {
		return detect.State{}, false
	}
	raw, err := json.Marshal(string(req.PermissionsBoundary))
	return detect.State{Aspect: "permissions-boundary", Resource: resource, State: raw}, err == nil
}
