package data

import (
	"encoding/json"
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const ec2Source = "ec2.amazonaws.com"

// UserDataChanged fires when a machine gets another start-up script.
func UserDataChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-009",
		Title:    "Instance user data changed",
		Class:    "ec2-user-data-or-attribute-modified",
		Severity: detect.High,
		Doc: `**Why it matters.** What stands in a machine's user data runs as root when it starts. Who may stop a machine,
write its user data and start it again runs what they like in it, with its role, without a password or a key.

Other attributes, such as the type and protection from termination, are no findings of this rule.

**False positives.** Machines that are configured by hand; what CloudFormation does is one step lower.

**What to do.** Look for StopInstances and StartInstances around the event. Read the user data before the machine starts
again; if it has, treat it and its role as taken over: the event does not carry the script.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1059", URL: "https://attack.mitre.org/techniques/T1059/"},
			{
				Kind: "AWS", Name: "Run commands when you launch an EC2 instance with user data input",
				URL: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html",
			},
		},
		Pattern: detect.Pattern{{Source: ec2Source, Names: []string{"ModifyInstanceAttribute"}}},
		Match:   matchUserDataChanged,
	}
}

func matchUserDataChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		InstanceID, Attribute cloudtrail.Text
		UserData              json.RawMessage // masked, as a text or as an object around one
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.InstanceID == "" {
		return nil, errors.New("request parameters: no instanceId")
	}
	switch string(req.UserData) {
	case "", "null", `""`, "{}": // EC2 writes what was not stated as an empty object too
		if req.Attribute != "userData" {
			return nil, nil
		}
	}
	return []detect.Finding{{
		Severity: caller.Tempered(ev, detect.High),
		Resource: detect.Resource{Type: detect.Instance, ID: string(req.InstanceID)},
		Summary: "instance " + detect.Text(string(req.InstanceID)) +
			" got another start-up script, which runs as root when it starts next" + caller.Through(ev),
	}}, nil
}
