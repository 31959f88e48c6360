package simulation_test

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
)

// An attack is a sample event, what the account looks like after it, and how to see whether it still stands, beside
// something like it that nobody may touch.
type attack struct {
	event     string
	stage     func(*simaws.Account)
	stands    func(*world) bool
	neighbour func(*world) bool
}

const (
	allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	allowOne = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::app-data/*"}]}`
	admin    = "arn:aws:iam::aws:policy/AdministratorAccess"
	readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	app      = "arn:aws:iam::" + account + ":policy/app-policy"
	group    = "sg-0a1b2c3d4e5f60718"
)

func attacks() []attack {
	return []attack{
		{
			event: "iam/CreateAccessKey.other-user.json",
			stage: func(a *simaws.Account) {
				a.AddAccessKey("deploy-bot", "AKIABACKDOOR1EXAMPLE")
				a.AddAccessKey("deploy-bot", "AKIANEIGHBOUREXAMPLE")
			},
			stands:    func(w *world) bool { return w.keyActive("AKIABACKDOOR1EXAMPLE") },
			neighbour: func(w *world) bool { return w.keyActive("AKIANEIGHBOUREXAMPLE") },
		},
		{
			event: "iam/AttachUserPolicy.administrator.json",
			stage: func(a *simaws.Account) {
				a.AttachPolicy(detect.User, "bob", admin)
				a.AttachPolicy(detect.User, "bob", readOnly)
			},
			stands:    func(w *world) bool { return w.attached(admin) },
			neighbour: func(w *world) bool { return w.attached(readOnly) },
		},
		{
			event: "iam/PutUserPolicy.admin.json",
			stage: func(a *simaws.Account) {
				a.PutInlinePolicy(detect.User, "bob", "helper", allowAll)
				a.PutInlinePolicy(detect.User, "bob", "reports", allowOne)
			},
			stands:    func(w *world) bool { return w.inline("helper") },
			neighbour: func(w *world) bool { return w.inline("reports") },
		},
		{
			event: "iam/CreatePolicyVersion.default.json",
			stage: func(a *simaws.Account) {
				a.AddPolicyVersion(app, allowOne, true)
				a.AddPolicyVersion(app, allowAll, true)
			},
			stands:    func(w *world) bool { return w.defaultVersion() != "v1" },
			neighbour: func(*world) bool { return true },
		},
		{
			event:     "cloudtrail/StopLogging.name.json",
			stage:     func(a *simaws.Account) { a.AddTrail(region, "management-events", true, false) },
			stands:    func(w *world) bool { return !w.logging() },
			neighbour: func(*world) bool { return true },
		},
		{
			event: "ec2/AuthorizeSecurityGroupIngress.flat-ssh.json",
			stage: func(a *simaws.Account) {
				for id, port := range map[string]int32{"sgr-01b2c3d4e5f600001": 22, "sgr-0aaaaaaaaaaaaaaaa": 443} {
					a.AddSecurityGroupRule(region, group, detect.SecurityGroupRule{
						ID: id, Protocol: "tcp", FromPort: port, ToPort: port, CIDRIPv4: "0.0.0.0/0",
					})
				}
			},
			stands:    func(w *world) bool { return w.open("sgr-01b2c3d4e5f600001") },
			neighbour: func(w *world) bool { return w.open("sgr-0aaaaaaaaaaaaaaaa") },
		},
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) iam() *iam.Client { return iam.NewFromConfig(w.account.Config(region)) }

func (w *world) keyActive(id string) bool {
	out, err := w.iam().ListAccessKeys(w.t.Context(), &iam.ListAccessKeysInput{UserName: aws.String("deploy-bot")})
	w.must(err)
	for _, k := range out.AccessKeyMetadata {
		if aws.ToString(k.AccessKeyId) == id {
			return k.Status == "Active"
		}
	}
	return false
}

func (w *world) attached(arn string) bool {
	out, err := w.iam().ListAttachedUserPolicies(w.t.Context(), &iam.ListAttachedUserPoliciesInput{UserName: aws.String("bob")})
	w.must(err)
	for _, p := range out.AttachedPolicies {
		if aws.ToString(p.PolicyArn) == arn {
			return true
		}
	}
	return false
}

func (w *world) inline(name string) bool {
	out, err := w.iam().ListUserPolicies(w.t.Context(), &iam.ListUserPoliciesInput{UserName: aws.String("bob")})
	w.must(err)
	return slices.Contains(out.PolicyNames, name)
}

func (w *world) defaultVersion() string {
	out, err := w.iam().GetPolicy(w.t.Context(), &iam.GetPolicyInput{PolicyArn: aws.String(app)})
	w.must(err)
	return aws.ToString(out.Policy.DefaultVersionId)
}

func (w *world) logging() bool {
	api := cloudtrail.NewFromConfig(w.account.Config(region))
	out, err := api.GetTrailStatus(w.t.Context(), &cloudtrail.GetTrailStatusInput{Name: aws.String("management-events")})
	w.must(err)
	return aws.ToBool(out.IsLogging)
}

func (w *world) open(ruleID string) bool {
	api := ec2.NewFromConfig(w.account.Config(region))
	out, err := api.DescribeSecurityGroupRules(w.t.Context(), &ec2.DescribeSecurityGroupRulesInput{
		Filters: []ec2types.Filter{{Name: aws.String("group-id"), Values: []string{group}}},
	})
	w.must(err)
	return slices.ContainsFunc(out.SecurityGroupRules, func(r ec2types.SecurityGroupRule) bool {
		return aws.ToString(r.SecurityGroupRuleId) == ruleID
	})
}
