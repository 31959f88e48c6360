package data

import (
	"errors"
	"fmt"
	"strconv"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
	"riposte/pkg/rules/caller"
)

const (
	scheduleKeyDeletion = "ScheduleKeyDeletion"
	deleteKeyMaterial   = "DeleteImportedKeyMaterial"
	disableKey          = "DisableKey"
	disableKeyRotation  = "DisableKeyRotation"
)

// KMSKeyDisabled fires when a key stops to decrypt, or will.
func KMSKeyDisabled() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-001",
		Title:    "KMS key disabled or scheduled for deletion",
		Class:    "kms-key-disabled-or-deleted",
		Severity: detect.High,
		Doc: `**Why it matters.** What a key encrypted is lost with it: disks, databases, buckets and secrets alike. That
is how data is held to ransom or destroyed without touching it.

A scheduled deletion and deleted key material are high, and critical where less than two weeks are left to notice. A
disabled key is high too: everything that uses it fails at once. Rotation that is switched off is low. What a service
does for somebody, as CloudFormation does when a stack goes, is one step lower.

**False positives.** The teardown of test environments; keys that were replaced and have waited.

**What to do.** Cancel the deletion (CancelKeyDeletion) and enable the key again (EnableKey): both are needed, since a
cancelled deletion leaves the key disabled. Then ask the caller, and find out what the key protects.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1485", URL: "https://attack.mitre.org/techniques/T1485/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 3.6, 4.7", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Deleting KMS keys",
				URL: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: "kms.amazonaws.com",
			Names: []string{
				scheduleKeyDeletion, deleteKeyMaterial, disableKey, disableKeyRotation,
				createKey, enableKey, cancelKeyDeletion, enableKeyRotation, // for what is known to be good
			},
		}},
		Denied:  true,
		Actions: []string{"cancel-key-deletion", "enable-key", "enable-key-rotation"},
		Good:    goodKey,
		Match:   matchKMSKeyDisabled,
	}
}

func matchKMSKeyDisabled(ev *cloudtrail.Event) ([]detect.Finding, error) {
	switch {
	case keepsKey(ev.Name), attempt.Unseen(ev) && ev.Name == disableKeyRotation:
		return nil, nil
	}
	req, err := cloudtrail.RequestOf[struct {
		KeyID               cloudtrail.Text
		PendingWindowInDays cloudtrail.Text
	}](ev)
	if err != nil {
		return nil, err
	}
	if req.KeyID == "" {
		return nil, errors.New("request parameters: no keyId")
	}
	key := detect.Text(string(req.KeyID))
	f := detect.Finding{Severity: detect.High, Resource: detect.Resource{Type: detect.Key, ID: namedKey(ev, string(req.KeyID))}}
	switch name := ev.Name; {
	case name == scheduleKeyDeletion:
		f.Actions = []string{"cancel-key-deletion"}
		f.Severity, f.Summary = deletionOf(key, string(req.PendingWindowInDays))
	case name == deleteKeyMaterial:
		f.Actions = []string{} // nobody but its owner has the material
		f.Summary = fmt.Sprintf("the material of key %s was deleted: nothing decrypts with it until it is imported again", key)
	case name == disableKey:
		f.Actions = []string{"enable-key"}
		f.Summary = fmt.Sprintf("key %s was disabled: nothing encrypts or decrypts with it", key)
	case ev.Denied():
		return nil, nil
	default:
		f.Severity, f.Actions = detect.Low, []string{"enable-key-rotation"}
		f.Summary = fmt.Sprintf("key %s is not rotated any more", key)
	}
	f.Severity = caller.Tempered(ev, f.Severity)
	f.Summary += caller.Through(ev)
	return []detect.Finding{f}, nil
}

// deletionOf says how grave a scheduled deletion is. KMS waits 30 days where the request does not say.
func deletionOf(key, days string) (detect.Severity, string) {
	const usual, fewest = 30, 14
	n := usual
	if days != "" {
		if said, err := strconv.Atoi(days); err == nil {
			n = said
		}
	}
	severity := detect.High
	if n < fewest {
		severity = detect.Critical
	}
	return severity, fmt.Sprintf("key %s will be deleted in %d days", key, n)
}
