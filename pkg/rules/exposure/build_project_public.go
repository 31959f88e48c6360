package exposure

import (
	"errors"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// BuildProjectPublic fires when the builds of a CodeBuild project are shown to everyone.
func BuildProjectPublic() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-017",
		Title:    "Build project made public",
		Class:    "codebuild-public",
		Severity: detect.High,
		Doc: `**Why it matters.** Everyone reads the logs and takes the artifacts of a public build project, those of past
builds among them. Logs hold what builds print: settings, names of systems, and credentials more often than people think.

**False positives.** Projects of open source.

**What to do.** Set the project to private. Look through the logs for secrets, and change those that are there.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1213", URL: "https://attack.mitre.org/techniques/T1213/"},
			{
				Kind: "AWS", Name: "Public build projects in AWS CodeBuild",
				URL: "https://docs.aws.amazon.com/codebuild/latest/userguide/public-builds.html",
			},
		},
		Pattern: detect.Pattern{{Source: "codebuild.amazonaws.com", Names: []string{"UpdateProjectVisibility"}}},
		Match:   matchBuildProjectPublic,
	}
}

func matchBuildProjectPublic(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ ProjectARN, ProjectVisibility, ResourceAccessRole cloudtrail.Text }](ev)
	switch {
	case err != nil:
		return nil, err
	case req.ProjectVisibility == "" || req.ProjectARN == "":
		return nil, errors.New("request parameters: no projectVisibility or no projectArn")
	case !strings.EqualFold(string(req.ProjectVisibility), "PUBLIC_READ"):
		return nil, nil
	}
	_, name, _ := strings.Cut(string(req.ProjectARN), ":project/")
	if name == "" {
		name = string(req.ProjectARN)
	}
	f := detect.Finding{
		Resource: detect.Resource{Type: detect.Project, ID: string(req.ProjectARN)},
		Summary:  "builds of project " + detect.Text(name) + " shown to everyone",
	}
	if req.ResourceAccessRole != "" {
		f.Summary += ", with their logs and artifacts through " + detect.Text(string(req.ResourceAccessRole))
	}
	return []detect.Finding{f}, nil
}
