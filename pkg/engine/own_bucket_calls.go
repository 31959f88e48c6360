package engine

import (
	"encoding/json"
	"slices"
	"strings"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// withinBucket reports whether what a call makes of a bucket or an object is what the incident's event made, or what a change
// of it found or wanted: the grants, the rules of its lifecycle and its replication, its key, its versioning.
func withinBucket(in ledger.Incident, f detect.Finding) bool {
	return withinList(in, f, detect.ParamBucketGrants, grantsIn) &&
		withinList(in, f, detect.ParamLifecycleRules, lifecyclesIn) &&
		withinList(in, f, detect.ParamReplication, replicationsIn) &&
		withinText(in, f, detect.ParamVersioning, "status") &&
		withinText(in, f, detect.ParamEncryption, "key")
}

// withinList reports whether every part of a call, which a parameter lists, is known.
func withinList[T comparable](in ledger.Incident, f detect.Finding, param string, within func(state json.RawMessage) []T) bool {
	if f.Params[param] == "" {
		return true
	}
	var known, now []T
	if json.Unmarshal([]byte(f.Params[param]), &now) != nil {
		return false
	}
	_ = json.Unmarshal([]byte(in.Finding.Params[param]), &known) // what is unreadable names nothing
	for _, c := range in.Changes {
		known = append(append(known, within(c.Before)...), within(c.After)...)
	}
	return !slices.ContainsFunc(now, func(part T) bool { return !slices.Contains(known, part) })
}

// withinText reports whether a setting of a call is known under a name in the states of the incident's changes. That nothing
// is set is known where a state says so.
func withinText(in ledger.Incident, f detect.Finding, param, name string) bool {
	now := f.Params[param]
	if now == "" || now == in.Finding.Params[param] {
		return true
	}
	return slices.ContainsFunc(in.Changes, func(c ledger.Change) bool {
		return slices.ContainsFunc([]json.RawMessage{c.Before, c.After}, func(raw json.RawMessage) bool {
			var state map[string]any
			if json.Unmarshal(raw, &state) != nil {
				return false
			}
			was, set := state[name]
			return set && was == now || !set && now == detect.EncryptionDeleted
		})
	})
}

// grantsIn returns the grants in the state of an access control list.
func grantsIn(state json.RawMessage) []string {
	var grants []string
	if json.Unmarshal(state, &grants) != nil {
		return nil
	}
	return grants
}

// lifecyclesIn returns when the lifecycle rules in a state delete.
func lifecyclesIn(state json.RawMessage) []detect.LifecycleRule {
	var of struct {
		Rules []struct {
			ID         string
			Expiration *struct {
				Days *int32
				Date *string
			}
			NoncurrentVersionExpiration *struct{ NoncurrentDays *int32 }
		}
	}
	if json.Unmarshal(state, &of) != nil {
		return nil
	}
	out := make([]detect.LifecycleRule, 0, len(of.Rules))
	for _, r := range of.Rules {
		rule := detect.LifecycleRule{ID: r.ID}
		if e := r.Expiration; e != nil && e.Days != nil {
			rule.Days = *e.Days
		}
		if e := r.Expiration; e != nil && e.Date != nil {
			rule.Date, _, _ = strings.Cut(*e.Date, "T")
		}
		if e := r.NoncurrentVersionExpiration; e != nil && e.NoncurrentDays != nil {
			rule.FormerDays = *e.NoncurrentDays
		}
		out = append(out, rule)
	}
	return out
}

// replicationsIn returns where the replication rules in a state copy to.
func replicationsIn(state json.RawMessage) []detect.ReplicationRule {
	var of struct {
		Rules []struct {
			ID          string
			Destination struct{ Bucket string }
		}
	}
	if json.Unmarshal(state, &of) != nil {
		return nil
	}
	out := make([]detect.ReplicationRule, 0, len(of.Rules))
	for _, r := range of.Rules {
		out = append(out, detect.ReplicationRule{ID: r.ID, Bucket: r.Destination.Bucket})
	}
	return out
}
