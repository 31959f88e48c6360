package organization

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const (
	account  = "111122223333"
	member   = "444455556666"
	instance = "arn:aws:sso:::instance/ssoins-0a1b2c3d4e5f6a7b"
	set      = "arn:aws:sso:::permissionSet/ssoins-0a1b2c3d4e5f6a7b/ps-1122334455667788"
	alice    = "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"
	mallory  = "9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b"
)

func newAccount() (*simaws.Account, access.Accounts) {
	sim := simaws.New(account, func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) })
	sim.PageSize(1)
	return sim, access.HomeAccount(sim.Config("us-east-1"), access.Known(account))
}

func finding(kind detect.ResourceType, id, event string, params map[string]string) detect.Finding {
	return detect.Finding{
		Rule: "ORG-1", Resource: detect.Resource{Type: kind, ID: id}, Params: params,
		Event: detect.EventRef{Name: event, Account: account, Region: "us-east-1", Partition: "aws"},
	}
}

func refused(err error) bool {
	var refusal *remedy.Refusal
	return errors.As(err, &refusal)
}

func assigned(kind, principal string) map[string]string {
	return map[string]string{
		detect.ParamInstanceARN: instance, detect.ParamTargetID: member,
		detect.ParamPrincipalType: kind, detect.ParamPrincipalID: principal,
	}
}

func TestRefuses(t *testing.T) {
	sim, accounts := newAccount()
	target := map[string]string{detect.ParamTargetID: member}
	unsaid := assigned("USER", mallory)
	delete(unsaid, detect.ParamInstanceARN)
	for name, f := range map[string]detect.Finding{
		"a policy of IAM":            finding(detect.OrganizationPolicy, "arn:aws:iam::111122223333:policy/x", "DetachPolicy", target),
		"allows everything":          finding(detect.OrganizationPolicy, "p-FullAWSAccess", "DetachPolicy", target),
		"allows everybody":           finding(detect.OrganizationPolicy, "p-RCPFullAWSAccess", "DetachPolicy", target),
		"no target":                  finding(detect.OrganizationPolicy, "p-0a1b2c3d", "DetachPolicy", nil),
		"rewritten":                  finding(detect.OrganizationPolicy, "p-0a1b2c3d", "UpdatePolicy", target),
		"an account":                 finding(detect.Account, member, "RemoveAccountFromOrganization", target),
		"a permission set by name":   finding(detect.PermissionSet, "Admin", "CreateAccountAssignment", assigned("USER", mallory)),
		"no instance":                finding(detect.PermissionSet, set, "CreateAccountAssignment", unsaid),
		"neither a user nor a group": finding(detect.PermissionSet, set, "CreateAccountAssignment", assigned("ROBOT", mallory)),
		"a policy attached":          finding(detect.PermissionSet, set, "AttachManagedPolicyToPermissionSet", assigned("USER", mallory)),
	} {
		for _, r := range []remedy.Remedy{AttachOrganizationPolicy(accounts), DeleteAccountAssignment(accounts)} {
			c, _, err := r.Plan(t.Context(), f, nil)
			if c != nil || !refused(err) || len(sim.Calls()) > 0 {
				t.Errorf("%s: %s: %v, %v after %d calls; want a refusal", name, r.Action().ID, c, err, len(sim.Calls()))
			}
		}
	}
}

// TestPolicyElsewhere holds that a policy which is attached elsewhere is attached to the event's target, and only there.
func TestPolicyElsewhere(t *testing.T) {
	sim, accounts := newAccount()
	api := organizations.NewFromConfig(sim.Config("us-east-1"))
	out, err := api.CreatePolicy(t.Context(), &organizations.CreatePolicyInput{
		Name: aws.String("guard"), Description: aws.String(""), Content: aws.String("{}"), Type: orgtypes.PolicyTypeServiceControlPolicy,
	})
	if err != nil {
		t.Fatal(err)
	}
	id := out.Policy.PolicySummary.Id
	for _, target := range []string{"ou-0a1b-11111111", "999988887777"} {
		if _, err := api.AttachPolicy(t.Context(), &organizations.AttachPolicyInput{PolicyId: id, TargetId: &target}); err != nil {
			t.Fatal(err)
		}
	}
	r := AttachOrganizationPolicy(accounts)
	c, _, err := r.Plan(t.Context(), finding(detect.OrganizationPolicy, *id, "DetachPolicy", map[string]string{detect.ParamTargetID: member}), nil)
	if err != nil {
		t.Fatal(err)
	}
	targets := func() (ids []string) {
		sim.PageSize(0)
		out, err := api.ListTargetsForPolicy(t.Context(), &organizations.ListTargetsForPolicyInput{PolicyId: id})
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range out.Targets {
			ids = append(ids, *target.TargetId)
		}
		return ids
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ou-0a1b-11111111", "999988887777", member}, targets()); diff != "" {
		t.Errorf("after apply (-want +got):\n%s", diff)
	}
	if err := r.Undo(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ou-0a1b-11111111", "999988887777"}, targets()); diff != "" {
		t.Errorf("after undo (-want +got):\n%s", diff)
	}
}

// TestAnswers holds what the words of the service for a policy come to.
func TestAnswers(t *testing.T) {
	for code, check := range map[string]func(error) bool{
		"PolicyNotFoundException":           func(err error) bool { return errors.Is(err, remedy.ErrGone) },
		"TargetNotFoundException":           func(err error) bool { return errors.Is(err, remedy.ErrGone) },
		"PolicyTypeNotEnabledException":     refused,
		"AWSOrganizationsNotInUseException": refused,
		"ConcurrentModificationException":   func(err error) bool { return !remedy.Final(err) },
	} {
		if err := policyGone(&smithy.GenericAPIError{Code: code}); err == nil || !check(err) {
			t.Errorf("%s becomes %v", code, err)
		}
	}
	if err := policyGone(nil); err != nil {
		t.Errorf("no error becomes %v", err)
	}
}

// TestOtherAssignmentsStay holds that a group of the same id, another person and another account keep what they have.
func TestOtherAssignmentsStay(t *testing.T) {
	sim, accounts := newAccount()
	api := ssoadmin.NewFromConfig(sim.Config("us-east-1"))
	for _, a := range []struct {
		account, principal string
		kind               types.PrincipalType
	}{
		{member, alice, types.PrincipalTypeUser},
		{member, mallory, types.PrincipalTypeGroup},
		{member, mallory, types.PrincipalTypeUser},
		{"999988887777", mallory, types.PrincipalTypeUser},
	} {
		_, err := api.CreateAccountAssignment(t.Context(), &ssoadmin.CreateAccountAssignmentInput{
			InstanceArn: aws.String(instance), PermissionSetArn: aws.String(set), PrincipalId: &a.principal, PrincipalType: a.kind,
			TargetId: &a.account, TargetType: types.TargetTypeAwsAccount,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	r := DeleteAccountAssignment(accounts)
	f := finding(detect.PermissionSet, set, "CreateAccountAssignment", assigned("USER", mallory))
	c, _, err := r.Plan(t.Context(), f, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	left := func(account string) (who []string) {
		sim.PageSize(0)
		out, err := api.ListAccountAssignments(t.Context(), &ssoadmin.ListAccountAssignmentsInput{
			InstanceArn: aws.String(instance), PermissionSetArn: aws.String(set), AccountId: &account,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range out.AccountAssignments {
			who = append(who, string(a.PrincipalType)+" "+*a.PrincipalId)
		}
		return who
	}
	if diff := cmp.Diff([]string{"USER " + alice, "GROUP " + mallory}, left(member)); diff != "" {
		t.Errorf("in the account (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"USER " + mallory}, left("999988887777")); diff != "" {
		t.Errorf("in another account (-want +got):\n%s", diff)
	}
	if c, nothing, err := r.Plan(t.Context(), f, nil); c != nil || !strings.Contains(nothing, "any more") || err != nil {
		t.Errorf("plan again: %v, %q, %v; want nothing left to do", c, nothing, err)
	}
}

// TestAssignedBefore holds that an assignment which is known to have been there before the event is left to a person.
func TestAssignedBefore(t *testing.T) {
	sim, accounts := newAccount()
	api := ssoadmin.NewFromConfig(sim.Config("us-east-1"))
	create := &ssoadmin.CreateAccountAssignmentInput{
		InstanceArn: aws.String(instance), PermissionSetArn: aws.String(set), PrincipalId: aws.String(mallory), PrincipalType: types.PrincipalTypeUser,
		TargetId: aws.String(member), TargetType: types.TargetTypeAwsAccount,
	}
	if _, err := api.CreateAccountAssignment(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	params := assigned("USER", mallory)
	params[detect.ParamPart] = member + "/USER/" + mallory
	f := finding(detect.PermissionSet, set, "CreateAccountAssignment", params)
	r := DeleteAccountAssignment(accounts)
	for was, want := range map[string]bool{"true": false, "false": true} {
		asked := ""
		c, _, err := r.Plan(t.Context(), f, func(_ context.Context, _ string, t remedy.Target) (json.RawMessage, bool, error) {
			asked = t.Params[detect.ParamPart]
			return json.RawMessage(was), true, nil
		})
		if (c != nil) != want || refused(err) == want || asked != params[detect.ParamPart] {
			t.Errorf("assigned before: %s: %v, %v, looked up by %q", was, c, err, asked)
		}
	}
}
