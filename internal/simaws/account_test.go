package simaws_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
)

func TestUnknownCallsFail(t *testing.T) {
	sim := simaws.New(account, clock)
	_, err := iam.NewFromConfig(sim.Config(region)).ListAccountAliases(t.Context(), &iam.ListAccountAliasesInput{})
	if err == nil || !strings.Contains(err.Error(), "does not know IAM ListAccountAliases") {
		t.Errorf("an unknown operation: %v", err)
	}
	_, err = sqs.NewFromConfig(sim.Config(region)).ListQueues(t.Context(), &sqs.ListQueuesInput{})
	if err == nil || !strings.Contains(err.Error(), "does not know SQS ListQueues") {
		t.Errorf("an unknown service: %v", err)
	}
}

func TestSDKValidates(t *testing.T) {
	sim := simaws.New(account, clock)
	_, err := iam.NewFromConfig(sim.Config(region)).UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{})
	if err == nil || !strings.Contains(err.Error(), "AccessKeyId") || len(sim.Calls()) != 0 {
		t.Errorf("a call without required parameters: %v after %d calls", err, len(sim.Calls()))
	}
}

func TestTypedErrorsAndLog(t *testing.T) {
	sim := simaws.New(account, clock)
	api := iam.NewFromConfig(sim.Config(region))
	_, err := api.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("nobody")})
	if _, ok := errors.AsType[*types.NoSuchEntityException](err); !ok {
		t.Errorf("keys of nobody: %v; want a NoSuchEntityException", err)
	}
	calls := sim.Calls()
	if len(calls) != 1 || calls[0].Service != "IAM" || calls[0].Operation != "ListAccessKeys" || calls[0].N != 1 ||
		calls[0].Region != region || calls[0].Writes || calls[0].Err == nil {
		t.Errorf("the log is %+v", calls)
	}
	if in := calls[0].Input.(*iam.ListAccessKeysInput); *in.UserName != "nobody" {
		t.Errorf("the log has user %q", *in.UserName)
	}
}

func TestThrottleIsRetried(t *testing.T) {
	sim := simaws.New(account, clock)
	api := sts.NewFromConfig(sim.Config(region))
	sim.Throttle(2)
	out, err := api.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil || *out.Account != account || len(sim.Calls()) != 3 {
		t.Errorf("under two refusals: %v after %d calls", err, len(sim.Calls()))
	}
	sim.Throttle(3)
	if _, err := api.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); err == nil {
		t.Error("three refusals of three attempts are no error")
	}
}

func TestStaleReads(t *testing.T) {
	sim := simaws.New(account, clock)
	sim.AddAccessKey("bob", "AKIAIOSFODNN7EXAMPLE")
	api := iam.NewFromConfig(sim.Config(region))
	deactivate := func() {
		_, err := api.UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{
			UserName: aws.String("bob"), AccessKeyId: aws.String("AKIAIOSFODNN7EXAMPLE"), Status: types.StatusTypeInactive,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	sim.StaleReads(2)
	deactivate()
	for n, want := range []types.StatusType{"Active", "Active", "Inactive", "Inactive"} {
		out, err := api.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("bob")})
		if err != nil || out.AccessKeyMetadata[0].Status != want {
			t.Errorf("read %d: %v, %v; want %s", n, out, err, want)
		}
	}
}

func TestOnCall(t *testing.T) {
	lost := errors.New("the answer is lost")
	for _, moment := range []simaws.Moment{simaws.Before, simaws.After} {
		sim := simaws.New(account, clock)
		sim.AddUser("bob")
		api := iam.NewFromConfig(sim.Config(region))
		sim.OnCall(func(c simaws.Call, m simaws.Moment) error {
			if c.N == 1 && m == moment {
				return lost
			}
			return nil
		})
		_, err := api.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: aws.String("bob"), PolicyArn: aws.String(adminARN)})
		if !errors.Is(err, lost) {
			t.Errorf("error %v, want the hook's", err)
		}
		out, err := api.ListAttachedUserPolicies(t.Context(), &iam.ListAttachedUserPoliciesInput{UserName: aws.String("bob")})
		if err != nil || (len(out.AttachedPolicies) == 1) != (moment == simaws.After) {
			t.Errorf("moment %d: attached %v, %v", moment, out.AttachedPolicies, err)
		}
	}
}

// TestDeath holds that a caller who dies in a call leaves the account usable.
func TestDeath(t *testing.T) {
	sim := simaws.New(account, clock)
	sim.AddUser("bob")
	api := iam.NewFromConfig(sim.Config(region))
	sim.OnCall(func(simaws.Call, simaws.Moment) error { panic("death") })
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the caller lives")
			}
		}()
		_, _ = api.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("bob")})
	}()
	sim.OnCall(nil)
	if _, err := api.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("bob")}); err != nil {
		t.Errorf("after a death: %v", err)
	}
}

// TestPages holds that listings come in pages that add up.
func TestPages(t *testing.T) {
	sim := simaws.New(account, clock)
	want := []string{adminARN, "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/job-function/Billing"}
	for _, arn := range want {
		sim.AttachPolicy(detect.Group, "staff", arn)
	}
	sim.PageSize(2)
	pages := iam.NewListAttachedGroupPoliciesPaginator(iam.NewFromConfig(sim.Config(region)), &iam.ListAttachedGroupPoliciesInput{GroupName: aws.String("staff")})
	var got []string
	n := 0
	for ; pages.HasMorePages(); n++ {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.AttachedPolicies {
			got = append(got, *p.PolicyArn)
		}
	}
	if n != 2 || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%d pages of %v", n, got)
	}
}
