package data

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
	"riposte/pkg/rules/estate"
)

const (
	putVersioning    = "PutBucketVersioning"
	deleteEncryption = "DeleteBucketEncryption"
)

// BucketProtectionRemoved fires when a bucket loses what keeps its objects from being destroyed or read.
func BucketProtectionRemoved() *detect.Rule {
	return &detect.Rule{
		ID:       "DAT-002",
		Title:    "Bucket versioning or encryption weakened",
		Class:    "s3-versioning-encryption-mfadelete-disabled",
		Severity: detect.Medium,
		Doc: `**Why it matters.** With versions an overwritten or deleted object can be had back; without them it is gone,
which is why versioning is suspended before data is destroyed. Default encryption with a key of another account turns
every new object into something that only that account can open.

Suspended versioning is medium. MFA delete that is disabled is high: only the root user can do that, so that the flag in
anybody else's request says nothing. A default key of another account is high. Encryption that is deleted falls back to
the one of S3 itself and is low; so is nothing that switches any of these on.

**False positives.** Buckets for scratch data; an organisation's central key account.

**What to do.** Enable versioning again: versions that are there stay. Look for DeleteObject calls since the event, where
data events are recorded, and restore the former encryption.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1490", URL: "https://attack.mitre.org/techniques/T1490/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 2.1.2, 4.8", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Retaining multiple versions of objects with S3 Versioning",
				URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
			},
		},
		Pattern: detect.Pattern{{Source: s3Source, Names: []string{putVersioning, deleteEncryption, "PutBucketEncryption"}}},
		Actions: []string{enableVersioning, restoreEncryption},
		Good:    goodProtection,
		Match:   matchBucketProtectionRemoved,
	}
}

// The actions of the rule, of which each finding has the one that fits.
const (
	enableVersioning  = "enable-bucket-versioning"
	restoreEncryption = "restore-bucket-encryption"
)

func matchBucketProtectionRemoved(ev *cloudtrail.Event) ([]detect.Finding, error) {
	bucket, err := bucketOf(ev)
	if err != nil {
		return nil, err
	}
	f := detect.Finding{
		Resource: detect.Resource{Type: detect.Bucket, ID: bucket}, Actions: []string{restoreEncryption}, Params: map[string]string{},
	}
	switch ev.Name {
	case putVersioning:
		f.Actions = []string{}
		f.Severity, f.Summary, err = versioningOf(ev, &f)
	case deleteEncryption:
		f.Severity, f.Summary = detect.Low, "has no default encryption of its own any more"
		f.Params[detect.ParamEncryption] = detect.EncryptionDeleted
	default:
		f.Severity, f.Summary, err = encryptionOf(ev, &f)
	}
	if err != nil || f.Severity == detect.Inherit {
		return nil, err
	}
	f.Severity = caller.Tempered(ev, f.Severity)
	f.Summary = "bucket " + detect.Text(bucket) + " " + f.Summary + caller.Through(ev)
	return []detect.Finding{f}, nil
}

// versioning is what a request makes of a bucket's versions.
type versioning struct{ Status, MFADelete cloudtrail.Text }

// versioningOf judges a call about versions, and says in the finding what can be taken back: MFA delete cannot.
func versioningOf(ev *cloudtrail.Event, f *detect.Finding) (detect.Severity, string, error) {
	v, err := readVersioning(ev)
	if err != nil {
		return detect.Inherit, "", err
	}
	const noVersions = "keeps no versions of its objects any more"
	suspended := strings.EqualFold(string(v.Status), "Suspended")
	if suspended {
		f.Actions, f.Params[detect.ParamVersioning] = []string{enableVersioning}, "Suspended"
	}
	switch {
	case strings.EqualFold(string(v.MFADelete), "Disabled") && ev.Identity.IsRoot():
		what := "needs no MFA any more to delete its versions"
		if suspended {
			what += ", and " + noVersions
		}
		return detect.High, what, nil
	case suspended:
		return detect.Medium, noVersions, nil
	case v.Status == "":
		return detect.Inherit, "", errors.New("request parameters: no status of the versioning")
	}
	return detect.Inherit, "", nil
}

func readVersioning(ev *cloudtrail.Event) (versioning, error) {
	req, err := cloudtrail.RequestOf[struct {
		VersioningConfiguration versioning
		Versioning              json.RawMessage // the name of the sub-resource in an address, and the object in some records
	}](ev)
	if err != nil {
		return versioning{}, err
	}
	v := req.VersioningConfiguration
	if v == (versioning{}) {
		_ = json.Unmarshal(req.Versioning, &v) // a text is what stands there as a rule
	}
	return v, nil
}

// encryptionRule is what a request makes new objects be encrypted with.
type encryptionRule struct {
	ApplyServerSideEncryptionByDefault struct{ SSEAlgorithm, KMSMasterKeyID cloudtrail.Text }
	BucketKeyEnabled                   cloudtrail.Flag
}

func encryptionRules(ev *cloudtrail.Event) ([]encryptionRule, error) {
	req, err := cloudtrail.RequestOf[struct {
		ServerSideEncryptionConfiguration struct {
			Rule cloudtrail.List[encryptionRule]
		}
	}](ev)
	if err != nil {
		return nil, err
	}
	if len(req.ServerSideEncryptionConfiguration.Rule) == 0 {
		return nil, errors.New("request parameters: no rule of encryption")
	}
	return req.ServerSideEncryptionConfiguration.Rule, nil
}

func encryptionOf(ev *cloudtrail.Event, f *detect.Finding) (detect.Severity, string, error) {
	rules, err := encryptionRules(ev)
	if err != nil {
		return detect.Inherit, "", err
	}
	for _, r := range rules {
		key := string(r.ApplyServerSideEncryptionByDefault.KMSMasterKeyID)
		if owner := estate.Stranger(ev, key); owner != "" {
			f.Params[detect.ParamEncryption] = key
			return detect.High, fmt.Sprintf("encrypts new objects with a key of account %s", detect.Text(owner)), nil
		}
	}
	return detect.Inherit, "", nil
}
