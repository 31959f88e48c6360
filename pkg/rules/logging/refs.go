package logging

import (
	"strings"

	"riposte/pkg/detect"
)

func attack(technique string) detect.Ref {
	return detect.Ref{
		Kind: "ATT&CK", Name: technique,
		URL: "https://attack.mitre.org/techniques/" + strings.ReplaceAll(technique, ".", "/") + "/",
	}
}

func cis(controls string) detect.Ref {
	return detect.Ref{
		Kind: "CIS", Name: "CIS AWS Foundations " + controls, URL: "https://www.cisecurity.org/benchmark/amazon_web_services",
	}
}

func aws(title, page string) detect.Ref {
	return detect.Ref{Kind: "AWS", Name: title, URL: "https://docs.aws.amazon.com/" + page}
}
