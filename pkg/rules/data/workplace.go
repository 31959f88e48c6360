package data

import (
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// workplace judges what is made to log in to and to work in with its role.
func workplace(ev *cloudtrail.Event) ([]detect.Finding, error) {
	f := detect.Finding{Severity: byHand(ev, detect.Medium), Resource: detect.Resource{Type: detect.Account, ID: ev.Account}}
	if ev.Name == openCloudShell || ev.Name == enterCloudShell { // their parameters say nothing, and may be missing
		if !caller.IsPerson(ev) {
			return nil, nil
		}
		f.Severity = detect.Info
		what := " opened an environment of CloudShell in "
		if ev.Name == enterCloudShell {
			what = " entered an environment of CloudShell in "
		}
		f.Summary = detect.Text(ev.Identity.Name()) + what + detect.Text(ev.Region)
		return []detect.Finding{f}, nil
	}
	req, err := cloudtrail.RequestOf[struct {
		EndpointName, RoleARN, NotebookInstanceLifecycleConfigName cloudtrail.Text
	}](ev)
	if err != nil {
		return nil, err
	}
	name := detect.Text(string(req.EndpointName + req.NotebookInstanceLifecycleConfigName))
	if name == "" {
		return nil, errors.New("request parameters: no name of an endpoint or a configuration")
	}
	switch ev.Name {
	case createDevEndpoint:
		f.Summary = fmt.Sprintf("development endpoint %s was created with the role %s", name, detect.Text(string(req.RoleARN)))
	case updateDevEndpoint:
		f.Summary = fmt.Sprintf("development endpoint %s got another configuration or key", name)
	default:
		f.Summary = fmt.Sprintf("the start-up script %s was written, which runs as root in notebooks", name)
	}
	f.Summary += caller.Through(ev)
	return []detect.Finding{f}, nil
}

// taskDefined judges a task by whether its command reads where containers and machines get their credentials.
func taskDefined(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		Family               cloudtrail.Text
		ContainerDefinitions cloudtrail.List[struct {
			Name                cloudtrail.Text
			Command, EntryPoint cloudtrail.List[cloudtrail.Text]
		}]
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.Family == "" || len(req.ContainerDefinitions) == 0 {
		return nil, errors.New("request parameters: no family or no containerDefinitions")
	}
	for _, c := range req.ContainerDefinitions {
		for _, word := range append(c.EntryPoint, c.Command...) {
			where := credentialsAddress(string(word))
			if where == "" {
				continue
			}
			return []detect.Finding{{
				Severity: detect.High,
				Resource: detect.Resource{Type: detect.TaskDefinition, ID: string(req.Family)},
				Summary: fmt.Sprintf("container %s of task %s reads its credentials from %s%s", detect.Text(string(c.Name)),
					detect.Text(string(req.Family)), where, caller.Through(ev)),
			}}, nil
		}
	}
	return nil, nil
}

// credentialsAddress returns what in a command names the place where credentials are handed out, or "".
func credentialsAddress(command string) string {
	for _, place := range []string{
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "169.254.170.2", "169.254.169.254",
	} {
		if strings.Contains(command, place) {
			return place
		}
	}
	return ""
}
