package stack

import (
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/jsii-runtime-go"
)

// How spokes are rolled out: a quarter of the accounts at a time, region after region, and no further where a tenth of them
// failed. A spoke of an earlier version goes on working meanwhile.
const (
	rolloutAtOnce   = 25 // percent of accounts
	rolloutFailures = 10 // percent of accounts
)

// addStackSet rolls spokes out to the organisation's members and to every account that joins them. It does not reach the
// management account: topology spoke does.
func (d *deployment) addStackSet() error {
	dir, err := os.MkdirTemp("", "riposte-spoke-")
	if err != nil {
		return fmt.Errorf("the spokes' template: %w", err)
	}
	defer os.RemoveAll(dir)
	file, err := spokeTemplate(d.settings, dir)
	if err != nil {
		return err
	}
	template := awss3assets.NewAsset(d.stack, jsii.String("SpokeTemplate"), &awss3assets.AssetProps{Path: jsii.String(file)})
	s, as := d.settings, "SELF"
	if s.DelegatedAdmin {
		as = "DELEGATED_ADMIN"
	}
	// The hub's own account has the home stack and the outposts of this app, whose names a spoke would take.
	without := append(*jsii.Strings(s.ExcludedAccounts...), awscdk.Aws_ACCOUNT_ID())
	set := awscdk.NewCfnStackSet(d.stack, jsii.String("Spokes"), &awscdk.CfnStackSetProps{
		StackSetName:    jsii.String(d.name("spokes")),
		Description:     jsii.String("Riposte's spokes: rules that forward to the hub, and the role by which it reverses changes"),
		PermissionModel: jsii.String("SERVICE_MANAGED"),
		CallAs:          jsii.String(as),
		AutoDeployment: &awscdk.CfnStackSet_AutoDeploymentProperty{
			Enabled: jsii.Bool(true), RetainStacksOnAccountRemoval: jsii.Bool(false),
		},
		ManagedExecution: map[string]any{"Active": true},
		Capabilities:     jsii.Strings("CAPABILITY_NAMED_IAM"),
		OperationPreferences: &awscdk.CfnStackSet_OperationPreferencesProperty{
			RegionConcurrencyType:      jsii.String("SEQUENTIAL"),
			RegionOrder:                jsii.Strings(s.Regions...), // IAM's first: the responder is there
			MaxConcurrentPercentage:    jsii.Number(rolloutAtOnce),
			FailureTolerancePercentage: jsii.Number(rolloutFailures),
			ConcurrencyMode:            jsii.String("SOFT_FAILURE_TOLERANCE"),
		},
		Parameters: []any{
			&awscdk.CfnStackSet_ParameterProperty{ParameterKey: jsii.String(hubAccountParameter), ParameterValue: awscdk.Aws_ACCOUNT_ID()},
			&awscdk.CfnStackSet_ParameterProperty{ParameterKey: jsii.String(hubBusParameter), ParameterValue: d.intake.EventBusArn()},
			&awscdk.CfnStackSet_ParameterProperty{ParameterKey: jsii.String(externalIDParameter), ParameterValue: jsii.String(s.ExternalID)},
		},
		StackInstancesGroup: []any{&awscdk.CfnStackSet_StackInstancesProperty{
			DeploymentTargets: &awscdk.CfnStackSet_DeploymentTargetsProperty{
				OrganizationalUnitIds: jsii.Strings(s.OrganizationalUnits...),
				AccountFilterType:     jsii.String("DIFFERENCE"),
				Accounts:              &without,
			},
			Regions: jsii.Strings(s.Regions...),
		}},
		TemplateUrl: template.HttpUrl(),
	})
	d.afterIntake(set)
	return nil
}
