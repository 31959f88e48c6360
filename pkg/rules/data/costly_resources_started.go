package data

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	runInstances      = "RunInstances"
	requestSpot       = "RequestSpotInstances"
	runTask           = "RunTask"
	createService     = "CreateService"
	createDevEndpoint = "CreateDevEndpoint"
	updateDevEndpoint = "UpdateDevEndpoint"
	lifecycleConfig   = "CreateNotebookInstanceLifecycleConfig"
	registerTask      = "RegisterTaskDefinition"
	openCloudShell    = "CreateEnvironment"
	enterCloudShell   = "CreateSession"
	submitJob         = "SubmitJob"
)

// CostlyResourcesStarted fires when one call starts machines of the kinds and numbers that are wanted for mining.
func CostlyResourcesStarted() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-015",
		Title:    "Costly or interactive compute started",
		Class:    "resource-provisioning-abuse",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Stolen credentials are turned into money by mining in the victim's account: with machines
that have accelerators, with very large ones, or with many at a time.

Machines with accelerators or of 24xlarge and more, and twenty or more at once, are medium; both together are high. A
role of a pipeline or of a scheduler makes it low, and what auto scaling and other services start is no finding.

Places to work in are found whatever their size, since their owner acts with their role: a development endpoint of Glue
and a start-up script for notebooks are medium, an environment or a session of CloudShell is info. A container or a batch
job whose command reads the address where its credentials are handed out is high. A batch job counts like machines: by its
number of copies, and by whether it asks for accelerators.

**False positives.** Training of models and rendering; load tests.

**What to do.** Ask the caller. Stop the machines, look in every Region for others, and set a budget alarm and quotas.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1496.001", URL: "https://attack.mitre.org/techniques/T1496/001/"},
			{
				Kind: "AWS", Name: "Amazon EC2 accelerated computing instance types",
				URL: "https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: ec2Source, Names: []string{runInstances, requestSpot}},
			{Source: "ecs.amazonaws.com", Names: []string{runTask, createService, registerTask}},
			{Source: "glue.amazonaws.com", Names: []string{createDevEndpoint, updateDevEndpoint}},
			{Source: "sagemaker.amazonaws.com", Names: []string{"CreateNotebookInstance", lifecycleConfig}},
			{Source: "cloudshell.amazonaws.com", Names: []string{openCloudShell, enterCloudShell}},
			{Source: "batch.amazonaws.com", Names: []string{submitJob}},
		},
		Match: matchCostlyResourcesStarted,
	}
}

func matchCostlyResourcesStarted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	switch ev.Name {
	case registerTask:
		return taskDefined(ev)
	case createDevEndpoint, updateDevEndpoint, lifecycleConfig, openCloudShell, enterCloudShell:
		return workplace(ev)
	case submitJob:
		return jobSubmitted(ev)
	}
	if caller.Service(ev) != "" {
		return nil, nil
	}
	req, err := cloudtrail.RequestOf[provision](ev)
	if err != nil {
		return nil, err
	}
	kind, n, err := req.machines(ev)
	if err != nil {
		return nil, err
	}
	const many = 20
	f := detect.Finding{Resource: detect.Resource{Type: detect.Account, ID: ev.Account}}
	switch costly := isCostly(kind); {
	case costly && n >= many:
		f.Severity = byHand(ev, detect.High)
	case costly, n >= many:
		f.Severity = byHand(ev, detect.Medium)
	default:
		return nil, nil
	}
	f.Summary = fmt.Sprintf("%s asked for %s in %s",
		detect.Text(ev.Identity.Name()), amount(ev.Name, kind, n), detect.Text(ev.Region))
	return []detect.Finding{f}, nil
}

// provision is the part of a request that says what is started, and how many of it.
type provision struct {
	InstanceType cloudtrail.Text
	InstancesSet struct {
		Items cloudtrail.List[struct{ MinCount, MaxCount cloudtrail.Text }]
	}
	InstanceCount       cloudtrail.Text
	LaunchSpecification struct{ InstanceType cloudtrail.Text }
	Count, DesiredCount cloudtrail.Text
}

// machines returns the type of what is asked for, "" for containers, and how many.
func (p provision) machines(ev *cloudtrail.Event) (kind string, n int, err error) {
	kind, count := string(p.InstanceType), cloudtrail.Text("1")
	switch ev.Name {
	case runInstances:
		if len(p.InstancesSet.Items) == 0 {
			return "", 0, errors.New("request parameters: no instancesSet")
		}
		count = p.InstancesSet.Items[0].MaxCount
		if kind == "" {
			kind = launchedType(ev)
		}
	case requestSpot:
		kind, count = string(p.LaunchSpecification.InstanceType), p.InstanceCount
	case runTask:
		kind, count = "", p.Count
	case createService:
		kind, count = "", p.DesiredCount
	}
	if count == "" {
		count = "1"
	}
	n, err = strconv.Atoi(string(count))
	if err != nil {
		return "", 0, fmt.Errorf("request parameters: %q is no number of machines", detect.Text(string(count)))
	}
	return kind, n, nil
}

// launchedType returns the type of what was started, which the request leaves to a launch template.
func launchedType(ev *cloudtrail.Event) string {
	resp, err := cloudtrail.ResponseOf[struct {
		InstancesSet struct {
			Items cloudtrail.List[struct{ InstanceType cloudtrail.Text }]
		}
	}](ev)
	if err != nil || len(resp.InstancesSet.Items) == 0 {
		return ""
	}
	return string(resp.InstancesSet.Items[0].InstanceType)
}

// amount says what was asked for: "24 machines of type g5.xlarge".
func amount(event, kind string, n int) string {
	what := "machine"
	if event == runTask || event == createService {
		what = "container task"
	}
	if n != 1 {
		what += "s"
	}
	if kind != "" {
		what += " of type " + detect.Text(kind)
	}
	return fmt.Sprintf("%d %s", n, what)
}

// isCostly reports whether machines of a type have accelerators or are among the largest.
func isCostly(kind string) bool {
	family, size, _ := strings.Cut(strings.TrimPrefix(kind, "ml."), ".")
	letters, _, _ := strings.Cut(strings.Map(digitsToSpace, family), " ")
	if slices.Contains([]string{"p", "g", "gr", "dl", "trn", "inf", "f", "vt"}, letters) || strings.HasPrefix(family, "u-") {
		return true
	}
	if strings.HasPrefix(size, "metal") {
		return true
	}
	const largest = 24
	times, isX := strings.CutSuffix(size, "xlarge")
	n, err := strconv.Atoi(times)
	return isX && err == nil && n >= largest
}

func digitsToSpace(r rune) rune {
	if r >= '0' && r <= '9' {
		return ' '
	}
	return r
}
