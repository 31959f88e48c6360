package organization

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// unlistedWindow makes one incident an hour of what one caller does in a region: the first call already is one too
// many.
const unlistedWindow = time.Hour

// ChangedInUnlistedRegion fires when something is changed in a region where nobody is meant to work.
func ChangedInUnlistedRegion() *detect.Rule {
	return &detect.Rule{
		ID:       "ORG-003",
		Title:    "Change in a region where nobody works",
		Class:    "write-in-unlisted-region",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Regions that nobody uses are regions that nobody looks at. That is where machines are
started to mine, and where copies are put to be taken away.

The regions where work is meant to happen stand in riposte.yaml; without such a list the rule finds nothing. It tells
once an hour of each caller and region. Calls that start machines, containers, functions and training are high, others
medium. Global services, such as IAM, CloudFront and Organizations, are recorded in one region whatever the caller
wanted, and do not count; neither do sign-ins and what services of AWS do.

The rule is off until riposte.yaml gives it a mode, because it wants every change.

**False positives.** A region that is new and not on the list yet. Certificates and functions for CloudFront have to
be made in us-east-1: list it where they are used.

**What to do.** Ask the caller. Look at everything in that region, delete what is not yours, and deny the region with
a service control policy or disable it.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1535", URL: "https://attack.mitre.org/techniques/T1535/"},
			{
				Kind: "AWS", Name: "Deny access to AWS based on the requested AWS Region",
				URL: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html",
			},
		},
		Pattern: detect.Pattern{{Every: true, Writes: true}},
		OptIn:   true,
		Match:   matchChangedInUnlistedRegion,
	}
}

func matchChangedInUnlistedRegion(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Estate == nil || len(ev.Estate.Regions) == 0 || slices.Contains(ev.Estate.Regions, ev.Region) {
		return nil, nil
	}
	if isGlobal(ev) || caller.Service(ev) != "" ||
		strings.Contains(ev.Identity.Session.IssuerARN, ":role/aws-service-role/") {
		return nil, nil
	}
	if ev.Region == "" {
		return nil, errors.New("the record does not say in which region")
	}
	f := detect.Finding{
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary: fmt.Sprintf("%s called %s:%s in %s, which is not on the list of regions", detect.Text(ev.Identity.Name()),
			detect.Text(strings.TrimSuffix(ev.Source, ".amazonaws.com")), detect.Text(ev.Name), detect.Text(ev.Region)),
		Rate: &detect.Rate{
			Key: []string{ev.Region, caller.Principal(ev)}, Threshold: 1, Window: unlistedWindow, Noun: "change in one region",
		},
	}
	if startsCompute(ev.Name) {
		f.Severity = detect.High
		f.Rate.Key = append(f.Rate.Key, "compute") // what prepared the start must not keep it from being told
	}
	return []detect.Finding{f}, nil
}

// isGlobal reports whether a call's region is the service's and not the caller's choice.
func isGlobal(ev *cloudtrail.Event) bool {
	switch ev.Source {
	case "account.amazonaws.com", "artifact.amazonaws.com", "aws-marketplace.amazonaws.com", "billing.amazonaws.com",
		"budgets.amazonaws.com", "ce.amazonaws.com", "cloudfront.amazonaws.com", "consolidatedbilling.amazonaws.com",
		"cur.amazonaws.com", "ecr-public.amazonaws.com", "freetier.amazonaws.com", "globalaccelerator.amazonaws.com",
		"health.amazonaws.com", "iam.amazonaws.com", "invoicing.amazonaws.com", "networkmanager.amazonaws.com",
		"organizations.amazonaws.com", "payments.amazonaws.com", "pricing.amazonaws.com", "route53.amazonaws.com",
		"route53domains.amazonaws.com", "savingsplans.amazonaws.com", "shield.amazonaws.com", "signin.amazonaws.com",
		"sso.amazonaws.com", "sso-directory.amazonaws.com", "support.amazonaws.com", "tax.amazonaws.com",
		"trustedadvisor.amazonaws.com", "waf.amazonaws.com":
		return true
	case "sts.amazonaws.com", "wafv2.amazonaws.com": // the global endpoint, and what guards CloudFront
		return ev.Region == "us-east-1"
	}
	return false
}

// startsCompute reports whether a call starts what can mine.
func startsCompute(name string) bool {
	switch name {
	case "RunInstances", "RequestSpotInstances", "RequestSpotFleet", "CreateFleet", "CreateAutoScalingGroup",
		"RunTask", "StartTask", "CreateService", "CreateCluster", "CreateNodegroup", "RunJobFlow",
		"SubmitJob", "CreateComputeEnvironment", "CreateFunction", "CreateInstances", "StartBuild",
		"CreateNotebookInstance", "CreateTrainingJob", "CreateProcessingJob", "CreateEndpoint", "CreateApp",
		"CreateEnvironment", "CreateDevEndpoint", "StartJobRun", "CreateWorkspaces":
		return true
	}
	return false
}
