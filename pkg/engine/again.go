package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// sameKey names a change: what one principal makes of one resource, or "" where nobody is known to have made it. Its parts are
// hostile and of any length, so that they are hashed.
func sameKey(f detect.Finding) string {
	actor := actorNode(f.Event.Account, f.Actor)
	if actor == "" || f.Event.Time.IsZero() || len(f.Actions) == 0 || f.Attempt || f.Unjudged != "" {
		return ""
	}
	parts := []string{f.Event.Account, f.Event.Region, f.Rule, f.Resource.String(), f.Resource.Parent, actor}
	for _, name := range slices.Sorted(maps.Keys(f.Params)) {
		if !slices.Contains(made(), name) {
			parts = append(parts, name, unnumbered(name, f.Params[name]))
		}
	}
	raw, err := json.Marshal(parts)
	if err != nil {
		return "" // unreachable: texts can be written
	}
	sum := sha256.Sum256(raw)
	return "made/" + hex.EncodeToString(sum[:16])
}

// made lists the parameters that AWS gives a change each time it is made, and those that say what else is in a document.
func made() []string {
	return []string{detect.ParamRuleIDs, detect.ParamVersionID, detect.ParamGrantID, detect.ParamDocumentHash}
}

// unnumbered returns a parameter without the ids that AWS gives each time.
func unnumbered(name, value string) string {
	if name != detect.ParamRules {
		return value
	}
	var rules []detect.SecurityGroupRule
	if json.Unmarshal([]byte(value), &rules) != nil {
		return value
	}
	for i := range rules {
		rules[i] = bare(rules[i])
	}
	slices.SortFunc(rules, func(a, b detect.SecurityGroupRule) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return fmt.Sprint(rules)
}

// witness records that a principal has made a change. Only that proves later who it was that made again what had been
// reversed.
func (d *Detector) witness(ctx context.Context, f detect.Finding) error {
	key := sameKey(f)
	if key == "" {
		return nil
	}
	seen := []ledger.Sighting{{Member: f.Incident(), Event: f.Event.ID, At: f.Event.Time}}
	if err := d.Store.Observe(ctx, key, seen, 2*fightWindow); err != nil {
		return fmt.Errorf("record who made %s: %w", f.Resource, err)
	}
	return nil
}

// madeAgain reports whether an event shows that the principal of an incident made the change once more after it had been
// reversed: an event that came later, or the incident's own, where an earlier incident had been reversed by then. Events
// have whole seconds, so that one of the second of the reversal proves nothing.
func (r *Remediator) madeAgain(ctx context.Context, in ledger.Incident) (bool, error) {
	key, at := sameKey(in.Finding), in.Finding.Event.Time
	if key == "" || in.Times.Acted.IsZero() {
		return false, nil
	}
	seen, err := r.Store.Observed(ctx, key, at.Add(-fightWindow), at.Add(fightWindow))
	if err != nil {
		return false, fmt.Errorf("look who made %s: %w", in.Resource, err)
	}
	for _, s := range seen {
		if s.Event == in.Finding.Event.ID {
			continue
		}
		if s.At.After(in.Times.Acted) {
			return true, nil
		}
		was, known, err := found(r.Store.Get(ctx, s.Member))
		if err != nil {
			return false, fmt.Errorf("look who made %s: %w", in.Resource, err)
		}
		if known && actedBefore(was, at) && reversed(was) {
			return true, nil
		}
	}
	return false, nil
}

// actedBefore reports whether Riposte had changed the account for an incident before a time.
func actedBefore(in ledger.Incident, at time.Time) bool {
	return !in.Times.Acted.IsZero() && at.After(in.Times.Acted)
}
