package data

import (
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// DatabasePasswordChanged fires when somebody gets another way to log in to a database.
func DatabasePasswordChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-004",
		Title:    "Database password or IAM sign-in changed",
		Class:    "rds-password-or-iam-auth-changed",
		Severity: detect.High,
		Doc: `**Why it matters.** Who may change a database may set its master password and read everything in it, without
knowing the password that was there; and the applications that know it are locked out.

A new master password is high. One that AWS is to manage in Secrets Manager no longer is medium. IAM sign-in that is
switched on or off is low. A password that Secrets Manager manages or rotates is no finding: nobody sees it. A change
whose record leaves out what it asked for is told here for EXP-008 and DAT-005 as well.

**False positives.** A password that was forgotten or is rotated by hand; the description of a database in code that
holds the password.

**What to do.** Ask the caller. Change the password again, or let Secrets Manager manage it, and look at the database's
own log for who signed in since.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098", URL: "https://attack.mitre.org/techniques/T1098/"},
			{
				Kind: "AWS", Name: "Password management with Amazon RDS and AWS Secrets Manager",
				URL: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
			},
		},
		Pattern: detect.Pattern{{Source: rdsSource, Names: []string{"ModifyDBInstance", "ModifyDBCluster"}}},
		Match:   matchDatabasePasswordChanged,
	}
}

func matchDatabasePasswordChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		database
		MasterUserPassword                                        cloudtrail.Text // masked
		ManageMasterUserPassword, EnableIAMDatabaseAuthentication *cloudtrail.Flag
	}](ev)
	if err != nil {
		return nil, err
	}
	resource, err := req.resource()
	if err != nil {
		return nil, err
	}
	f := detect.Finding{Resource: resource}
	var facts []string
	fact := func(severity detect.Severity, text string) {
		f.Severity = max(f.Severity, severity)
		facts = append(facts, text)
	}
	if req.MasterUserPassword != "" {
		fact(detect.High, "got another master password")
	}
	if m := req.ManageMasterUserPassword; m != nil && !bool(*m) {
		fact(detect.Medium, "has a master password that Secrets Manager does not manage")
	}
	if iam := req.EnableIAMDatabaseAuthentication; iam != nil {
		text := "takes no sign-in by IAM"
		if *iam {
			text = "takes sign-ins by IAM"
		}
		fact(detect.Low, text)
	}
	if len(facts) == 0 {
		return nil, nil
	}
	f.Severity = caller.Tempered(ev, f.Severity)
	f.Summary = described(resource) + " " + strings.Join(facts, " and ") + caller.Through(ev)
	return []detect.Finding{f}, nil
}
