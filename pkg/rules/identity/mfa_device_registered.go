package identity

import (
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

const (
	createVirtualMFADevice = "CreateVirtualMFADevice"
	enableMFADevice        = "EnableMFADevice"
)

// MFADeviceRegistered fires when a user gets a second factor.
func MFADeviceRegistered() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-015",
		Title:    "MFA device registered",
		Class:    "mfa-device-registered",
		Severity: detect.Low,
		Doc: `**Why it matters.** A user may have eight devices, and each of them opens the door. Whoever holds a stolen
password or key registers one of their own, and then passes every policy that asks for MFA.

A device for somebody else's user is medium; one for the own user without MFA in the session, which is how everybody
begins, is low, and with MFA informational. A virtual device that is made and belongs to nobody yet is informational.
Root's own device is told of by IAM-017.

**False positives.** People who set up their first or a spare device, which is what they should do.

**What to do.** Ask the user whether the device is theirs. If not, deactivate it and change the user's password and keys.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1098.005", URL: "https://attack.mitre.org/techniques/T1098/005/"},
			{
				Kind: "AWS", Name: "Assign MFA devices",
				URL: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable.html",
			},
		},
		Pattern: detect.Pattern{{Source: iamSource, Names: []string{createVirtualMFADevice, enableMFADevice}}},
		Match:   matchMFADeviceRegistered,
	}
}

func matchMFADeviceRegistered(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ UserName, SerialNumber, VirtualMFADeviceName cloudtrail.Text }](ev)
	switch {
	case ev.Name == enableMFADevice && ofRoot(ev, req.UserName) && (err == nil || errors.Is(err, cloudtrail.ErrOmitted)):
		return nil, nil
	case err != nil:
		return nil, err
	}
	if ev.Name == createVirtualMFADevice {
		if req.VirtualMFADeviceName == "" {
			return nil, errors.New("request parameters: no virtualMFADeviceName")
		}
		return one(detect.Finding{
			Severity: detect.Info,
			Resource: detect.Resource{Type: detect.MFADevice, ID: string(req.VirtualMFADeviceName)},
			Summary: fmt.Sprintf("virtual MFA device %s made by %s; it belongs to nobody yet",
				detect.Text(string(req.VirtualMFADeviceName)), callerName(ev)),
		}), nil
	}
	user, err := subject(ev, req.UserName)
	if err != nil {
		return nil, err
	}
	f := detect.Finding{Resource: user}
	f.Summary = fmt.Sprintf("MFA device %s registered for %s %s",
		detect.Text(string(req.SerialNumber)), described(user), by(ev, user))
	switch {
	case !onItself(ev, user):
		f.Severity = detect.Medium
	case ev.Identity.Session.MFA:
		f.Severity = detect.Info
		f.Summary += ", in a session with MFA"
	default:
		f.Summary += ", in a session without MFA"
	}
	return one(f), nil
}
