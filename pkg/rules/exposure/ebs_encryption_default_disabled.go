package exposure

import (
	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// EBSEncryptionDefaultDisabled fires when new volumes of a region are no longer encrypted by default.
func EBSEncryptionDefaultDisabled() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-015",
		Title:    "EBS encryption by default switched off",
		Class:    "ebs-encryption-default-disabled",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Without encryption by default new volumes and the snapshots of them are plain: whoever a
snapshot is shared with reads it without a key, and a plain snapshot can be made public, which an encrypted one cannot.

**False positives.** Trouble with an old instance type or a shared image, worked around for a moment.

**What to do.** Switch it on again. Volumes that were made meanwhile stay plain: find them and replace them by encrypted
copies.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1562.001", URL: "https://attack.mitre.org/techniques/T1562/001/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 2.2.1", URL: cisURL},
			{
				Kind: "AWS", Name: "Enable Amazon EBS encryption by default",
				URL: "https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html",
			},
		},
		Pattern: detect.Pattern{{Source: ec2Source, Names: []string{"DisableEbsEncryptionByDefault"}}},
		Actions: []string{"enable-ebs-encryption-default"},
		Match:   matchEBSEncryptionDefaultDisabled,
	}
}

func matchEBSEncryptionDefaultDisabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	return []detect.Finding{{
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary:  "encryption of new EBS volumes by default switched off in " + detect.Text(ev.Region),
	}}, nil
}
