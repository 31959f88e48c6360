package identity

import (
	"strings"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	// userFailures is more than a forgotten password and a locked capital key take, since people then reset it.
	userFailures = 5
	// addressFailures allows for an office of many people behind one address.
	addressFailures = 10
	// rootFailures is low, since few people know root's password and none of them signs in often.
	rootFailures = 3
	// codeFailures is low, since whoever fails at the second factor knew the password. Codes are mistyped once or
	// twice.
	codeFailures = 3

	failuresWindow     = 10 * time.Minute
	rootFailuresWindow = 15 * time.Minute
)

// sourceAddress is where sign-ins come from.
const sourceAddress detect.ResourceType = "SourceAddress"

// ConsoleLoginFailed fires when sign-ins to the console fail again and again for one user, for root or from one
// address.
func ConsoleLoginFailed() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-030",
		Title:    "Console sign-ins failed repeatedly",
		Class:    "console-login-failure",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Passwords are guessed: many for one user, or one for many users. And who fails only at
the second factor has the password already.

Failures are counted over a sliding window, and one incident is opened for it. Five for one user within 10 minutes are
medium, and so are ten from one address, whatever users they were for: that is how one password is tried on everybody,
and CloudTrail hides the names of users that do not exist. Three at the second factor are high. For root three within
15 minutes are high, and critical at the second factor; a single one is low, once an hour, because root rarely signs
in.

**False positives.** A forgotten password; a saved one that was changed; an office behind one address on the morning
after passwords expired.

**What to do.** Ask the user. Where the password was right or a sign-in succeeded afterwards, give the user a new
password and look at what was done since. Riposte locks nobody out: whoever can fail to sign in could then lock out
everybody.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1110", URL: "https://attack.mitre.org/techniques/T1110/"},
			{Kind: "ATT&CK", Name: "T1110.003", URL: "https://attack.mitre.org/techniques/T1110/003/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.6", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "AWS Management Console sign-in events",
				URL: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html",
			},
		},
		Pattern:  detect.Pattern{{Source: signInSource, Names: []string{"ConsoleLogin"}}},
		Attempts: true,
		Match:    matchConsoleLoginFailed,
	}
}

func matchConsoleLoginFailed(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if done, err := signInDone(ev); done || err != nil && !ev.Failed() {
		return nil, nil // IAM-001 and IAM-008 tell of a sign-in whose outcome the record does not show
	}
	from := ""
	if ev.SourceIP != "" {
		from = " from " + detect.Text(ev.SourceIP)
	}
	var found []detect.Finding
	who := "a user that does not exist (" + hiddenName + ")"
	switch name := ev.Identity.UserName; {
	case isRoot(ev.Identity):
		found, who = rootFailed(ev, from), "root"
	case isUser(ev.Identity) && name != "" && name != hiddenName:
		found, who = []detect.Finding{userFailed(ev, from)}, "user "+detect.Text(name)
	case !isUser(ev.Identity):
		who = callerName(ev)
	}
	if address := caller.Source(ev); address != "" {
		found = append(found, detect.Finding{
			Resource: detect.Resource{Type: sourceAddress, ID: address},
			Summary:  "a sign-in as " + who + from + " failed",
			Rate: &detect.Rate{
				Key:       []string{"address " + address},
				Threshold: addressFailures, Window: failuresWindow, Noun: "failed sign-ins from one address",
			},
		})
	}
	for i := range found {
		found[i].Attempt = true // some records have no errorMessage
	}
	return found, nil
}

// hiddenName stands for a user name that does not exist: people type their passwords there.
const hiddenName = "HIDDEN_DUE_TO_SECURITY_REASONS"

func userFailed(ev *cloudtrail.Event, from string) detect.Finding {
	user := detect.Resource{Type: detect.User, ID: ev.Identity.UserName}
	f := detect.Finding{
		Resource: user,
		Summary:  "the sign-in of " + described(user) + from + " failed",
		Rate: &detect.Rate{
			Key:       []string{"user " + user.ID},
			Threshold: userFailures, Window: failuresWindow, Noun: "failed sign-ins of one user",
		},
	}
	if atSecondFactor(ev) {
		f.Severity = detect.High
		f.Summary += " at the second factor: the password was right"
		f.Rate.Key = []string{"second factor of user " + user.ID}
		f.Rate.Threshold, f.Rate.Noun = codeFailures, "failed second factors of one user"
	}
	return f
}

// rootFailed returns the single failure, which is told once an hour, and the one of a series.
func rootFailed(ev *cloudtrail.Event, from string) []detect.Finding {
	single := detect.Finding{
		Severity: detect.Low,
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary:  "a sign-in as root" + from + " failed",
		Rate: &detect.Rate{
			Key: []string{"any failure of root"}, Threshold: 1, Window: time.Hour, Noun: "failed sign-in as root",
		},
	}
	many := detect.Finding{
		Severity: detect.High,
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary:  single.Summary,
		Rate: &detect.Rate{
			Key: []string{"root"}, Threshold: rootFailures, Window: rootFailuresWindow, Noun: "failed sign-ins as root",
		},
	}
	if atSecondFactor(ev) {
		many.Severity = detect.Critical
		many.Summary += " at the second factor: the password was right"
		many.Rate.Key = []string{"second factor of root"}
		many.Rate.Threshold, many.Rate.Noun = codeFailures, "failed second factors of root"
	}
	return []detect.Finding{single, many}
}

// atSecondFactor reports whether a sign-in that failed had got past the password: the console asks for it first.
func atSecondFactor(ev *cloudtrail.Event) bool {
	additional, err := cloudtrail.AdditionalOf[struct{ MFAUsed cloudtrail.Text }](ev)
	return err == nil && strings.EqualFold(string(additional.MFAUsed), "yes")
}
