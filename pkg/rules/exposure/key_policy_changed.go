package exposure

import (
	"errors"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
)

const (
	kmsSource    = "kms.amazonaws.com"
	putKeyPolicy = "PutKeyPolicy"
	createKey    = "CreateKey"
	createGrant  = "CreateGrant"
)

// KeyPolicyChanged fires when a key policy lets in another account or keeps the own administrators out.
func KeyPolicyChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-012",
		Title:    "Key policy opened to another account or closed to the own one",
		Class:    "kms-key-policy-changed",
		Severity: detect.High,
		Doc: `**Why it matters.** The key policy decides over everything that the key encrypts. Another account in it decrypts
what it gets hold of; a policy without the own administrators holds the data to ransom, and only AWS Support can help.

Another account is high where it may use or change the key, medium where it may only look. A policy that keeps the own
account out is high, and critical where the call also passed over KMS's check against it. Passing over that check alone is
high, but for a new key, which encrypts nothing yet. Own accounts, those that you trust
and the own organisation stay quiet; where you did not say which organisation that is, one that a condition names is taken
for it. A policy that is open to everyone is EXP-011.

**False positives.** Accounts of the same organisation that share encrypted images or backups: list them as trusted.

**What to do.** Ask the caller why, and put the former policy back while somebody still can: it is not in the event. Look
at the uses of the key by the other account, and for grants, which outlive a policy.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1486", URL: "https://attack.mitre.org/techniques/T1486/"},
			{
				Kind: "AWS", Name: "Allowing users in other accounts to use a KMS key",
				URL: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html",
			},
		},
		Pattern: detect.Pattern{{Source: kmsSource, Names: []string{putKeyPolicy, createKey}}},
		Actions: []string{restoreKeyPolicy},
		Good:    goodKeyPolicy,
		Match:   matchKeyPolicyChanged,
	}
}

const (
	restoreKeyPolicy = "restore-key-policy"
	revokeKeyGrant   = "revoke-key-grant"
)

// keyPolicy is the policy that a call of PutKeyPolicy or CreateKey wrote.
type keyPolicy struct {
	access
	bypassed bool // the call passed over KMS's check against a lock-out
}

// keyPolicyOf judges the policy that an event wrote. It reports false where a key was made with the default policy.
func keyPolicyOf(ev *cloudtrail.Event) (keyPolicy, bool, error) {
	req, err := cloudtrail.RequestOf[struct {
		KeyID                          cloudtrail.Text
		Policy                         cloudtrail.Document
		BypassPolicyLockoutSafetyCheck cloudtrail.Flag
	}](ev)
	if err != nil {
		return keyPolicy{}, false, err
	}
	id := ownKey(ev, string(req.KeyID))
	if ev.Name == createKey {
		if len(req.Policy) == 0 {
			return keyPolicy{}, false, nil
		}
		resp, err := cloudtrail.ResponseOf[struct {
			KeyMetadata struct{ KeyID cloudtrail.Text }
		}](ev)
		if err != nil {
			return keyPolicy{}, false, err
		}
		id = string(resp.KeyMetadata.KeyID)
	}
	if id == "" || len(req.Policy) == 0 {
		return keyPolicy{}, false, errors.New("no keyId or no policy")
	}
	key := detect.Resource{Type: detect.Key, ID: id}
	return keyPolicy{
		access:   documentAccess(ev, "kms", "policy of key "+detect.Text(id), key, req.Policy),
		bypassed: bool(req.BypassPolicyLockoutSafetyCheck),
	}, true, nil
}

func matchKeyPolicyChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	k, written, err := keyPolicyOf(ev)
	if err != nil || !written {
		return nil, err
	}
	const passedOver = "the call passed over the check against a lock-out"
	bypassed := k.bypassed && ev.Name == putKeyPolicy // a new key encrypts nothing yet
	if bypassed {
		for i := range k.verdict.Risks {
			if r := &k.verdict.Risks[i]; r.Code == iampolicy.SelfLockout {
				r.Severity = iampolicy.Critical
			}
		}
	}
	findings := k.answeredBy(restoreKeyPolicy, iampolicy.ExternalAccount, iampolicy.SelfLockout)
	for i := range findings {
		if findings[i].Unjudged == "" && ev.Name == putKeyPolicy {
			findings[i].Actions = []string{restoreKeyPolicy} // the document as a whole may be the risk, and a good one be known
		}
	}
	switch {
	case !bypassed:
	case len(findings) == 0:
		findings = append(findings, detect.Finding{
			Severity: detect.High, Resource: k.resource, Summary: k.what + " changed, and " + passedOver,
			Params:  map[string]string{detect.ParamDocumentHash: detect.DocumentHash(k.document)},
			Actions: []string{restoreKeyPolicy},
		})
	case findings[0].Unjudged == "":
		findings[0].Severity = max(findings[0].Severity, detect.High)
		findings[0].Summary += "; " + passedOver
	}
	return findings, nil
}
