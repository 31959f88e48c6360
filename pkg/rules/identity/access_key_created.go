package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

// AccessKeyCreated fires when a long-lived access key appears.
func AccessKeyCreated() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-002",
		Title:    "Long-lived access key created",
		Class:    "access-key-created",
		Severity: detect.High,
		Doc: `**Why it matters.** An access key never expires by itself, needs no MFA and works from anywhere. A second
key on somebody else's user is a favourite way to stay in an account.

A key of the root user is always wrong: nothing restrains it, and the finding is critical. Who was denied a key for another
user is told as low, or where the event does not say for whom it was meant.

**False positives.** Vendors and machines that cannot assume a role; a user who rotates their own key.

**What to do.** Ask the caller what the key is for. If nobody answers, leave it inactive, look at what it was used for,
and delete it. Prefer roles. Deactivating a key does not end sessions that were made from it. A root key can only be
removed by root itself or, in a member account, through centralised root access: a deployment for an organization asks
whether it shall.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.001", URL: "https://attack.mitre.org/techniques/T1098/001/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.4, 1.11", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Manage access keys for IAM users",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{createAccessKey}}},
		Actions: []string{"deactivate-access-key", deleteRootKey},
		Denied:  true,
		Match:   matchAccessKeyCreated,
	}
}

// deleteRootKey is the action on a key of root itself, which nobody else can deactivate.
const deleteRootKey = "delete-root-access-key"

func matchAccessKeyCreated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Denied() {
		return keyRefused(ev)
	}
	resp, err := cloudtrail.ResponseOf[struct {
		AccessKey struct{ AccessKeyID, UserName cloudtrail.Text }
	}](ev)
	if err != nil {
		return nil, keyOf(namedUser(ev), err)
	}
	id, user := string(resp.AccessKey.AccessKeyID), string(resp.AccessKey.UserName)
	if id == "" {
		return nil, keyOf(namedUser(ev), errors.New("response elements: no accessKey.accessKeyId"))
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.AccessKey, ID: id, Parent: user}, Actions: []string{"deactivate-access-key"}}
	switch {
	case isRoot(ev.Identity) && namedUser(ev) == "":
		f.Severity = detect.Critical
		f.Summary = fmt.Sprintf("access key %s created for the root user", detect.Text(id))
		f.Actions = []string{deleteRootKey}
	case user == "":
		return nil, errors.New("response elements: no accessKey.userName")
	case ev.Identity.Type == "IAMUser" && ev.Identity.UserName == user:
		f.Summary = fmt.Sprintf("user %s created access key %s for itself", detect.Text(user), detect.Text(id))
	default:
		f.Summary = fmt.Sprintf("%s created access key %s for the user %s",
			detect.Text(ev.Identity.Name()), detect.Text(id), detect.Text(user))
	}
	return []detect.Finding{f}, nil
}

// keyRefused tells of a key that somebody meant to make for another user. Who may make none for itself tries it for want
// of knowing better.
func keyRefused(ev *cloudtrail.Event) ([]detect.Finding, error) {
	user := namedUser(ev)
	if user == "" {
		user = attempt.User(ev)
	}
	switch {
	case user == "" && isRoot(ev.Identity):
		return nil, nil // root names nobody where it means itself: IAM-017 tells it
	case user == "" && ev.Request.Omitted():
		return nil, errors.New("request parameters: nobody says for whom the key was meant")
	case user == "" || onItself(ev, detect.Resource{Type: detect.User, ID: user}):
		return nil, nil
	}
	return []detect.Finding{{
		Resource: detect.Resource{Type: detect.User, ID: user},
		Summary:  "an access key created for the user " + detect.Text(user),
	}}, nil
}

// keyOf adds to an error for whom the key is, where the request says so: a person has to look among that user's keys.
func keyOf(user string, err error) error {
	if user == "" {
		return err
	}
	return fmt.Errorf("the key of user %s: %w", detect.Text(user), err)
}

// namedUser returns the user that the request names. Root, which names nobody, makes a key for itself, and the answer's
// userName is then empty, "Root" or the account's alias.
func namedUser(ev *cloudtrail.Event) string {
	req, err := cloudtrail.RequestOf[struct{ UserName cloudtrail.Text }](ev)
	if err != nil {
		return ""
	}
	return string(req.UserName)
}
