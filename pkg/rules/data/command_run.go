package data

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/caller"
	"riposte/pkg/rules/estate"
)

const (
	sendCommand  = "SendCommand"
	startSession = "StartSession"
)

// CommandRun fires when somebody runs commands in machines by way of Systems Manager.
func CommandRun() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-011",
		Title:    "Command or session started in machines",
		Class:    "ssm-command-or-session",
		Severity: detect.Medium,
		Doc: `**Why it matters.** Systems Manager runs commands as root in every machine with its agent, through closed
security groups and without a key. With the machine's role it is a way from one credential to others.

A document that runs what it is given, such as AWS-RunShellScript, is medium where it may have been a person's hand, and
high where it goes to more than ten machines or to all of them; a pipeline's role makes it low. A document of another
account is high. A session is low, and medium where it forwards ports to another host. New and changed documents that run
commands are low. What the documents of AWS for patches, agents and inventories do, and what Systems Manager starts
itself by associations and maintenance windows, is no finding.

**False positives.** Operators at work; deployment by Run Command.

**What to do.** Ask the caller. Read the command's parameters in the command history, or the session's log, and look at
what the machine's role did since.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1651", URL: "https://attack.mitre.org/techniques/T1651/"},
			{
				Kind: "AWS", Name: "AWS Systems Manager Run Command",
				URL: "https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: "ssm.amazonaws.com", Names: []string{sendCommand, startSession, "CreateDocument", "UpdateDocument"},
		}},
		Match: matchCommandRun,
	}
}

func matchCommandRun(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if strings.HasPrefix(caller.Service(ev), "ssm.") {
		return nil, nil
	}
	switch ev.Name {
	case sendCommand:
		return commandSent(ev)
	case startSession:
		return sessionStarted(ev)
	}
	return documentWritten(ev)
}

// commandTarget names machines by their ids or by what they have in common.
type commandTarget struct {
	Key    cloudtrail.Text
	Values cloudtrail.List[cloudtrail.Text]
}

// machinesOf tells where a command runs, and whether that is in many machines.
func machinesOf(ids []cloudtrail.Text, targets []commandTarget) (to string, wide bool) {
	const many = 10
	var shared []string
	for _, t := range targets {
		switch {
		case slices.Contains(t.Values, "*"):
			return "every machine", true
		case strings.EqualFold(string(t.Key), "InstanceIds"):
			ids = append(ids, t.Values...)
		default:
			shared = append(shared, detect.Text(string(t.Key)))
		}
	}
	switch {
	case len(shared) > 0:
		return "the machines with " + strings.Join(shared[:min(len(shared), many)], ", "), len(ids) > many
	case len(ids) == 1:
		return "instance " + detect.Text(string(ids[0])), false
	}
	return fmt.Sprintf("%d machines", len(ids)), len(ids) > many
}

func commandSent(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		DocumentName cloudtrail.Text
		InstanceIDs  cloudtrail.List[cloudtrail.Text]
		Targets      cloudtrail.List[commandTarget]
	}](ev)
	if err != nil {
		return nil, err
	}
	name := string(req.DocumentName)
	if name == "" {
		return nil, errors.New("request parameters: no documentName")
	}
	to, wide := machinesOf(req.InstanceIDs, req.Targets)
	owner := estate.Stranger(ev, name)
	f := detect.Finding{Resource: detect.Resource{Type: detect.Document, ID: name}}
	switch {
	case owner != "":
		f.Severity = detect.High
		name += ", which belongs to account " + owner + ","
	case !runsAnything(name):
		return nil, nil
	case wide:
		f.Severity = byHand(ev, detect.High)
	default:
		f.Severity = byHand(ev, detect.Medium)
	}
	f.Summary = fmt.Sprintf("%s ran in %s%s", detect.Text(name), to, caller.Through(ev))
	return []detect.Finding{f}, nil
}

// runsAnything reports whether a document may run what the caller gives it: a document of one's own, or one of those
// documents of AWS that take a command, a script or a playbook.
func runsAnything(name string) bool {
	if a, ok := iampolicy.ParseARN(name); ok {
		name = strings.TrimPrefix(a.Resource, "document/")
	}
	if !strings.HasPrefix(name, "AWS-") && !strings.HasPrefix(name, "AmazonCloudWatch-") && !strings.HasPrefix(name, "AWSEC2-") {
		return true
	}
	return slices.Contains([]string{
		"AWS-RunShellScript", "AWS-RunPowerShellScript", "AWS-RunRemoteScript", "AWS-RunDocument", "AWS-RunSaltState",
		"AWS-RunAnsiblePlaybook", "AWS-ApplyAnsiblePlaybooks", "AWS-ApplyChefRecipes", "AWS-InstallApplication",
		"AWS-InstallPowerShellModule", "AWS-ConfigureAWSPackage",
	}, name)
}

func sessionStarted(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ Target, DocumentName cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.Target == "" {
		return nil, errors.New("request parameters: no target")
	}
	f := detect.Finding{
		Severity: detect.Low,
		Resource: detect.Resource{Type: detect.Instance, ID: string(req.Target)},
		Summary:  fmt.Sprintf("%s opened a session in %s", detect.Text(ev.Identity.Name()), detect.Text(string(req.Target))),
	}
	if strings.Contains(string(req.DocumentName), "ToRemoteHost") {
		f.Severity = detect.Medium
		f.Summary += " that forwards a port to another host"
	}
	return []detect.Finding{f}, nil
}

func documentWritten(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ Name, DocumentType cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.Name == "" {
		return nil, errors.New("request parameters: no name")
	}
	kind := string(req.DocumentType)
	if kind == "" {
		kind = documentKind(ev)
	}
	if (kind != "" && kind != "Command" && kind != "Automation") || !caller.IsPerson(ev) {
		return nil, nil
	}
	return []detect.Finding{{
		Severity: detect.Low,
		Resource: detect.Resource{Type: detect.Document, ID: string(req.Name)},
		Summary: fmt.Sprintf("%s wrote the document %s, which machines can run",
			detect.Text(ev.Identity.Name()), detect.Text(string(req.Name))),
	}}, nil
}

func documentKind(ev *cloudtrail.Event) string {
	resp, err := cloudtrail.ResponseOf[struct {
		DocumentDescription struct{ DocumentType cloudtrail.Text }
	}](ev)
	if err != nil {
		return ""
	}
	return string(resp.DocumentDescription.DocumentType)
}
