// Package caller says of an event's caller what rules of several groups need to know.
package caller

import (
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// Service returns the AWS service that made a call, of its own accord or for somebody, or "" where the caller made it
// without one. AWS writes invokedBy, so that a caller cannot feign it.
func Service(ev *cloudtrail.Event) string {
	switch by := ev.Identity.InvokedBy; {
	case interactive(by):
	case by != "":
		return by
	case ev.Identity.IsService():
		return ev.Identity.Name()
	}
	return ""
}

// interactive reports whether a service only stands between a person and the call, as the console does.
func interactive(service string) bool {
	switch service {
	case "signin.amazonaws.com", "cloudshell.amazonaws.com", "AWS Internal":
		return true
	}
	return false
}

// IsPerson reports whether a call may have been made by a person's own hand: by anybody but an AWS service and a role
// that IAM Identity Center did not make. Where the record does not tell, it is true.
func IsPerson(ev *cloudtrail.Event) bool {
	if Service(ev) != "" {
		return false
	}
	id := ev.Identity
	return id.Type != "AssumedRole" || strings.Contains(id.Session.IssuerARN, ":role/aws-reserved/sso.amazonaws.com/")
}

// IsManual reports whether a call was made in a person's session, not by a program with a long-term key. A stolen key
// looks like a program, so that only what harms nobody may be told by it.
func IsManual(ev *cloudtrail.Event) bool {
	return IsPerson(ev) && !strings.HasPrefix(ev.Identity.AccessKeyID, "AKIA")
}

// Tempered returns a severity one step lower where a service made the call: CloudFormation does what its stacks say,
// and who changed them has a record of their own.
func Tempered(ev *cloudtrail.Event, s detect.Severity) detect.Severity {
	if Service(ev) == "" || s <= detect.Info {
		return s
	}
	return s - 1
}

// Through returns what a summary adds where a service made the call, or "".
func Through(ev *cloudtrail.Event) string {
	service := Service(ev)
	if service == "" {
		return ""
	}
	return "; made through " + detect.Text(service)
}
