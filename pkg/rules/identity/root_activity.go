package identity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// RootActivity fires when the root user changes something.
func RootActivity() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-006",
		Title:    "Root user changed the account",
		Class:    "root-activity",
		Severity: detect.High,
		Doc: `**Why it matters.** Daily work does not need root, and nothing inside the account restrains it.

A call with a long-term root key is critical: such a key should not exist. A call in a session that the organisation
opened with sts:AssumeRoot looks like root, but is bounded by a task policy and has its own record in the management
account: it is medium.

**False positives.** Tasks that only root can do; break-glass exercises. What AWS services do in root's name, reads, and
the sign-in itself (IAM-001) are no findings of this rule.

**What to do.** Confirm with the holder of the root mailbox. Otherwise treat the account as taken over: reset the
password and MFA, delete root keys, review every change since the first call. Riposte only tells: an organisation can
deny root by a service control policy.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1078.004", URL: "https://attack.mitre.org/techniques/T1078/004/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.7, 4.3", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Tasks that require root user credentials",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-tasks.html",
			},
		},
		Pattern: detect.Pattern{{Identity: "Root", Writes: true}},
		Match:   matchRootActivity,
	}
}

func matchRootActivity(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Type == "AwsServiceEvent" || actsForRoot(ev.Identity.InvokedBy) || isSignIn(ev) || isRead(ev) {
		return nil, nil
	}
	if ev.Source == signInSource {
		if done, err := signInDone(ev); err == nil && !done {
			return nil, nil
		}
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.Account, ID: ev.Account}}
	call := detect.Text(strings.TrimSuffix(ev.Source, ".amazonaws.com") + ":" + ev.Name)
	switch {
	case ev.Identity.Session.AssumedRoot:
		f.Severity = detect.Medium
		f.Summary = fmt.Sprintf("root called %s in a session that the organisation opened with AssumeRoot", call)
	case strings.HasPrefix(ev.Identity.AccessKeyID, "AKIA"):
		f.Severity = detect.Critical
		f.Summary = fmt.Sprintf("root called %s with its long-term access key %s", call, detect.Text(ev.Identity.AccessKeyID))
	default:
		f.Summary = fmt.Sprintf("root called %s from %s", call, detect.Text(ev.SourceIP))
	}
	return []detect.Finding{f}, nil
}

// actsForRoot reports whether a service made the call in root's name. The console's sign-in service and CloudShell mark
// what root itself does there.
func actsForRoot(invokedBy string) bool {
	return invokedBy != "" && invokedBy != signInSource && invokedBy != "cloudshell.amazonaws.com"
}

// isSignIn reports whether an event is a step of signing in, of which IAM-001 tells.
func isSignIn(ev *cloudtrail.Event) bool {
	return ev.Source == signInSource && (ev.Name == "ConsoleLogin" || ev.Name == "CheckMfa")
}

// isRead reports whether a record that lacks readOnly, as old ones and some exports do, is a read by its name. The
// calls named Get…Token make credentials.
func isRead(ev *cloudtrail.Event) bool {
	var record struct{ ReadOnly *cloudtrail.Text }
	if err := json.Unmarshal(ev.Record, &record); err == nil && record.ReadOnly != nil {
		return ev.ReadOnly
	}
	reads := []string{"Get", "List", "Describe", "Head", "Lookup", "Search", "Query", "View"}
	return !strings.HasSuffix(ev.Name, "Token") &&
		slices.ContainsFunc(reads, func(verb string) bool { return strings.HasPrefix(ev.Name, verb) })
}
