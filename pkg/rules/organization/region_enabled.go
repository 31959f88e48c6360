package organization

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const enableRegion = "EnableRegion"

// RegionEnabled fires when an account comes to work in another Region, or not any more.
func RegionEnabled() *detect.Rule {
	return &detect.Rule{
		ID:       "ORG-002",
		Title:    "Region enabled or disabled",
		Class:    "region-enabled",
		Severity: detect.Medium,
		Doc: `**Why it matters.** A Region that nobody uses is a Region that nobody looks at: no detector, no configuration
recorder, and Riposte only where it was deployed. Intruders enable one to work and to mine there.

Enabling is medium. Disabling is low: what is in the Region goes on running and costing, out of reach.

**False positives.** A business that goes to a new country.

**What to do.** Ask the caller. Disable the Region again, or deploy what watches the others there as well, and look for
what was made in it.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1535", URL: "https://attack.mitre.org/techniques/T1535/"},
			{
				Kind: "AWS", Name: "Enable or disable AWS Regions in your account",
				URL: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html",
			},
		},
		Pattern: detect.Pattern{{Source: "account.amazonaws.com", Names: []string{enableRegion, "DisableRegion"}}},
		Match:   matchRegionEnabled,
	}
}

func matchRegionEnabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ RegionName, AccountID cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.RegionName == "" {
		return nil, errors.New("request parameters: no regionName")
	}
	account := string(req.AccountID) // stated where the organisation does it for a member
	if account == "" {
		account = ev.Account
	}
	severity, what := detect.Low, "disabled"
	if ev.Name == enableRegion {
		severity, what = detect.Medium, "enabled"
	}
	return []detect.Finding{{
		Severity: caller.Tempered(ev, severity),
		Resource: detect.Resource{Type: detect.Account, ID: account},
		Summary: fmt.Sprintf("Region %s was %s in account %s%s", detect.Text(string(req.RegionName)), what,
			detect.Text(account), caller.Through(ev)),
	}}, nil
}
