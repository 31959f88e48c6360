package exposure

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
)

const (
	putBucketReplication    = "PutBucketReplication"
	deleteBucketReplication = "DeleteBucketReplication" // looked at for what is known to be good: nothing, from then on
)

// ReplicationExternal fires when a bucket is replicated into another account.
func ReplicationExternal() *detect.Rule {
	return &detect.Rule{
		ID:       "EXP-018",
		Title:    "Bucket replicated into another account",
		Class:    "s3-replication-external",
		Severity: detect.High,
		Doc: `**Why it matters.** Replication copies every new object into the other bucket as long as it stands, without a
further call that anybody could see: a standing leak, set up by one call.

The rule reads the account of each destination, and of the key that encrypts the copies. Rules that are disabled and
destinations in own accounts, and in those that you trust, stay quiet; a destination without either does not tell whose bucket it is, and only
EXP-019 speaks of it.

**False positives.** Backup and log archive accounts of the same organisation: list them as trusted.

**What to do.** Find out whose account it is. Remove the rule; objects that were copied stay copied. Its former content is
not in the event.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1537", URL: "https://attack.mitre.org/techniques/T1537/"},
			{
				Kind: "AWS", Name: "Configuring replication for buckets in different accounts",
				URL: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-walkthrough-2.html",
			},
		},
		Pattern: detect.Pattern{{Source: s3Source, Names: []string{
			putBucketReplication, "PutReplicationConfiguration", deleteBucketReplication,
		}}},
		Actions: []string{"remove-bucket-replication-rule"},
		Good:    goodReplication,
		Match:   matchReplicationExternal,
	}
}

type replicationRule struct {
	ID          cloudtrail.Text
	Status      cloudtrail.Text
	Destination struct {
		Account, Bucket         cloudtrail.Text
		EncryptionConfiguration struct{ ReplicaKMSKeyID cloudtrail.Text }
	}
}

// owner returns the account that a rule replicates into, "" where the rule does not tell. An account stands there only
// where it is to own the copies; a key that encrypts them belongs to it too.
func (r replicationRule) owner() string {
	if r.Destination.Account != "" {
		return string(r.Destination.Account)
	}
	key, _ := iampolicy.ParseARN(string(r.Destination.EncryptionConfiguration.ReplicaKMSKeyID))
	if !iampolicy.IsAccount(key.Account) {
		return ""
	}
	return key.Account
}

func matchReplicationExternal(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Name == deleteBucketReplication {
		return nil, nil
	}
	return matchReplicationPut(ev)
}

func matchReplicationPut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		BucketName               cloudtrail.Text
		ReplicationConfiguration struct {
			Rule, Rules cloudtrail.List[replicationRule]
		}
	}](ev)
	if err != nil {
		return nil, err
	}
	rules := append(req.ReplicationConfiguration.Rule, req.ReplicationConfiguration.Rules...)
	if req.BucketName == "" || len(rules) == 0 {
		return nil, errors.New("request parameters: no bucketName or no rules of replication")
	}
	var accounts, buckets []string
	var blamed []replicationRule
	for _, r := range rules {
		account := r.owner()
		if strings.EqualFold(string(r.Status), "Disabled") || account == "" || ev.Inside(account) {
			continue
		}
		blamed = append(blamed, r)
		if !slices.Contains(accounts, account) {
			accounts = append(accounts, account)
		}
		_, name, _ := strings.Cut(string(r.Destination.Bucket), ":::")
		if name != "" && !slices.Contains(buckets, name) {
			buckets = append(buckets, name)
		}
	}
	if len(accounts) == 0 {
		return nil, nil
	}
	f := detect.Finding{
		Resource: detect.Resource{Type: detect.Bucket, ID: string(req.BucketName)},
		Summary:  fmt.Sprintf("bucket %s replicated into %s", detect.Text(string(req.BucketName)), listed("account", accounts)),
	}
	if f.Params = replicationParams(rules, blamed); f.Params == nil {
		f.Actions = []string{}
	}
	if len(buckets) > 0 {
		f.Summary += " (" + listed("bucket", buckets) + ")"
	}
	return []detect.Finding{f}, nil
}

// replicationParams says which rules copy to strangers, nil where one of them cannot be told from the others by its name: S3
// makes names up for rules without one.
func replicationParams(all, blamed []replicationRule) map[string]string {
	var told []detect.ReplicationRule
	for _, r := range blamed {
		named := 0
		for _, other := range all {
			if other.ID == r.ID {
				named++
			}
		}
		if r.ID == "" || named != 1 || r.Destination.Bucket == "" {
			return nil
		}
		told = append(told, detect.ReplicationRule{ID: string(r.ID), Bucket: string(r.Destination.Bucket)})
	}
	raw, err := json.Marshal(told)
	if err != nil {
		return nil
	}
	return map[string]string{detect.ParamReplication: string(raw)}
}
