package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// A hub is what a member knows of the account that watches it.
type hub struct{ account, externalID string }

// addResponder adds the role by which the hub's remediator changes this account, under a condition or, without one, always.
// The hub's role is named by a condition, not as the principal: IAM would bind the trust to the role as it is now, and a hub
// that was deployed anew could not take it on.
func (s *site) addResponder(h hub, once awscdk.CfnCondition) error {
	limits := s.responderLimits()
	policy, err := document(limits)
	if err != nil {
		return err
	}
	hubRole := fill([]string{"arn:${Partition}:iam::" + h.account + ":role/" + s.name(string(remediate))})[0]
	hubAccount := awsiam.NewArnPrincipal(jsii.String(fill([]string{"arn:${Partition}:iam::" + h.account + ":root"})[0]))
	whose := map[string]any{"sts:SourceIdentity": sourceIdentity}
	role := awsiam.NewRole(s.stack, jsii.String("Responder"), &awsiam.RoleProps{
		RoleName:    jsii.String(s.settings.responderName()),
		Description: jsii.String("Lets Riposte's hub reverse risky changes in this account"),
		AssumedBy: awsiam.NewPrincipalWithConditions(hubAccount, &map[string]any{
			"StringEquals": map[string]any{"sts:ExternalId": h.externalID},
			"ArnEquals":    map[string]any{"aws:PrincipalArn": hubRole},
			"StringLike":   whose,
		}),
		InlinePolicies: &map[string]awsiam.PolicyDocument{"limits": policy},
	})
	role.AssumeRolePolicy().AddStatements(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("SayWhichIncident"),
		Actions:    jsii.Strings("sts:SetSourceIdentity"),
		Principals: &[]awsiam.IPrincipal{hubAccount},
		Conditions: &map[string]any{"ArnEquals": map[string]any{"aws:PrincipalArn": hubRole}, "StringLike": whose},
	}))
	grants, err := s.grants(false)
	if err != nil {
		return err
	}
	policies, err := s.attachPacked("Responder", role, grants)
	if err != nil || once == nil {
		return err
	}
	for _, c := range append(policies, role) {
		c.Node().DefaultChild().(awscdk.CfnResource).CfnOptions().SetCondition(once)
	}
	return nil
}

// sourceIdentity is how the remediator says for which incident it takes on a responder: CloudTrail writes it down with every
// call.
const sourceIdentity = "riposte-*"

// responderLimits are denials that hold whatever an action is allowed.
func (s *site) responderLimits() []statement {
	return append([]statement{{
		sid: "NeverRiposteItself", deny: true, actions: []string{"*"}, resources: s.settings.ownResources(),
	}}, s.settings.limits()...)
}
