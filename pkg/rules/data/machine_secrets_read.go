package data

import (
	"fmt"
	"strings"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	// passwordsRead is more machines than somebody logs in to one after the other.
	passwordsRead = 5
	// scriptsRead is higher: Terraform reads the script of every machine that it manages.
	scriptsRead = 10

	machinesWindow = 10 * time.Minute
)

const describeInstanceAttribute = "DescribeInstanceAttribute"

// MachineSecretsRead fires when a caller reads the passwords or the start-up scripts of many machines, or tries to.
func MachineSecretsRead() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-018",
		Title:    "Passwords or start-up scripts of many machines read",
		Class:    "ec2-password-or-userdata-read",
		Severity: detect.Medium,
		Doc: `**Why it matters.** EC2 hands out the administrator's first password of a Windows machine, and the user data
with which a machine starts, in which people put passwords and tokens. Who looks for a way on tries them on every
machine.

What counts is of how many different machines one principal reads the password from one address within 10 minutes, or
tries to: a series that is denied shows the same intent. Five are medium. User data is counted apart, and ten are
medium. One password that somebody reads is ordinary work. What services of AWS read does not count.

These calls only read: the rule sees them where the routing of read-only calls is switched on.

**False positives.** Terraform, which reads the user data of its machines; scripts that set up Windows machines.

**What to do.** Ask the caller. If nobody knows of it, change the administrator's passwords, and every secret that
stands in user data; move those into Secrets Manager.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1552.005", URL: "https://attack.mitre.org/techniques/T1552/005/"},
			{
				Kind: "AWS", Name: "GetPasswordData",
				URL: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: ec2Source, Names: []string{"GetPasswordData", describeInstanceAttribute}, Reads: true},
		},
		Attempts: true,
		Match:    matchMachineSecretsRead,
	}
}

func matchMachineSecretsRead(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if caller.Service(ev) != "" {
		return nil, nil
	}
	req, err := cloudtrail.RequestOf[struct{ InstanceID, Attribute cloudtrail.Text }](ev)
	f := detect.Finding{
		Resource: caller.Resource(ev),
		Rate: &detect.Rate{
			Key:       []string{caller.Principal(ev), caller.Source(ev)},
			Threshold: passwordsRead, Window: machinesWindow, Noun: "machines whose password was read or asked for",
		},
	}
	what, machine := "password", "a machine that the record does not name"
	if err == nil && req.InstanceID != "" { // a call whose parameters are missing counts all the same
		f.Rate.Members, machine = []string{string(req.InstanceID)}, detect.Text(string(req.InstanceID))
	}
	if ev.Name == describeInstanceAttribute {
		if err == nil && !strings.EqualFold(string(req.Attribute), "userData") {
			return nil, nil
		}
		what = "user data"
		f.Rate.Key, f.Rate.Threshold = append(f.Rate.Key, "user data"), scriptsRead
		f.Rate.Noun = "machines whose user data was read or asked for"
	}
	how := "read"
	if ev.Failed() {
		how = fmt.Sprintf("asked in vain (%s) for", detect.Text(ev.ErrorCode))
	}
	f.Summary = fmt.Sprintf("%s %s the %s of %s from %s", detect.Text(ev.Identity.Name()), how, what, machine,
		detect.Text(ev.SourceIP))
	return []detect.Finding{f}, nil
}
