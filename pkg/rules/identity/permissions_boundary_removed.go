package identity

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/attempt"
)

// PermissionsBoundaryRemoved fires when a user or role loses the bound of what it may do, or gets another.
func PermissionsBoundaryRemoved() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-023",
		Title:    "Permissions boundary removed or replaced",
		Class:    "permissions-boundary-removed",
		Severity: detect.High,
		Doc: `**Why it matters.** A boundary is what lets teams make roles of their own without becoming administrators.
Without it every policy of the principal counts in full.

A removed boundary is high, and critical where the principal removed its own. One of AWS's administrator policies as the
boundary bounds next to nothing and is high. Any other boundary that is put is low, since the event does not say what it
replaces, and medium where the principal put its own.

**False positives.** Administrators who widen a team's scope; deployments that bring in boundaries. What IAM Identity Center
takes from its own roles is low: the permission set counts (IAM-026).

**What to do.** Put the boundary back and see what the principal did without it.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.003", URL: "https://attack.mitre.org/techniques/T1098/003/"},
			{
				Kind: "AWS", Name: "Permissions boundaries for IAM entities",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{
			"DeleteUserPermissionsBoundary", "DeleteRolePermissionsBoundary",
			"PutUserPermissionsBoundary", "PutRolePermissionsBoundary",
			"CreateUser", createRole, // for what is known to be good
		}}},
		Actions: []string{"restore-permissions-boundary"},
		Good:    goodBoundary,
		Denied:  true,
		Match:   boundaryAttempts(matchPermissionsBoundaryRemoved),
	}
}

// boundaryAttempts leaves out calls that were denied and would have put one boundary in the place of another: the event
// does not say which is wider, and whoever deploys makes them.
func boundaryAttempts(match attempt.Match) attempt.Match {
	grave := attempt.Grave(match)
	return func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		if strings.HasPrefix(ev.Name, "Put") {
			return grave(ev)
		}
		return match(ev)
	}
}

func matchPermissionsBoundaryRemoved(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if strings.HasPrefix(ev.Name, "Create") {
		return nil, nil
	}
	req, err := cloudtrail.RequestOf[struct {
		holder
		PermissionsBoundary cloudtrail.Text
	}](ev)
	if err != nil {
		return nil, err
	}
	r, err := req.resource()
	if err != nil {
		return nil, err
	}
	f := detect.Finding{Resource: r}
	if strings.HasPrefix(ev.Name, "Delete") {
		f.Summary = fmt.Sprintf("permissions boundary of %s removed %s", described(r), by(ev, r))
		switch {
		case byIdentityCenter(ev, r):
			provisioned(&f)
			f.Summary += ", from a permission set"
		case onItself(ev, r):
			f.Severity = detect.Critical
		}
		return one(f), nil
	}
	if req.PermissionsBoundary == "" {
		return nil, errors.New("request parameters: no permissionsBoundary")
	}
	f.Params = map[string]string{detect.ParamBoundary: string(req.PermissionsBoundary)}
	so := "the event does not say what it replaces"
	_, admin := iampolicy.AdminPolicy(string(req.PermissionsBoundary))
	switch {
	case admin:
		so = "it bounds next to nothing"
	case onItself(ev, r):
		f.Severity = detect.Medium
	default:
		f.Severity = detect.Low
	}
	f.Summary = fmt.Sprintf("permissions boundary of %s set to %s %s; %s",
		described(r), detect.Text(string(req.PermissionsBoundary)), by(ev, r), so)
	return one(f), nil
}
