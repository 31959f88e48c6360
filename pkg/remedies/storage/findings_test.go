package storage

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"riposte/internal/simaws"
	"riposte/internal/testkit/ruletest"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
	"riposte/pkg/rules/data"
	"riposte/pkg/rules/exposure"
	"riposte/pkg/rules/logging"
)

func bucketRules() []*detect.Rule {
	return slices.Concat(exposure.Rules(), data.Rules(), logging.Rules())
}

// TestFindings holds that every finding about S3 that offers one of these actions tells it all that it needs, and that no
// other finding does: the sample buckets do not exist, so that the remedy finds nothing to do.
func TestFindings(t *testing.T) {
	sim := simaws.New(account, func() time.Time { return time.Time{} })
	accounts := access.HomeAccount(sim.Config("us-east-1"), access.Known(account))
	remedies := remedy.ByAction([]remedy.Remedy{
		RestoreBucketPublicAccessBlock(accounts), RestoreAccountPublicAccessBlock(accounts), RemoveBucketPolicyStatements(accounts),
		RemoveBucketACLGrants(accounts), RemoveObjectACLGrants(accounts), EnableBucketVersioning(accounts),
		RestoreBucketEncryption(accounts), RestoreBucketLifecycle(accounts), RemoveBucketReplicationRule(accounts),
	})
	index, offered := detect.NewIndex(bucketRules()), map[string]int{}
	for name, ev := range ruletest.Events(t) {
		if !strings.HasPrefix(name, "s3") {
			continue
		}
		for _, f := range index.Match(ev) {
			for id, r := range remedies {
				c, nothing, err := r.Plan(t.Context(), f, nil)
				offers := slices.Contains(f.Actions, id) && !f.Attempt
				if offers {
					offered[id]++
				}
				if done := c != nil || nothing != ""; err != nil && done || done != offers {
					t.Errorf("%s: %s: %s plans %v, %q, %v; offered: %v", name, f.Rule, id, c, nothing, err, offers)
				}
			}
		}
	}
	for id := range remedies {
		if offered[id] == 0 {
			t.Errorf("no sample event offers %s", id)
		}
	}
}

// TestGoodStates holds that what the rules remember of harmless events is what the lenses read.
func TestGoodStates(t *testing.T) {
	index, seen := detect.NewIndex(bucketRules()), map[string]bool{}
	for name, ev := range ruletest.Events(t) {
		if !strings.HasPrefix(name, "s3") || len(index.Match(ev)) > 0 {
			continue
		}
		for _, s := range index.Good(ev) {
			seen[s.Aspect] = true
			into := map[string]any{
				"public-access-block": &blocking{}, "bucket-policy": &policyState{}, "bucket-versioning": &versioning{},
				"bucket-encryption": &encryption{},
			}[s.Aspect]
			if into == nil {
				continue // another package's
			}
			dec := json.NewDecoder(bytes.NewReader(s.State))
			dec.DisallowUnknownFields()
			if err := dec.Decode(into); err != nil {
				t.Errorf("%s: the %s is remembered as %s: %v", name, s.Aspect, s.State, err)
			}
			if b, ok := into.(*blocking); ok {
				for _, setting := range settings() {
					if (*b)[setting] != "true" || (*b)[configured] != "true" {
						t.Errorf("%s: remembered as %s", name, s.State)
					}
				}
			}
		}
	}
	for _, want := range []string{"public-access-block", "bucket-versioning", "bucket-encryption"} {
		if !seen[want] {
			t.Errorf("no sample event leaves a good %s behind", want)
		}
	}
}
