package stack

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// A site is a stack in one region while it is put together: what every region has, be it home or not.
type site struct {
	stack    awscdk.Stack
	settings Settings
	ownRoles []string // the roles under which Riposte makes calls that are recorded here

	rules []awsevents.CfnRule
	lost  map[awssqs.Queue][]*string // the ARNs of the rules that leave in a queue what they cannot deliver
}

// newSite adds a stack. What has no assets is deployed with the credentials at hand and needs no bootstrapping of its region.
func newSite(app constructs.Construct, s Settings, id, region, description string, assets bool) site {
	p := &awscdk.StackProps{
		StackName:   jsii.String(id),
		Description: jsii.String(description),
		// What watches an account is not deleted by one call.
		TerminationProtection: jsii.Bool(true),
		AnalyticsReporting:    jsii.Bool(false),
	}
	if region != "" {
		p.Env = &awscdk.Environment{Region: jsii.String(region)}
	}
	if !assets {
		p.Synthesizer = awscdk.NewBootstraplessSynthesizer(nil)
	}
	out := site{stack: awscdk.NewStack(app, jsii.String(id), p), settings: s, lost: map[awssqs.Queue][]*string{}}
	if s.PermissionsBoundary != "" {
		awsiam.PermissionsBoundary_Of(out.stack).Apply(out.boundary())
	}
	return out
}

// boundary returns the policy that bounds every role of the stack.
func (s *site) boundary() awsiam.IManagedPolicy {
	if strings.HasPrefix(s.settings.PermissionsBoundary, "arn:") {
		return awsiam.ManagedPolicy_FromManagedPolicyArn(s.stack, jsii.String("Boundary"), jsii.String(s.settings.PermissionsBoundary))
	}
	return awsiam.ManagedPolicy_FromManagedPolicyName(s.stack, jsii.String("Boundary"), jsii.String(s.settings.PermissionsBoundary))
}

// own returns the pattern of the ARNs of Riposte's own resources of one kind in this region. Names are either given and begin
// with the stack's name, or made by CloudFormation, which begins them so too.
func (s *site) own(service, kind string) string { return s.settings.own(service, "${Region}", kind) }

func (s *site) name(part string) string { return s.settings.name(part) }

// pin makes CloudFormation itself refuse another region, should somebody deploy the template without this app.
func (s *site) pin(region, why string) {
	awscdk.NewCfnRule(s.stack, jsii.String("Region"), &awscdk.CfnRuleProps{
		Assertions: &[]*awscdk.CfnRuleAssertion{{
			Assert:            awscdk.Fn_ConditionEquals(awscdk.Aws_REGION(), jsii.String(region)),
			AssertDescription: jsii.String(why),
		}},
	})
}

func (s Settings) own(service, region, kind string) string {
	return "arn:${Partition}:" + service + ":" + region + ":${Account}:" + kind + s.StackName + "-*"
}

func (s Settings) name(part string) string { return s.StackName + "-" + part }

func (s Settings) busName() string { return strings.ToLower(s.StackName) }

// intakeName is the name of the bus that takes what other regions and accounts forward.
func (s Settings) intakeName() string { return s.busName() + "-intake" }

// responderName is the name of the role by which a member's account is changed.
func (s Settings) responderName() string { return s.name("responder") }

func (s Settings) functionRole(f function) string {
	return "arn:${Partition}:iam::${Account}:role/" + s.name(string(f))
}
