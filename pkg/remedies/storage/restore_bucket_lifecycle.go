package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// lifecycle is the rules of a bucket's lifecycle that the event is about, by their names. Where they stand among the others
// decides nothing: undo puts them there again.
type lifecycle struct {
	Rules []types.LifecycleRule `json:"rules"`
	At    places                `json:"at,omitempty"`
}

func lifecycleID(r types.LifecycleRule) string { return aws.ToString(r.ID) }

// RestoreBucketLifecycle takes the rules out of a bucket's lifecycle that the event wrote and that delete objects soon.
func RestoreBucketLifecycle(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*store, lifecycle]{
		Action: actions.RestoreBucketLifecycle(),
		Lens: remedy.Lens[*store, lifecycle]{
			Client: client(accounts),
			Read:   readLifecycle,
			Write:  writeLifecycle,
			Equal:  func(a, b lifecycle) bool { return sameRules(a.Rules, b.Rules) },
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t, err := findBucket(f, detect.ParamLifecycleRules)
			if err == nil && len(expiries(t)) == 0 {
				err = remedy.Refuse("the finding about %s does not say which lifecycle rules were written", t)
			}
			return t, err
		},
		Want: func(_ context.Context, _ *store, _ detect.Finding, t remedy.Target, before lifecycle) (lifecycle, error) {
			return wantLifecycle(t, before, lifecycle{}), nil
		},
		Aspect: "bucket-lifecycle",
		Restore: func(_ context.Context, _ *store, _ detect.Finding, t remedy.Target, before, good lifecycle) (lifecycle, error) {
			return wantLifecycle(t, before, good), nil
		},
		Summary: func(t remedy.Target, before, after lifecycle) string {
			return fmt.Sprintf("lifecycle of bucket %s: %s → %s", t.ID, ruleNames(before.Rules), ruleNames(after.Rules))
		},
		Nothing: func(t remedy.Target, _ lifecycle) string {
			return fmt.Sprintf("the lifecycle of bucket %s has no rule left that the event wrote and that was not there before", t.ID)
		},
	})
}

// ruleNames names rules for people, with what they expire.
func ruleNames(rules []types.LifecycleRule) string {
	var names []string
	for _, r := range rules {
		name := "rule " + aws.ToString(r.ID)
		if e := r.Expiration; e != nil && e.Days != nil {
			name += fmt.Sprintf(" (%d days)", *e.Days)
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return "no such rule"
	}
	return strings.Join(names, ", ")
}

// expiries returns what the event's rules expire.
func expiries(t remedy.Target) []detect.LifecycleRule {
	var rules []detect.LifecycleRule
	if json.Unmarshal([]byte(t.Params[detect.ParamLifecycleRules]), &rules) != nil {
		return nil
	}
	return rules
}

// wantLifecycle leaves the event's rules out, or puts their former selves in their place.
func wantLifecycle(t remedy.Target, before, good lifecycle) lifecycle {
	after := lifecycle{Rules: []types.LifecycleRule{}}
	for _, r := range before.Rules {
		if !slices.ContainsFunc(expiries(t), func(e detect.LifecycleRule) bool { return expires(r, e) }) {
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

// expires reports whether a rule still is the one that the event wrote, as far as it deletes objects.
func expires(r types.LifecycleRule, e detect.LifecycleRule) bool {
	if r.Status != types.ExpirationStatusEnabled || aws.ToString(r.ID) != e.ID {
		return false
	}
	var is detect.LifecycleRule
	if x := r.Expiration; x != nil {
		is.Days = aws.ToInt32(x.Days)
		if x.Date != nil {
			is.Date = x.Date.UTC().Format(time.DateOnly)
		}
	}
	if x := r.NoncurrentVersionExpiration; x != nil {
		is.FormerDays = aws.ToInt32(x.NoncurrentDays)
	}
	is.ID = e.ID
	return is == e
}

// sameRules compares rules by what they say, in whichever order.
func sameRules[R any](a, b []R) bool { return slices.Equal(spelled(a), spelled(b)) }

func spelled[R any](rules []R) []string {
	out := make([]string, 0, len(rules))
	for _, r := range rules {
		raw, err := json.Marshal(r)
		if err != nil {
			return []string{err.Error()} // unreachable: they came from JSON or go there
		}
		out = append(out, string(raw))
	}
	slices.Sort(out)
	return out
}

func getLifecycle(ctx context.Context, api *store, t remedy.Target) (out *s3.GetBucketLifecycleConfigurationOutput, err error) {
	err = api.call(func(api *s3.Client) (err error) {
		out, err = api.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{
			Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t),
		})
		return err
	})
	if access.Coded(err, "NoSuchLifecycleConfiguration") {
		return &s3.GetBucketLifecycleConfigurationOutput{}, nil
	}
	return out, access.Gone(err, noSuchBucket)
}

// about reports whether a rule is one of those that a target names; a baseline is taken of all.
func about(t remedy.Target, r types.LifecycleRule) bool {
	return t.Params[detect.ParamLifecycleRules] == "" || slices.ContainsFunc(expiries(t), func(e detect.LifecycleRule) bool {
		return e.ID == aws.ToString(r.ID)
	})
}

func readLifecycle(ctx context.Context, api *store, t remedy.Target) (lifecycle, error) {
	out, err := getLifecycle(ctx, api, t)
	if err != nil {
		return lifecycle{}, err
	}
	l := lifecycle{Rules: []types.LifecycleRule{}}
	for at, r := range out.Rules {
		if about(t, r) {
			l.Rules = append(l.Rules, r)
			l.At = l.At.with(lifecycleID(r), at)
		}
	}
	return l, nil
}

// writeLifecycle merges the event's rules into what is there: the call replaces all of them.
func writeLifecycle(ctx context.Context, api *store, t remedy.Target, _, to lifecycle) error {
	live, err := getLifecycle(ctx, api, t)
	if err != nil {
		return err
	}
	rules := merged(live.Rules, to.Rules, to.At, lifecycleID, func(r types.LifecycleRule) bool { return about(t, r) })
	return refused(api.call(func(api *s3.Client) (err error) {
		if len(rules) == 0 {
			_, err = api.DeleteBucketLifecycle(ctx, &s3.DeleteBucketLifecycleInput{Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t)})
			return err
		}
		_, err = api.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
			Bucket: aws.String(t.ID), ExpectedBucketOwner: owner(t),
			LifecycleConfiguration:             &types.BucketLifecycleConfiguration{Rules: rules},
			TransitionDefaultMinimumObjectSize: live.TransitionDefaultMinimumObjectSize,
		})
		return err
	}), "S3 does not let the lifecycle of bucket "+t.ID+" be changed: a policy forbids it")
}
