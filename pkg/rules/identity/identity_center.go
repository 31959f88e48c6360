package identity

import (
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// byIdentityCenter reports whether IAM Identity Center provisioned one of its own roles. AWS writes invokedBy, so that
// a caller cannot feign it; the name alone an administrator could choose.
func byIdentityCenter(ev *cloudtrail.Event, r detect.Resource) bool {
	return ev.Identity.InvokedBy == "sso.amazonaws.com" && r.Type == detect.Role && strings.HasPrefix(r.ID, "AWSReservedSSO_")
}

// provisioned lowers a finding about what IAM Identity Center wrote into one of its own roles: the change that counts was
// made to the permission set, and only there can it be taken back.
func provisioned(f *detect.Finding) {
	f.Severity, f.Actions = detect.Low, []string{}
}
