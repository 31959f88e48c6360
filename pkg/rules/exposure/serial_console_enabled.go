package exposure

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const sendSerialKey = "SendSerialConsoleSSHPublicKey"

// SerialConsoleEnabled fires when the serial console of instances is enabled or a key is sent to one.
func SerialConsoleEnabled() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-016",
		Title:    "Serial console of instances enabled or used",
		Class:    "ec2-serial-console-enabled",
		Severity: detect.Medium,
		Doc: `**Why it matters.** The serial console reaches an instance without a network: no security group, no network
ACL and no flow log sees it. It is off by default.

To enable it for the account is medium. To send a key to the console of an instance is high: somebody connects to it
within the minute for which the key holds.

**False positives.** The repair of an instance that no longer boots or has lost its network.

**What to do.** Ask the caller which instance it is for. Switch the access off when the repair is done. Look at what was
typed, if the instance records it.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1021.008", URL: "https://attack.mitre.org/techniques/T1021/008/"},
			{
				Kind: "AWS", Name: "EC2 Serial Console for instances",
				URL: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-serial-console.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: ec2Source, Names: []string{"EnableSerialConsoleAccess"}},
			{Source: "ec2-instance-connect.amazonaws.com", Names: []string{sendSerialKey}},
		},
		Actions: []string{"disable-serial-console"},
		Match:   matchSerialConsoleEnabled,
	}
}

func matchSerialConsoleEnabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Name != sendSerialKey {
		return []detect.Finding{{
			Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
			Summary:  "access to the serial console of instances enabled in " + detect.Text(ev.Region),
		}}, nil
	}
	req, err := cloudtrail.RequestOf[struct{ InstanceID, SerialPort cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.InstanceID == "" {
		return nil, errors.New("request parameters: no instanceId")
	}
	resp, err := cloudtrail.ResponseOf[struct{ Success *cloudtrail.Flag }](ev)
	if err == nil && resp.Success != nil && !*resp.Success {
		return nil, nil
	}
	return []detect.Finding{{
		Actions:  []string{}, // the access may have been enabled long before, and on purpose
		Severity: detect.High,
		Resource: detect.Resource{Type: detect.Instance, ID: string(req.InstanceID)},
		Summary: fmt.Sprintf("%s sent a key to the serial console of instance %s",
			detect.Text(ev.Identity.Name()), detect.Text(string(req.InstanceID))),
	}}, nil
}
