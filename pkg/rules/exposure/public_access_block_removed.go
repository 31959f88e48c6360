package exposure

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

const (
	deleteBucketBlock  = "DeleteBucketPublicAccessBlock"
	deleteAccountBlock = "DeleteAccountPublicAccessBlock"
	putAccountBlock    = "PutAccountPublicAccessBlock"
	deleteBlock        = "DeletePublicAccessBlock"
)

// publicAccessBlockCalls are the names under which CloudTrail records the calls, which differ from the API's own.
func publicAccessBlockCalls() []string {
	return []string{
		"PutBucketPublicAccessBlock", deleteBucketBlock, putAccountBlock, deleteAccountBlock, "PutPublicAccessBlock", deleteBlock,
	}
}

// PublicAccessBlockRemoved fires when S3 Block Public Access is switched off, in whole or in part.
func PublicAccessBlockRemoved() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-004",
		Title:    "S3 Block Public Access switched off",
		Class:    "s3-public-access-block-removed",
		Severity: detect.High,
		Doc: `**Why it matters.** Block Public Access overrules every policy and access control list that opens a bucket to
everyone. Who switches it off means to open one next, or opens at once what was public underneath.

For a whole account it is critical, for a bucket high. Where only the two settings about access control lists are off it
is one step less, since lists are switched off on new buckets anyway. The call replaces all four settings: one that it
leaves out is off.

**False positives.** Websites and downloads that are meant for everyone, when they are set up.

**What to do.** Switch all four settings on again, unless the bucket is listed as public. Then look at the policies and
lists that were written since. The former settings are not in the event.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1562.001", URL: "https://attack.mitre.org/techniques/T1562/001/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 2.1.4", URL: cisURL},
			{
				Kind: "AWS", Name: "Blocking public access to your Amazon S3 storage",
				URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: s3Source, Names: publicAccessBlockCalls()},
			{Source: "s3-control.amazonaws.com", Names: publicAccessBlockCalls()}, // where some trails have the account's calls
		},
		Denied:  true,
		Actions: []string{restoreBucketBlock, restoreAccountBlock},
		Good:    goodBlock,
		Match:   matchPublicAccessBlockRemoved,
	}
}

// The actions of the rule, of which each finding has the one that fits.
const (
	restoreBucketBlock  = "restore-bucket-public-access-block"
	restoreAccountBlock = "restore-account-public-access-block"
)

func matchPublicAccessBlockRemoved(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if attempt.Unseen(ev) && strings.HasPrefix(ev.Name, "Put") {
		return nil, nil // most of these calls switch the settings on
	}
	f, err := guarded(ev)
	if err != nil {
		return nil, err
	}
	account := f.Resource.Type == detect.Account
	what := "bucket " + detect.Text(f.Resource.ID)
	f.Severity, f.Actions = detect.High, []string{restoreBucketBlock}
	if account {
		what, f.Severity, f.Actions = "the whole account", detect.Critical, []string{restoreAccountBlock}
	}
	switch ev.Name {
	case deleteBucketBlock, deleteAccountBlock, deleteBlock:
		f.Summary = "S3 Block Public Access removed from " + what
		f.Params = switchedOff([]string{"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"})
		return []detect.Finding{f}, nil
	}
	off, onlyLists, err := blocksOff(ev)
	if err != nil || len(off) == 0 {
		return nil, err
	}
	if onlyLists {
		f.Severity--
	}
	f.Params = switchedOff(off)
	f.Summary = fmt.Sprintf("S3 Block Public Access of %s set with %s off", what, strings.Join(off, ", "))
	return []detect.Finding{f}, nil
}

// switchedOff returns the params that say which settings are off.
func switchedOff(names []string) map[string]string {
	off := map[string]string{}
	for _, name := range names {
		off[name] = "false"
	}
	raw, err := json.Marshal(off)
	if err != nil {
		return nil
	}
	return map[string]string{detect.ParamSettings: string(raw)}
}

// guarded returns a finding about the bucket or the account that a call is about.
func guarded(ev *cloudtrail.Event) (detect.Finding, error) {
	account := detect.Finding{Resource: detect.Resource{Type: detect.Account, ID: ev.Account}}
	if ev.Name == putAccountBlock || ev.Name == deleteAccountBlock {
		return account, nil
	}
	req, err := cloudtrail.RequestOf[struct{ BucketName cloudtrail.Text }](ev)
	switch {
	case err != nil:
		return detect.Finding{}, err
	case req.BucketName != "":
		return detect.Finding{Resource: detect.Resource{Type: detect.Bucket, ID: string(req.BucketName)}}, nil
	case strings.Contains(ev.Name, "Bucket"):
		return detect.Finding{}, errors.New("request parameters: no bucketName")
	}
	return account, nil
}

// blocksOff returns the settings that a call leaves off, and whether they are only those about access control lists.
func blocksOff(ev *cloudtrail.Event) (off []string, onlyLists bool, err error) {
	req, err := cloudtrail.RequestOf[struct {
		PublicAccessBlockConfiguration *struct {
			BlockPublicACLs, IgnorePublicACLs, BlockPublicPolicy, RestrictPublicBuckets cloudtrail.Flag
		}
	}](ev)
	if err != nil {
		return nil, false, err
	}
	c := req.PublicAccessBlockConfiguration
	if c == nil {
		return nil, false, errors.New("request parameters: no PublicAccessBlockConfiguration")
	}
	for _, setting := range []struct {
		name string
		on   cloudtrail.Flag
	}{
		{"BlockPublicAcls", c.BlockPublicACLs},
		{"IgnorePublicAcls", c.IgnorePublicACLs},
		{"BlockPublicPolicy", c.BlockPublicPolicy},
		{"RestrictPublicBuckets", c.RestrictPublicBuckets},
	} {
		if !setting.on {
			off = append(off, setting.name)
		}
	}
	return off, bool(c.BlockPublicPolicy && c.RestrictPublicBuckets), nil
}
