package main

import (
	"slices"
	"strings"
	"testing"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

// TestPurposes holds that every statement of a role says what it is for, and that nothing is said about one that is not there.
func TestPurposes(t *testing.T) {
	roles, err := readRoles("../../infra/testdata/roles.golden.json")
	if err != nil || len(roles) == 0 {
		t.Fatalf("%d roles: %v", len(roles), err)
	}
	if _, err := plumbing(roles); err != nil {
		t.Error(err)
	}
	elsewhere := []string{"KeyForTopic"} // in deployments with a topic of their own
	for sid := range purposes() {
		if !slices.Contains(elsewhere, sid) && !slices.ContainsFunc(roles, func(r role) bool {
			return slices.ContainsFunc(r.Statements, func(s statement) bool { return s.Sid == sid })
		}) {
			t.Errorf("no role has the statement %s", sid)
		}
	}
	if _, err := plumbing([]role{{Role: "x", Statements: []statement{{Sid: "Unheard"}}}}); err == nil || !strings.Contains(err.Error(), "Unheard") {
		t.Errorf("a statement that nobody explains: %v", err)
	}
}

// TestPermissions holds how grants become rows: one for each permission on the same resources, with all who need it.
func TestPermissions(t *testing.T) {
	users := []string{"arn:${Partition}:iam::${Account}:user/*"}
	page, err := permissions(
		[]*detect.Rule{{ID: "IAM-900", Actions: []string{"a-thing"}}, {ID: "IAM-901", Actions: []string{"a-thing", "b-thing"}}},
		[]actions.Action{
			{ID: "a-thing", Grants: []actions.Grant{
				{Actions: []string{"iam:GetUser"}, Resources: users},
				{Actions: []string{"iam:PassRole"}, Resources: users, ToService: "s3.amazonaws.com", Writes: true},
			}},
			{ID: "b-thing", Grants: []actions.Grant{
				{Actions: []string{"iam:GetUser"}, Resources: users},
				{Actions: []string{"iam:DeleteUser"}, Resources: []string{"*"}, Writes: true, Undo: true, Why: "a | reason"},
				{Actions: []string{"sts:AssumeRoot"}, Resources: users, Writes: true, Holder: actions.Hub},
			}},
		},
		[]role{{Where: "home region", Role: "Riposte-detect", Statements: []statement{
			{Sid: "SendJobs", Actions: []string{"sqs:SendMessage"}, Resources: []string{"arn:jobs"}},
			{Sid: "NeverAQuarantine", Deny: true, Except: []string{"iam:Get*"}, Resources: []string{"*"}},
		}}},
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| the role of an action | `iam:GetUser` | `arn:${Partition}:iam::${Account}:user/*` | [a-thing](actions/a-thing.md) (IAM-900, IAM-901), [b-thing](actions/b-thing.md) (IAM-901) | reading |",
		"`iam:PassRole` | `arn:${Partition}:iam::${Account}:user/*`, if `iam:PassedToService` is `s3.amazonaws.com` |",
		"| undoing only | a \\| reason |",
		"| `Riposte-remediate`, where root tasks are allowed | `sts:AssumeRoot` |",
		"| `Riposte-detect` (home region) | `sqs:SendMessage` | `arn:jobs` | jobs for the remediator | always |  |",
		"| `Riposte-detect` | everything but `iam:Get*` | `*` |",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if n := strings.Count(page, "`iam:GetUser`"); n != 1 {
		t.Errorf("the same permission on the same resources stands there %d times", n)
	}
}
