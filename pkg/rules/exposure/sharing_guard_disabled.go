package exposure

import (
	"errors"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	disableSnapshotBlock = "DisableSnapshotBlockPublicAccess"
	disableImageBlock    = "DisableImageBlockPublicAccess"
	enableSnapshotBlock  = "EnableSnapshotBlockPublicAccess" // looked at for the state that it leaves
	modifyIMDSDefaults   = "ModifyInstanceMetadataDefaults"
	modifyIMDSOptions    = "ModifyInstanceMetadataOptions"
)

// SharingGuardDisabled fires when EC2's guards against public sharing and against theft of instance credentials are
// switched off.
func SharingGuardDisabled() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-014",
		Title:    "EC2 guard against public sharing or credential theft switched off",
		Class:    "block-public-sharing-disabled",
		Severity: detect.High,
		Doc: `**Why it matters.** The blocks of public access for snapshots and images keep a whole region's disks from being
shared with everyone by one call. IMDSv2 keeps a web server that can be made to fetch URLs from handing out the credentials
of its instance. Who switches them off means to use what they keep shut.

The blocks are high: what was shared before is public again at once. IMDSv1 as the default of a region is high, as the
setting of one instance medium, and a default of no preference low. Settings that require tokens, or do not speak of them,
stay quiet, and so does an endpoint that is off altogether.

**False positives.** The publishing of images on purpose; old agents that do not know IMDSv2.

**What to do.** Switch the guard on again, and look for snapshots and images that were shared since. For an instance, look
whether its credentials are used from elsewhere.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1562.001", URL: "https://attack.mitre.org/techniques/T1562/001/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 5.6", URL: cisURL},
			{
				Kind: "AWS", Name: "Block public access for Amazon EBS snapshots",
				URL: "https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: ec2Source, Names: []string{
				disableSnapshotBlock, enableSnapshotBlock, disableImageBlock, modifyIMDSDefaults, modifyIMDSOptions,
			},
		}},
		Actions: []string{"block-public-snapshots", "block-public-images", "require-instance-metadata-tokens"},
		Good:    goodSnapshotBlock,
		Match:   matchSharingGuardDisabled,
	}
}

func matchSharingGuardDisabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	f := detect.Finding{Resource: detect.Resource{Type: detect.Account, ID: ev.Account}}
	switch ev.Name {
	case enableSnapshotBlock:
		return nil, nil
	case disableSnapshotBlock:
		f.Actions = []string{"block-public-snapshots"}
		f.Summary = "block of public access for EBS snapshots switched off in " + detect.Text(ev.Region)
		return []detect.Finding{f}, nil
	case disableImageBlock:
		f.Actions = []string{"block-public-images"}
		f.Summary = "block of public access for machine images switched off in " + detect.Text(ev.Region)
		return []detect.Finding{f}, nil
	}
	f.Actions = []string{}
	req, err := cloudtrail.RequestOf[struct{ InstanceID, HTTPTokens, HTTPEndpoint cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	tokens := strings.ToLower(string(req.HTTPTokens))
	if tokens == "" || tokens == "required" || strings.EqualFold(string(req.HTTPEndpoint), "disabled") {
		return nil, nil
	}
	if ev.Name == modifyIMDSDefaults {
		f.Summary = "IMDSv1 allowed for new instances in " + detect.Text(ev.Region)
		if tokens == "no-preference" {
			f.Severity = detect.Low
			f.Summary = "default for IMDSv2 taken away from new instances in " + detect.Text(ev.Region)
		}
		return []detect.Finding{f}, nil
	}
	if req.InstanceID == "" {
		return nil, errors.New("request parameters: no instanceId")
	}
	f.Severity, f.Actions = detect.Medium, []string{"require-instance-metadata-tokens"}
	f.Resource = detect.Resource{Type: detect.Instance, ID: string(req.InstanceID)}
	f.Summary = "IMDSv1 allowed on instance " + detect.Text(string(req.InstanceID))
	return []detect.Finding{f}, nil
}
