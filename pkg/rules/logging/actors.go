package logging

import (
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// throughCloudFormation reports whether CloudFormation made the call for somebody. AWS writes invokedBy, so that a
// caller cannot feign it; but whoever may deploy can do harm this way too, so that it only lowers what is ordinary.
func throughCloudFormation(ev *cloudtrail.Event) bool {
	return ev.Identity.InvokedBy == "cloudformation.amazonaws.com"
}

// byServiceItself reports whether an AWS service looked after its own: with its service-linked role, which only that
// service can assume and nobody else can create under that path.
func byServiceItself(ev *cloudtrail.Event) bool {
	return ev.Identity.IsService() || strings.Contains(ev.Identity.Session.IssuerARN, ":role/aws-service-role/")
}

// ordinary is the severity of a deletion that happens daily.
func ordinary(ev *cloudtrail.Event) detect.Severity {
	if throughCloudFormation(ev) {
		return detect.Info
	}
	return detect.Low
}

// tampered is the severity of a change of what Riposte consists of: critical, and medium through CloudFormation, because
// that is how a deployment does it.
func tampered(ev *cloudtrail.Event) detect.Severity {
	if throughCloudFormation(ev) {
		return detect.Medium
	}
	return detect.Critical
}
