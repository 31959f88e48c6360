package identity

import (
	"errors"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// callerName names who made a call, for a sentence.
func callerName(ev *cloudtrail.Event) string { return detect.Text(ev.Identity.Name()) }

// subject returns the user that a call is about: the one that it names or else, as IAM has it, the caller.
func subject(ev *cloudtrail.Event, named cloudtrail.Text) (detect.Resource, error) {
	switch {
	case named != "":
		return detect.Resource{Type: detect.User, ID: string(named)}, nil
	case ev.Identity.Type == "IAMUser" && ev.Identity.UserName != "":
		return detect.Resource{Type: detect.User, ID: ev.Identity.UserName}, nil
	}
	return detect.Resource{}, errors.New("request parameters: no userName, and the caller is no IAM user")
}

// onItself reports whether the caller changed itself: a user its own user, a session its own role. IAM takes names in any
// letter case.
func onItself(ev *cloudtrail.Event, r detect.Resource) bool {
	name := ""
	switch r.Type {
	case detect.User:
		if ev.Identity.Type == "IAMUser" {
			name = ev.Identity.UserName
		}
	case detect.Role:
		name = ev.Identity.Session.IssuerUserName
	default:
	}
	return name != "" && strings.EqualFold(name, r.ID)
}

// by says whether a change was made by its subject or by whom else.
func by(ev *cloudtrail.Event, r detect.Resource) string {
	if onItself(ev, r) {
		return "by itself"
	}
	return "by " + callerName(ev)
}

// automated reports whether a service of AWS made the call on somebody's behalf or by its own role. AWS writes both, so
// that a caller cannot feign them. The console and CloudShell are no such services: a person works there.
func automated(ev *cloudtrail.Event) bool {
	return caller.Service(ev) != "" || strings.Contains(ev.Identity.Session.IssuerARN, ":role/aws-service-role/")
}

// through names the service that made a call on somebody's behalf, for the end of a sentence that names the caller. It
// is "" where there was none, or where the service is the caller.
func through(ev *cloudtrail.Event) string {
	if service := caller.Service(ev); service != "" && service != ev.Identity.Name() {
		return ", through " + detect.Text(service)
	}
	return ""
}

// longTermKey reports whether a call was signed with an access key that never expires.
func longTermKey(ev *cloudtrail.Event) bool {
	return strings.HasPrefix(ev.Identity.AccessKeyID, "AKIA")
}

// ofRoot reports whether a call is about the root user's own credentials: root names nobody, or the console puts a text
// that no IAM user can be named.
func ofRoot(ev *cloudtrail.Event, named cloudtrail.Text) bool {
	return isRoot(ev.Identity) && (named == "" || strings.EqualFold(string(named), "AWS ROOT USER"))
}

func one(f detect.Finding) []detect.Finding { return []detect.Finding{f} }
