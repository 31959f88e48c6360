package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

const (
	deactivateMFADevice    = "DeactivateMFADevice"
	deleteVirtualMFADevice = "DeleteVirtualMFADevice"
)

// MFARemoved fires when a user loses a second factor.
func MFARemoved() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-012",
		Title:    "MFA device removed",
		Class:    "mfa-removed",
		Severity: detect.High,
		Doc: `**Why it matters.** Without its second factor a user is one password or one key away from a stranger. An
intruder removes it to stay, or to put a device of their own in its place.

Another user's device, or the own one without MFA in the session, is high; the own one with MFA is medium. Only a device
that belongs to nobody can be deleted, so deleting one is low. Root's own device is told of by IAM-017.

**False positives.** A lost or replaced telephone.

**What to do.** Ask the user whether the device was theirs to replace, and whether another one is in place. Until then a
policy that denies everything without MFA keeps the user harmless.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1556.006", URL: "https://attack.mitre.org/techniques/T1556/006/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 1.10", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Deactivate an MFA device",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_disable.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{deactivateMFADevice, deleteVirtualMFADevice}}},
		Denied:  true,
		Match:   matchMFARemoved,
	}
}

func matchMFARemoved(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ UserName, SerialNumber cloudtrail.Text }](ev)
	switch {
	case ev.Name == deactivateMFADevice && ofRoot(ev, req.UserName) && (err == nil || errors.Is(err, cloudtrail.ErrOmitted)):
		return nil, nil
	case ev.Denied():
		return mfaKept(ev, req.UserName, err)
	case err != nil:
		return nil, err
	}
	if req.SerialNumber == "" {
		return nil, errors.New("request parameters: no serialNumber")
	}
	device := detect.Text(string(req.SerialNumber))
	if ev.Name == deleteVirtualMFADevice {
		return one(detect.Finding{
			Severity: detect.Low,
			Resource: detect.Resource{Type: detect.MFADevice, ID: string(req.SerialNumber)},
			Summary:  fmt.Sprintf("MFA device %s, which belonged to nobody any more, deleted by %s", device, callerName(ev)),
		}), nil
	}
	user, err := subject(ev, req.UserName)
	if err != nil {
		return nil, err
	}
	f := detect.Finding{Resource: user}
	f.Summary = fmt.Sprintf("MFA device %s taken from %s %s", device, described(user), by(ev, user))
	switch {
	case onItself(ev, user) && ev.Identity.Session.MFA:
		f.Severity = detect.Medium
		f.Summary += ", in a session with MFA"
	case onItself(ev, user):
		f.Summary += ", in a session without MFA"
	}
	return one(f), nil
}

// mfaKept tells of a device that somebody meant to take from another user. Those who would take their own without having
// signed in with it are denied every day.
func mfaKept(ev *cloudtrail.Event, named cloudtrail.Text, err error) ([]detect.Finding, error) {
	if named == "" {
		named = cloudtrail.Text(attempt.User(ev))
	}
	switch {
	case ev.Name == deleteVirtualMFADevice:
		return nil, nil
	case named == "" && err != nil:
		return nil, err
	}
	user, err := subject(ev, named)
	if err != nil || onItself(ev, user) {
		return nil, err
	}
	return one(detect.Finding{
		Resource: user,
		Summary:  fmt.Sprintf("an MFA device taken from %s by %s", described(user), callerName(ev)),
	}), nil
}
