package stack

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newSpoke adds the stacks of a member that the hub does not roll out to: an outpost in each region, and the responder.
// They are separate, so that the outposts fit into one call each and their regions need no bootstrapping. The responder does
// only while little is to be done: then the CDK's command line puts its template into the bootstrap bucket of IAM's region.
func newSpoke(app constructs.Construct, s Settings) ([]awscdk.Stack, error) {
	var stacks []awscdk.Stack
	for _, region := range s.Regions {
		o := &outpost{
			site:   newSite(app, s, s.name(region), region, "Riposte: forwards risky changes to the hub "+s.HubAccount, false),
			intake: fill([]string{"arn:${Partition}:events:" + s.HomeRegion + ":" + s.HubAccount + ":event-bus/" + s.intakeName()})[0],
		}
		o.ownRoles = s.memberRoles()
		o.pin(region, "This stack is for "+region+": names in it are.")
		if err := o.build(); err != nil {
			return nil, err
		}
		stacks = append(stacks, o.stack)
	}
	iam := partitions()[s.Partition].iam
	r := newSite(app, s, s.name("responder"), iam, "Riposte: lets the hub "+s.HubAccount+" reverse risky changes", false)
	r.pin(iam, "IAM is at home in "+iam+".")
	if err := r.addResponder(hub{account: s.HubAccount, externalID: s.ExternalID}, nil); err != nil {
		return nil, err
	}
	return append(stacks, r.stack), nil
}

// The parameters of the spokes' template. Their names stay: the hub of a later version sets them for spokes of this one.
const (
	hubAccountParameter = "HubAccount"
	hubBusParameter     = "HubBusArn"
	externalIDParameter = "ExternalId"
)

// spokeTemplate writes the one template of all spokes that the hub rolls out, in every account and region, and returns its
// file in dir. What differs comes in as parameters or is CloudFormation's to know.
func spokeTemplate(s Settings, dir string, look ...func(awscdk.Stack)) (string, error) {
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(filepath.Join(dir, "spoke")), AnalyticsReporting: jsii.Bool(false)})
	o := &outpost{site: newSite(app, s, s.name("spoke"), "", "Riposte: forwards risky changes to the hub, and lets it reverse them", false)}
	parameter := func(name, description, pattern string) string {
		return *awscdk.NewCfnParameter(o.stack, jsii.String(name), &awscdk.CfnParameterProps{
			Type: jsii.String("String"), Description: jsii.String(description), AllowedPattern: jsii.String(pattern),
		}).ValueAsString()
	}
	h := hub{
		account:    parameter(hubAccountParameter, "The account of Riposte's hub", `[0-9]{12}`),
		externalID: parameter(externalIDParameter, "What the hub has to name to take on the responder", `[A-Za-z0-9+=,.@:/_-]{2,128}`),
	}
	o.intake = parameter(hubBusParameter, "The ARN of the hub's intake bus", `arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/[A-Za-z0-9._-]+`)
	o.ownRoles = s.memberRoles()
	if err := o.build(); err != nil {
		return "", err
	}
	once := awscdk.NewCfnCondition(o.stack, jsii.String("IamRegion"), &awscdk.CfnConditionProps{
		Expression: awscdk.Fn_ConditionEquals(awscdk.Aws_REGION(), jsii.String(partitions()[s.Partition].iam)),
	})
	if err := o.addResponder(h, once); err != nil {
		return "", err
	}
	for _, f := range look {
		f(o.stack)
	}
	assembly := app.Synth(nil)
	file := filepath.Join(*assembly.Directory(), *o.stack.TemplateFile())
	if _, err := os.Stat(file); err != nil {
		return "", fmt.Errorf("the spokes' template: %w", err)
	}
	return file, nil
}
