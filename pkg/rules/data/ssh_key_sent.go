package data

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// SSHKeySent fires when somebody sends a key to a machine to log in with.
func SSHKeySent() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-014",
		Title:    "SSH key sent to a machine",
		Class:    "ec2-instance-connect",
		Severity: detect.Low,
		Doc: `**Why it matters.** EC2 Instance Connect puts a key of the caller's into a machine for a minute: a way in for
whoever has the IAM right, without a key of the machine's own. Many machines in a row are somebody who spreads.

A key for SSH is low, since people work that way; for root it is medium. Keys for the serial console
have a rule of their own.

**False positives.** Operators at work.

**What to do.** Ask the caller. Look at the machine's own log for what the session did, and at what its role did since.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1021.008", URL: "https://attack.mitre.org/techniques/T1021/008/"},
			{
				Kind: "AWS", Name: "Connect to a Linux instance using EC2 Instance Connect",
				URL: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connect-linux-inst-eic.html",
			},
		},
		Pattern: detect.Pattern{{Source: "ec2-instance-connect.amazonaws.com", Names: []string{"SendSSHPublicKey"}}},
		Match:   matchSSHKeySent,
	}
}

func matchSSHKeySent(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ InstanceID, InstanceOSUser cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.InstanceID == "" {
		return nil, errors.New("request parameters: no instanceId")
	}
	resp, err := cloudtrail.ResponseOf[struct{ Success *cloudtrail.Flag }](ev)
	if err == nil && resp.Success != nil && !bool(*resp.Success) {
		return nil, nil
	}
	severity, user := detect.Low, "the user "+detect.Text(string(req.InstanceOSUser))
	if req.InstanceOSUser == "root" {
		severity, user = detect.Medium, "root"
	}
	return []detect.Finding{{
		Severity: severity,
		Resource: detect.Resource{Type: detect.Instance, ID: string(req.InstanceID)},
		Summary: fmt.Sprintf("%s sent a key for %s to instance %s",
			detect.Text(ev.Identity.Name()), user, detect.Text(string(req.InstanceID))),
	}}, nil
}
