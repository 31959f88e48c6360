package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const stsSource = "sts.amazonaws.com"

// RootAssumed fires when somebody in the organisation takes a session as a member account's root.
func RootAssumed() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-027",
		Title:    "Root session of a member account taken",
		Class:    "sts-assume-root",
		Severity: detect.High,
		Doc: `**Why it matters.** AssumeRoot gives the management account, or a delegated one, a session as the root of any
member account. A task policy of AWS bounds it, but the tasks are those that only root can do: a new root password, an
opened bucket.

The task decides the severity: giving root a password again is critical; deleting root's credentials and unlocking a
bucket's or queue's policy are high; looking at root's credentials is medium.

**False positives.** The security team's own work with centralised root access, which is rare.

**What to do.** Ask the caller for the reason. In the member account the session's calls look like root's: find them by the
access key that the answer names.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1548.005", URL: "https://attack.mitre.org/techniques/T1548/005/"},
			{
				Kind: "AWS", Name: "Centralize root access for member accounts",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html",
			},
		},
		Pattern: detect.Pattern{{Source: stsSource, Names: []string{"AssumeRoot"}}},
		Denied:  true,
		Match:   matchRootAssumed,
	}
}

// taskPolicy is an ARN, or an object that holds one.
type taskPolicy string

// UnmarshalJSON reads both spellings.
func (t *taskPolicy) UnmarshalJSON(raw []byte) error {
	var wrapped struct{ ARN cloudtrail.Text }
	if err := json.Unmarshal(raw, &wrapped); err == nil {
		*t = taskPolicy(wrapped.ARN)
		return nil
	}
	var text cloudtrail.Text
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	*t = taskPolicy(text)
	return nil
}

func matchRootAssumed(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		TargetPrincipal cloudtrail.Text
		TaskPolicyARN   taskPolicy
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.TargetPrincipal == "" {
		return nil, errors.New("request parameters: no targetPrincipal")
	}
	account := rootsAccount(string(req.TargetPrincipal))
	f := detect.Finding{Resource: detect.Resource{Type: detect.Account, ID: account}}
	_, task, _ := strings.Cut(string(req.TaskPolicyARN), ":policy/root-task/")
	what := "for a task that the event does not name"
	switch task {
	case "IAMAuditRootUserCredentials":
		f.Severity, what = detect.Medium, "to look at root's credentials"
	case "IAMCreateRootUserPassword":
		f.Severity, what = detect.Critical, "to give root a password again"
	case "IAMDeleteRootUserCredentials":
		what = "to delete root's credentials"
	case "S3UnlockBucketPolicy", "SQSUnlockQueuePolicy":
		what = "to delete a bucket's or a queue's policy"
	case "":
	default:
		what = "for the task " + detect.Text(task)
	}
	f.Summary = fmt.Sprintf("%s took a session as root of account %s %s", callerName(ev), detect.Text(account), what)
	return one(f), nil
}

// rootsAccount returns the account that a call names, by its number or by the ARN of its root.
func rootsAccount(target string) string {
	if parts := strings.Split(target, ":"); len(parts) == 6 && parts[0] == "arn" && parts[4] != "" {
		return parts[4]
	}
	return target
}
