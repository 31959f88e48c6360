package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// replication is the rules of a bucket's replication that the event is about, by their names. The role matters where the
// last rule is taken out and put back.
type replication struct {
	Rules []types.ReplicationRule `json:"rules"`
	Role  string                  `json:"role,omitempty"`
	At    places                  `json:"at,omitempty"` // decides nothing: undo puts the rules where they stood
}

func replicationID(r types.ReplicationRule) string { return aws.ToString(r.ID) }

// RemoveBucketReplicationRule takes the rules out of a bucket's replication that copy into strangers' accounts.
func RemoveBucketReplicationRule(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*store, replication]{
		Action: actions.RemoveBucketReplicationRule(),
		Lens: remedy.Lens[*store, replication]{
			Client: client(accounts),
			Read:   readReplication,
			Write:  writeReplication,
			Equal:  func(a, b replication) bool { return sameRules(a.Rules, b.Rules) },
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := findBucket(f, detect.ParamReplication)
			if err == nil && len(copies(t)) == 0 {
				err = remedy.Refuse("the finding about %s does not say which rules of replication were written", t)
			}
			return t, err
		},
		Want: func(_ context.Context, _ *store, _ detect.Finding, t remedy.Target, before replication) (replication, error) {
			return wantReplication(t, before, replication{}), nil
		},
		Aspect: "bucket-replication",
		Restore: func(_ context.Context, _ *store, _ detect.Finding, t remedy.Target, before, good replication) (replication, error) {
			return wantReplication(t, before, good), nil
		},
		Summary: func(t remedy.Target, before, after replication) string {
			return fmt.Sprintf("replication of bucket %s: %s → %s", t.ID, destinations(before.Rules), destinations(after.Rules))
		},
		Nothing: func(t remedy.Target, _ replication) string {
			return fmt.Sprintf("the replication of bucket %s has no rule left that the event wrote and that was not there before", t.ID)
		},
	})
}

// destinations names rules for people, with where they copy to.
func destinations(rules []types.ReplicationRule) string {
	var names []string
	for _, r := range rules {
		name := "rule " + aws.ToString(r.ID)
		if r.Destination != nil {
			name += " to " + aws.ToString(r.Destination.Bucket)
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return "no such rule"
	}
	return strings.Join(names, ", ")
}

// copies returns what the event's rules copy to.
func copies(t remedy.Target) []detect.ReplicationRule {
	var rules []detect.ReplicationRule
	if json.Unmarshal([]byte(t.Params[detect.ParamReplication]), &rules) != nil {
		return nil
	}
	return rules
}

// wantReplication leaves the event's rules out, or puts their former selves in their place.
func wantReplication(t remedy.Target, before, good replication) replication {
	after := replication{Rules: []types.ReplicationRule{}, Role: before.Role}
	for _, r := range before.Rules {
		blamed := r.Destination != nil && slices.Contains(copies(t), detect.ReplicationRule{
			ID: aws.ToString(r.ID), Bucket: aws.ToString(r.Destination.Bucket),
		})
		if !blamed {
			after.Rules = append(after.Rules, r)
			continue
		}
		for _, former := range good.Rules {
			if aws.ToString(former.ID) == aws.ToString(r.ID) {
				after.Rules = append(after.Rules, former)
			}
		}
	}
	return after
}

func getReplication(ctx context.Context, api *store, t remedy.Target) (types.ReplicationConfiguration, error) {
	var c types.ReplicationConfiguration
	err := api.call(func(api *s3.Client) error {
		out, err := api.GetBucketReplication(ctx, &s3.GetBucketReplicationInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
		if err == nil && out.ReplicationConfiguration != nil {
			c = *out.ReplicationConfiguration
		}
		return err
	})
	if access.Coded(err, "ReplicationConfigurationNotFoundError") {
		return c, nil
	}
	return c, access.Gone(err, noSuchBucket)
}

// replicates reports whether a rule is one of those that a target names; a baseline is taken of all.
func replicates(t remedy.Target, r types.ReplicationRule) bool {
	return t.Params[detect.ParamReplication] == "" || slices.ContainsFunc(copies(t), func(e detect.ReplicationRule) bool {
		return e.ID == aws.ToString(r.ID)
	})
}

func readReplication(ctx context.Context, api *store, t remedy.Target) (replication, error) {
	c, err := getReplication(ctx, api, t)
	if err != nil {
		return replication{}, err
	}
	out := replication{Rules: []types.ReplicationRule{}, Role: aws.ToString(c.Role)}
	for at, r := range c.Rules {
		if replicates(t, r) {
			out.Rules = append(out.Rules, r)
			out.At = out.At.with(replicationID(r), at)
		}
	}
	return out, nil
}

// writeReplication merges the event's rules into what is there: the call replaces all of them.
func writeReplication(ctx context.Context, api *store, t remedy.Target, _, to replication) error {
	next, err := getReplication(ctx, api, t)
	if err != nil {
		return err
	}
	next.Rules = merged(next.Rules, to.Rules, to.At, replicationID, func(r types.ReplicationRule) bool { return replicates(t, r) })
	if aws.ToString(next.Role) == "" {
		next.Role = aws.String(to.Role)
	}
	return refused(api.call(func(api *s3.Client) (err error) {
		if len(next.Rules) == 0 {
			_, err = api.DeleteBucketReplication(ctx, &s3.DeleteBucketReplicationInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
			return err
		}
		_, err = api.PutBucketReplication(ctx, &s3.PutBucketReplicationInput{
			Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t), ReplicationConfiguration: &next,
		})
		return err
	}), "S3 does not let the replication of bucket "+t.ID+" be changed: a policy forbids it, or forbids to pass its role")
}
