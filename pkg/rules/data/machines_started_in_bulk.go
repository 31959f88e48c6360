package data

import (
	"fmt"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	// manyMachines is what DAT-015 calls many at once.
	manyMachines = 20
	// regionsStarted is more regions than one service runs in, and takes a list of regions to go through.
	regionsStarted = 4

	startedWindow = 10 * time.Minute
)

// MachinesStartedInBulk fires when a caller starts many machines with several calls, or machines in many regions.
func MachinesStartedInBulk() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-020",
		Title:    "Many machines started",
		Class:    "mass-instance-start",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Stolen credentials are turned into money by mining. Quotas and alarms look at one call
and at one region, so that machines are started a few at a time, and in every region.

What counts is how many machines and container tasks one principal starts within 10 minutes: twenty are medium.
Machines in four regions within that time are high. A role that no person works with is low. What one call starts at
once is found by DAT-015, and what auto scaling and other services of AWS start does not count.

**False positives.** Runners for builds, schedulers and autoscalers of clusters, which start machines with a role of
their own; load tests.

**What to do.** Ask the caller. Stop the machines, look in every Region for others, deactivate the credential, and set
a budget alarm and quotas.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1496.001", URL: "https://attack.mitre.org/techniques/T1496/001/"},
			{Kind: "ATT&CK", Name: "T1578.002", URL: "https://attack.mitre.org/techniques/T1578/002/"},
			{
				Kind: "AWS", Name: "Amazon EC2 service quotas",
				URL: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-resource-limits.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: ec2Source, Names: []string{runInstances, requestSpot}},
			{Source: "ecs.amazonaws.com", Names: []string{runTask}},
		},
		Match: matchMachinesStartedInBulk,
	}
}

func matchMachinesStartedInBulk(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if caller.Service(ev) != "" {
		return nil, nil
	}
	started, shown := startedBy(ev)
	what := "what the record does not name" // it counts all the same
	switch n := len(started); {
	case n >= manyMachines, shown && n == 0: // DAT-015 tells of the many; a task may find no machine to run on
		return nil, nil
	case n == 1:
		what = detect.Text(started[0])
	case n > 1:
		what = fmt.Sprintf("%d machines, such as %s", n, detect.Text(started[0]))
	}
	summary := fmt.Sprintf("%s started %s in %s (%s)", detect.Text(ev.Identity.Name()), what, detect.Text(ev.Region),
		detect.Text(ev.Name))
	return []detect.Finding{
		{
			Severity: byHand(ev, detect.Medium),
			Resource: caller.Resource(ev),
			Summary:  summary,
			Rate: &detect.Rate{
				Key: []string{caller.Principal(ev)}, Members: started,
				Threshold: manyMachines, Window: startedWindow, Noun: "machines started",
			},
		},
		{
			Severity: byHand(ev, detect.High),
			Resource: caller.Resource(ev),
			Summary:  summary,
			Rate: &detect.Rate{
				Key: []string{caller.Principal(ev), "regions"}, Members: []string{ev.Region},
				Threshold: regionsStarted, Window: startedWindow, Noun: "different regions in which machines were started",
			},
		},
	}, nil
}

// startedBy returns the machines, tasks and requests for machines in a call's answer, and whether the record shows it:
// an answer about many machines is longer than CloudTrail records.
func startedBy(ev *cloudtrail.Event) (started []string, shown bool) {
	resp, err := cloudtrail.ResponseOf[struct {
		InstancesSet struct {
			Items cloudtrail.List[struct{ InstanceID cloudtrail.Text }]
		}
		SpotInstanceRequestSet struct {
			Items cloudtrail.List[struct{ SpotInstanceRequestID cloudtrail.Text }]
		}
		Tasks    cloudtrail.List[struct{ TaskARN cloudtrail.Text }]
		Failures cloudtrail.List[any]
	}](ev)
	if err != nil {
		return nil, false
	}
	add := func(name cloudtrail.Text) {
		if name != "" {
			started = append(started, string(name))
		}
	}
	for _, i := range resp.InstancesSet.Items {
		add(i.InstanceID)
	}
	for _, r := range resp.SpotInstanceRequestSet.Items {
		add(r.SpotInstanceRequestID)
	}
	for _, t := range resp.Tasks {
		add(t.TaskARN)
	}
	return started, len(started) > 0 || len(resp.Failures) > 0
}
