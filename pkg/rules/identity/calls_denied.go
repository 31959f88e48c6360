package identity

import (
	"fmt"
	"strings"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	// callsDenied different calls are tried by who does not know what they may do. What was deployed with too narrow a
	// role repeats one call, or the two or three that follow it.
	callsDenied = 6
	// consoleCallsDenied is high, since one page of the console makes a dozen calls that nobody asked for.
	consoleCallsDenied = 40

	deniedWindow = 10 * time.Minute
)

// CallsDenied fires when a caller is denied many different calls.
func CallsDenied() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-031",
		Title:    "Many different calls denied",
		Class:    "unauthorized-api-calls",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Whoever finds a credential first has to learn what it can do, and learns it by trying:
one call of each service, most of which are denied.

What counts is how many different calls one principal was denied from one address within 10 minutes, not how many
times: something that was deployed with too narrow a role is denied the same call over and over. Six are medium. The
console's pages read a lot that nobody asked for, so that calls made there are counted apart, and forty are low. What
services of AWS are denied, and what strangers without a credential are, does not count.

Most of what is tried only reads. EventBridge delivers such calls where the routing of read-only calls is switched on;
otherwise the rule sees the changes that were denied.

**False positives.** The first run of a new pipeline; tools that list a whole account, such as inventories and audits.

**What to do.** Ask the caller. If nobody knows of it, deactivate the key or end the role's sessions, and look for
what was allowed from the same address in between.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1580", URL: "https://attack.mitre.org/techniques/T1580/"},
			{Kind: "ATT&CK", Name: "T1526", URL: "https://attack.mitre.org/techniques/T1526/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.1", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Troubleshoot access denied error messages",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html",
			},
		},
		Pattern: detect.Pattern{
			{Errors: cloudtrail.DeniedCodes()},
			{Errors: cloudtrail.DeniedCodes(), Reads: true},
		},
		Attempts: true,
		Match:    matchCallsDenied,
	}
}

// anonymous is the account in the records of calls that were made without a credential.
const anonymous = "ANONYMOUS_PRINCIPAL"

func matchCallsDenied(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if automated(ev) || ev.Identity.AccountID == anonymous {
		return nil, nil
	}
	f := detect.Finding{
		Resource: caller.Resource(ev),
		Summary: fmt.Sprintf("%s was denied %s:%s from %s (%s)", callerName(ev), detect.Text(service(ev)), detect.Text(ev.Name),
			detect.Text(ev.SourceIP), detect.Text(ev.ErrorCode)),
		Rate: &detect.Rate{
			Key:       []string{caller.Principal(ev), caller.Source(ev)},
			Members:   []string{service(ev) + ":" + ev.Name},
			Threshold: callsDenied, Window: deniedWindow, Noun: "different calls denied",
		},
	}
	if caller.AtConsole(ev) {
		f.Severity = detect.Low
		f.Rate.Key, f.Rate.Threshold = append(f.Rate.Key, "console"), consoleCallsDenied
	}
	return one(f), nil
}

// service returns the short name of the service that a call was made to: "iam".
func service(ev *cloudtrail.Event) string { return strings.TrimSuffix(ev.Source, ".amazonaws.com") }
