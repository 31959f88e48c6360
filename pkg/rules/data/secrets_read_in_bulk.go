package data

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/caller"
)

const (
	ssmSource     = "ssm.amazonaws.com"
	secretsSource = "secretsmanager.amazonaws.com"

	batchGetSecretValue = "BatchGetSecretValue"
	getParametersByPath = "GetParametersByPath"
)

const (
	// secretsRead is more than one program needs at its start: its own database's password and some keys.
	secretsRead   = 10
	secretsWindow = 10 * time.Minute
	// unnamedWindow makes one incident an hour of a caller's reads that do not name what they read.
	unnamedWindow = time.Hour
)

// SecretsReadInBulk fires when a caller reads many different secrets.
func SecretsReadInBulk() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-017",
		Title:    "Many secrets read",
		Class:    "secrets-bulk-read",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Secrets are the way out of the account: to databases, to code hosts, to other companies.
Who has found a credential with the right to read them reads all of them, one after the other.

What counts is how many different secrets and encrypted parameters one principal reads from one address within 10
minutes, not how often: programs read their own few again and again. Ten are medium. A secret counts once, by its name
or by its ARN. A read that does not name what it reads is medium at once, told once an hour of each caller: secrets by
a filter, and the whole tree of parameters. A path of parameters counts as one, since that is how programs fetch their
own.

Parameters that are read without decryption, those that AWS publishes, and what services of AWS read for somebody do
not count.

These calls only read: the rule sees them where the routing of read-only calls is switched on.

**False positives.** Terraform, which reads every secret that it manages; operators that copy secrets into a cluster;
backups of secrets. Except their roles.

**What to do.** Ask the caller. If nobody knows of it, change every secret that was read, the most valuable first, and
look at what was done with them.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1555.006", URL: "https://attack.mitre.org/techniques/T1555/006/"},
			{
				Kind: "AWS", Name: "Log AWS Secrets Manager events with AWS CloudTrail",
				URL: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieve-ct-entries.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: secretsSource, Names: []string{"GetSecretValue", batchGetSecretValue}, Reads: true},
			{
				Source: ssmSource, Reads: true,
				Names: []string{"GetParameter", "GetParameters", getParametersByPath, "GetParameterHistory"},
			},
		},
		Match: matchSecretsReadInBulk,
	}
}

func matchSecretsReadInBulk(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if caller.Service(ev) != "" {
		return nil, nil
	}
	read, what := secretsOf(ev)
	f := detect.Finding{
		Resource: caller.Resource(ev),
		Rate: &detect.Rate{
			Key:       []string{caller.Principal(ev), caller.Source(ev)},
			Members:   read,
			Threshold: secretsRead, Window: secretsWindow, Noun: "different secrets read",
		},
	}
	switch {
	case what == nothing:
		return nil, nil
	case what == unnamed:
		f.Rate.Key, f.Rate.Threshold, f.Rate.Window = append(f.Rate.Key, "unnamed"), 1, unnamedWindow
		f.Rate.Noun = "read of secrets that were not named"
		f.Summary = "whatever a filter finds"
		if ev.Name == getParametersByPath {
			f.Summary = "the whole tree of parameters"
		}
	case len(read) == 0: // the record does not show it: the read counts all the same
		f.Summary = "secrets that the record does not name"
	case len(read) == 1:
		f.Summary = detect.Text(read[0])
	default:
		f.Summary = fmt.Sprintf("%d secrets, such as %s", len(read), detect.Text(read[0]))
	}
	f.Summary = fmt.Sprintf("%s read %s from %s (%s)", detect.Text(ev.Identity.Name()), f.Summary, detect.Text(ev.SourceIP),
		detect.Text(ev.Name))
	return []detect.Finding{f}, nil
}

// naming says how a read names what it reads.
type naming int

const (
	named   naming = iota
	unnamed        // whatever there is
	nothing        // nothing that is secret
)

// secretsOf returns what is read, each by one spelling, and how the call names it.
func secretsOf(ev *cloudtrail.Event) ([]string, naming) {
	req, err := cloudtrail.RequestOf[struct {
		SecretID, Name, Path      cloudtrail.Text
		SecretIDList, Names       cloudtrail.List[cloudtrail.Text]
		Recursive, WithDecryption cloudtrail.Flag
	}](ev)
	if err != nil {
		return nil, named
	}
	if ev.Source == secretsSource {
		var read []string
		for _, id := range append(req.SecretIDList, req.SecretID) {
			if member := secretMember(ev, string(id)); id != "" && !slices.Contains(read, member) {
				read = append(read, member)
			}
		}
		if len(read) == 0 && ev.Name == batchGetSecretValue {
			return nil, unnamed
		}
		return read, named
	}
	switch {
	case !bool(req.WithDecryption):
		return nil, nothing
	case ev.Name == getParametersByPath && strings.Trim(string(req.Path), "/") == "" && req.Path != "" && bool(req.Recursive):
		return nil, unnamed
	case req.Path != "":
		return parametersOf(ev, []cloudtrail.Text{cloudtrail.Text(strings.TrimSuffix(string(req.Path), "/") + "/")})
	}
	return parametersOf(ev, append(req.Names, req.Name))
}

// parametersOf returns the parameters that may be secret.
func parametersOf(ev *cloudtrail.Event, names []cloudtrail.Text) ([]string, naming) {
	var read []string
	public := false
	for _, name := range names {
		if name == "" {
			continue
		}
		member := parameterMember(ev, string(name))
		public = public || member == ""
		if member != "" && !slices.Contains(read, member) {
			read = append(read, member)
		}
	}
	if len(read) == 0 && public {
		return nil, nothing
	}
	return read, named
}

// secretMember returns one spelling for a secret's name and ARN. An ARN ends in six characters that AWS adds to the
// name.
func secretMember(ev *cloudtrail.Event, id string) string {
	region, account := ev.Region, ev.Account
	if a, ok := iampolicy.ParseARN(id); ok {
		region, account = a.Region, a.Account
		id = strings.TrimPrefix(a.Resource, "secret:")
		const added = len("-4Rzn83")
		if at := len(id) - added; at > 0 && id[at] == '-' {
			id = id[:at]
		}
	}
	return "secret:" + elsewhere(ev, account) + region + "/" + id
}

// parameterMember returns one spelling for a parameter's name and ARN, whatever its version, and "" for what AWS
// publishes.
func parameterMember(ev *cloudtrail.Event, name string) string {
	region, account := ev.Region, ev.Account
	if a, ok := iampolicy.ParseARN(name); ok {
		region, account = a.Region, a.Account
		name = strings.TrimPrefix(a.Resource, "parameter")
	}
	name, _, _ = strings.Cut(strings.TrimPrefix(name, "/"), ":")
	if secret, ok := strings.CutPrefix(name, "aws/reference/secretsmanager/"); ok {
		return secretMember(ev, secret)
	}
	if strings.HasPrefix(name, "aws/service/") {
		return ""
	}
	return "parameter:" + elsewhere(ev, account) + region + "/" + name
}

// elsewhere names an account that is not the event's own.
func elsewhere(ev *cloudtrail.Event, account string) string {
	if account == ev.Account || account == "" {
		return ""
	}
	return account + "/"
}
