package simaws_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/internal/testkit/moto"
	"riposte/pkg/detect"
)

const (
	account  = moto.Account
	region   = "us-east-1"
	adminARN = "arn:aws:iam::aws:policy/AdministratorAccess"
	trust    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	risky    = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`
	harmless = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/*"}]}`
)

// A world is an account to play in: simulated, or moto's.
type world struct {
	t     *testing.T
	cfg   aws.Config
	iam   *iam.Client
	trail *cloudtrail.Client
	ec2   *ec2.Client
	// bucket makes what a trail writes to, where the account wants one.
	bucket func(name string)
	// snapshots are those that a generator has made: moto lists thousands of its own.
	snapshots []string
}

func newWorld(t *testing.T, cfg aws.Config) *world {
	return &world{
		t: t, cfg: cfg, iam: iam.NewFromConfig(cfg), trail: cloudtrail.NewFromConfig(cfg), ec2: ec2.NewFromConfig(cfg),
		bucket: func(string) {},
	}
}

func must[T any](out T, err error) func(*world) T {
	return func(w *world) T {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
		return out
	}
}

func (w *world) finding(resource detect.Resource, event string, params map[string]string) detect.Finding {
	return detect.Finding{
		Rule: "TEST-1", Class: "test", Resource: resource, Params: params,
		Event: detect.EventRef{
			ID: "e-1", Name: event, Account: account, Region: region, Partition: "aws",
			Time: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		},
	}
}

// A scenario is one risky change and what may happen to it. name is unique to the run.
type scenario struct {
	name   string
	action string
	seed   func(w *world, name string) detect.Finding
	// meddle changes what the change is about to a third state; nil where there is none.
	meddle func(w *world, f detect.Finding)
	// remove deletes what holds the aspect; nil where the account itself holds it.
	remove func(w *world, f detect.Finding)
	// good returns the last state of the aspect that was known to be good; nil where nobody knows one.
	good func(w *world, f detect.Finding) any
	// writes says how many calls one write takes at the most; 0 for one.
	writes int
	// irreversible is set where nothing can be undone.
	irreversible bool
	// simulated says why moto does not play the scenario; empty where it does.
	simulated string
	// unsaid takes out of the simulated account's trace what AWS says and moto does not; nil where moto says everything.
	unsaid *strings.Replacer
}

func scenarios() []scenario {
	all := []scenario{accessKeyScenario(), createdVersionScenario(), chosenVersionScenario(), trailScenario(), securityGroupScenario()}
	all = append(all, identityScenarios()...)
	all = append(all, loggingScenarios()...)
	all = append(all, storageScenarios()...)
	all = append(all, dataScenarios()...)
	all = append(all, sharingScenarios()...)
	all = append(all, networkScenarios()...)
	all = append(all, organizationScenarios()...)
	all = append(all, rootScenarios()...)
	for _, kind := range []detect.ResourceType{detect.User, detect.Role, detect.Group} {
		all = append(all, attachmentScenario(kind), inlineScenario(kind))
	}
	return all
}

func accessKeyScenario() scenario {
	return scenario{
		name: "access key", action: "deactivate-access-key",
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, detect.User, name)
			must(w.iam.CreateAccessKey(w.t.Context(), &iam.CreateAccessKeyInput{UserName: &name}))(w)
			key := must(w.iam.CreateAccessKey(w.t.Context(), &iam.CreateAccessKeyInput{UserName: &name}))(w)
			return w.finding(detect.Resource{Type: detect.AccessKey, ID: *key.AccessKey.AccessKeyId, Parent: name}, "CreateAccessKey", nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.iam.DeleteAccessKey(w.t.Context(), &iam.DeleteAccessKeyInput{UserName: &f.Resource.Parent, AccessKeyId: &f.Resource.ID}))(w)
		},
	}
}

func createPrincipal(w *world, kind detect.ResourceType, name string) {
	switch kind {
	case detect.Role:
		must(w.iam.CreateRole(w.t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(trust)}))(w)
	case detect.Group:
		must(w.iam.CreateGroup(w.t.Context(), &iam.CreateGroupInput{GroupName: &name}))(w)
	default:
		must(w.iam.CreateUser(w.t.Context(), &iam.CreateUserInput{UserName: &name}))(w)
	}
}

func deletePrincipal(w *world, kind detect.ResourceType, name string) {
	switch kind {
	case detect.Role:
		must(w.iam.DeleteRole(w.t.Context(), &iam.DeleteRoleInput{RoleName: &name}))(w)
	case detect.Group:
		must(w.iam.DeleteGroup(w.t.Context(), &iam.DeleteGroupInput{GroupName: &name}))(w)
	default:
		must(w.iam.DeleteUser(w.t.Context(), &iam.DeleteUserInput{UserName: &name}))(w)
	}
}

func attachmentScenario(kind detect.ResourceType) scenario {
	return scenario{
		name: "policy of a " + string(kind), action: "detach-policy",
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, kind, name)
			for _, arn := range []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", adminARN} {
				switch kind {
				case detect.Role:
					must(w.iam.AttachRolePolicy(w.t.Context(), &iam.AttachRolePolicyInput{RoleName: &name, PolicyArn: &arn}))(w)
				case detect.Group:
					must(w.iam.AttachGroupPolicy(w.t.Context(), &iam.AttachGroupPolicyInput{GroupName: &name, PolicyArn: &arn}))(w)
				default:
					must(w.iam.AttachUserPolicy(w.t.Context(), &iam.AttachUserPolicyInput{UserName: &name, PolicyArn: &arn}))(w)
				}
			}
			return w.finding(detect.Resource{Type: kind, ID: name}, "Attach"+string(kind)+"Policy", map[string]string{detect.ParamPolicyARN: adminARN})
		},
		remove: func(w *world, f detect.Finding) {
			name := f.Resource.ID
			for _, arn := range []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", adminARN} {
				switch kind {
				case detect.Role:
					_, _ = w.iam.DetachRolePolicy(w.t.Context(), &iam.DetachRolePolicyInput{RoleName: &name, PolicyArn: &arn})
				case detect.Group:
					_, _ = w.iam.DetachGroupPolicy(w.t.Context(), &iam.DetachGroupPolicyInput{GroupName: &name, PolicyArn: &arn})
				default:
					_, _ = w.iam.DetachUserPolicy(w.t.Context(), &iam.DetachUserPolicyInput{UserName: &name, PolicyArn: &arn})
				}
			}
			deletePrincipal(w, kind, name)
		},
	}
}

func putInline(w *world, kind detect.ResourceType, name, document string) {
	policy := aws.String("extra")
	switch kind {
	case detect.Role:
		must(w.iam.PutRolePolicy(w.t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: policy, PolicyDocument: &document}))(w)
	case detect.Group:
		must(w.iam.PutGroupPolicy(w.t.Context(), &iam.PutGroupPolicyInput{GroupName: &name, PolicyName: policy, PolicyDocument: &document}))(w)
	default:
		must(w.iam.PutUserPolicy(w.t.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: policy, PolicyDocument: &document}))(w)
	}
}

func inlineScenario(kind detect.ResourceType) scenario {
	return scenario{
		name: "inline policy of a " + string(kind), action: "remove-inline-policy",
		seed: func(w *world, name string) detect.Finding {
			createPrincipal(w, kind, name)
			putInline(w, kind, name, risky)
			return w.finding(detect.Resource{Type: kind, ID: name}, "Put"+string(kind)+"Policy", map[string]string{
				detect.ParamPolicyName: "extra", detect.ParamDocumentHash: detect.DocumentHash([]byte(risky)),
			})
		},
		meddle: func(w *world, f detect.Finding) { putInline(w, kind, f.Resource.ID, harmless) },
		remove: func(w *world, f detect.Finding) {
			name, policy := f.Resource.ID, aws.String("extra")
			switch kind {
			case detect.Role:
				_, _ = w.iam.DeleteRolePolicy(w.t.Context(), &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: policy})
			case detect.Group:
				_, _ = w.iam.DeleteGroupPolicy(w.t.Context(), &iam.DeleteGroupPolicyInput{GroupName: &name, PolicyName: policy})
			default:
				_, _ = w.iam.DeleteUserPolicy(w.t.Context(), &iam.DeleteUserPolicyInput{UserName: &name, PolicyName: policy})
			}
			deletePrincipal(w, kind, name)
		},
	}
}

// createPolicy makes a policy with a version for each document; the default is the last one.
func createPolicy(w *world, name string, documents ...string) (arn string) {
	created := must(w.iam.CreatePolicy(w.t.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &documents[0]}))(w)
	for _, doc := range documents[1:] {
		must(w.iam.CreatePolicyVersion(w.t.Context(), &iam.CreatePolicyVersionInput{
			PolicyArn: created.Policy.Arn, PolicyDocument: &doc, SetAsDefault: true,
		}))(w)
	}
	return *created.Policy.Arn
}

func setDefault(w *world, arn, version string) {
	must(w.iam.SetDefaultPolicyVersion(w.t.Context(), &iam.SetDefaultPolicyVersionInput{PolicyArn: &arn, VersionId: &version}))(w)
}

func removePolicy(w *world, f detect.Finding) {
	arn := f.Resource.ID
	out := must(w.iam.ListPolicyVersions(w.t.Context(), &iam.ListPolicyVersionsInput{PolicyArn: &arn}))(w)
	for _, v := range out.Versions {
		if !v.IsDefaultVersion {
			must(w.iam.DeletePolicyVersion(w.t.Context(), &iam.DeletePolicyVersionInput{PolicyArn: &arn, VersionId: v.VersionId}))(w)
		}
	}
	must(w.iam.DeletePolicy(w.t.Context(), &iam.DeletePolicyInput{PolicyArn: &arn}))(w)
}

func createdVersionScenario() scenario {
	return scenario{
		name: "policy version created", action: "restore-default-policy-version",
		seed: func(w *world, name string) detect.Finding {
			// v2 is risky too, so that v1 is the one to go back to; v3 is the event's.
			arn := createPolicy(w, name, harmless, risky, risky)
			return w.finding(detect.Resource{Type: detect.Policy, ID: arn}, "CreatePolicyVersion", map[string]string{
				detect.ParamVersionID: "v3", detect.ParamDocumentHash: detect.DocumentHash([]byte(risky)),
			})
		},
		meddle: func(w *world, f detect.Finding) { setDefault(w, f.Resource.ID, "v2") },
		remove: removePolicy,
	}
}

func chosenVersionScenario() scenario {
	return scenario{
		name: "policy version chosen", action: "restore-default-policy-version",
		seed: func(w *world, name string) detect.Finding {
			arn := createPolicy(w, name, risky, harmless, harmless)
			setDefault(w, arn, "v1")
			return w.finding(detect.Resource{Type: detect.Policy, ID: arn}, "SetDefaultPolicyVersion", map[string]string{detect.ParamVersionID: "v1"})
		},
		meddle: func(w *world, f detect.Finding) { setDefault(w, f.Resource.ID, "v2") },
		remove: removePolicy,
	}
}

func trailScenario() scenario {
	return scenario{
		name: "trail", action: "start-cloudtrail-logging",
		seed: func(w *world, name string) detect.Finding {
			w.bucket(name + "-logs")
			must(w.trail.CreateTrail(w.t.Context(), &cloudtrail.CreateTrailInput{Name: &name, S3BucketName: aws.String(name + "-logs")}))(w)
			return w.finding(detect.Resource{Type: detect.Trail, ID: name}, "StopLogging", nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.trail.DeleteTrail(w.t.Context(), &cloudtrail.DeleteTrailInput{Name: &f.Resource.ID}))(w)
		},
	}
}

func authorize(w *world, group string, permissions ...ec2types.IpPermission) []ec2types.SecurityGroupRule {
	out := must(w.ec2.AuthorizeSecurityGroupIngress(w.t.Context(), &ec2.AuthorizeSecurityGroupIngressInput{GroupId: &group, IpPermissions: permissions}))(w)
	return out.SecurityGroupRules
}

func port(n int32, v4, v6, description string) ec2types.IpPermission {
	p := ec2types.IpPermission{IpProtocol: aws.String("tcp"), FromPort: &n, ToPort: &n}
	said := &description
	if description == "" {
		said = nil
	}
	if v4 != "" {
		p.IpRanges = []ec2types.IpRange{{CidrIp: &v4, Description: said}}
	}
	if v6 != "" {
		p.Ipv6Ranges = []ec2types.Ipv6Range{{CidrIpv6: &v6, Description: said}}
	}
	return p
}

func securityGroupScenario() scenario {
	return scenario{
		name: "security group", action: "revoke-security-group-rules",
		seed: func(w *world, name string) detect.Finding {
			out := must(w.ec2.CreateSecurityGroup(w.t.Context(), &ec2.CreateSecurityGroupInput{GroupName: &name, Description: aws.String("test")}))(w)
			group := *out.GroupId
			authorize(w, group, port(443, "0.0.0.0/0", "", "the web server was open before"))
			rules := authorize(w, group, port(22, "0.0.0.0/0", "::/0", "temporary"))
			return w.finding(detect.Resource{Type: detect.SecurityGroup, ID: group}, "AuthorizeSecurityGroupIngress", map[string]string{
				detect.ParamRules: fmt.Sprintf(`[{"id":%q,"protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv4":"208.236.235.254/0"},
					{"id":%q,"protocol":"tcp","from_port":22,"to_port":22,"cidr_ipv6":"0::/0"}]`, *rules[0].SecurityGroupRuleId, *rules[1].SecurityGroupRuleId),
				detect.ParamRuleIDs: *rules[0].SecurityGroupRuleId + "," + *rules[1].SecurityGroupRuleId,
			})
		},
		// One of the two rules is there and the other is not.
		meddle: func(w *world, f detect.Finding) {
			group := f.Resource.ID
			for _, r := range ingress(w, group) {
				if aws.ToInt32(r.FromPort) == 22 {
					must(w.ec2.RevokeSecurityGroupIngress(w.t.Context(), &ec2.RevokeSecurityGroupIngressInput{
						GroupId: &group, SecurityGroupRuleIds: []string{*r.SecurityGroupRuleId},
					}))(w)
				}
			}
			authorize(w, group, port(22, "0.0.0.0/0", "", "by hand"))
		},
		remove: func(w *world, f detect.Finding) {
			must(w.ec2.DeleteSecurityGroup(w.t.Context(), &ec2.DeleteSecurityGroupInput{GroupId: &f.Resource.ID}))(w)
		},
	}
}

func ingress(w *world, group string) []ec2types.SecurityGroupRule {
	out := must(w.ec2.DescribeSecurityGroupRules(w.t.Context(), &ec2.DescribeSecurityGroupRulesInput{
		Filters: []ec2types.Filter{{Name: aws.String("group-id"), Values: []string{group}}},
	}))(w)
	var rules []ec2types.SecurityGroupRule
	for _, r := range out.SecurityGroupRules {
		if !aws.ToBool(r.IsEgress) {
			rules = append(rules, r)
		}
	}
	return rules
}
