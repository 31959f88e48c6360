package routing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Pack returns EventBridge rules that match what the given ones match, as few as hold it: small patterns become the arms of
// one "$or", and what all arms have in common is written once. Every rule on a bus costs an alarm's metric, a permission and
// a part of the bus's quota, in every account and region.
//
// A packed rule is named after its content. A deployment that changes what is packed where therefore adds the new rules
// before it removes the old ones, and no event falls between the two. Rules that a deployment still writes into, with
// OwnRoles, are left as they are: their length is not known here.
func Pack(rules []Rule) ([]Rule, error) {
	var out []Rule
	bins := map[bool][]bin{}
	for _, r := range rules {
		if strings.Contains(r.Pattern, OwnRoles) {
			r.Parts = []string{r.Name}
			out = append(out, r)
			continue
		}
		a, err := armOf(r)
		if err != nil {
			return nil, fmt.Errorf("pack eventbridge rule %s: %w", r.Name, err)
		}
		bins[r.Reads] = append(bins[r.Reads], bin{a})
	}
	for _, reads := range []bool{false, true} {
		for _, b := range gather(bins[reads]) {
			r, err := b.rule(reads)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// An arm is a pattern on its way into an "$or". The source of a CloudTrail event says no more than its eventSource, and only
// AWS can send a source that begins with "aws.": that is asked for once, outside the arms.
type arm struct {
	Rule
	detail map[string]string // JSON by field of the detail
}

func armOf(r Rule) (arm, error) {
	var p struct {
		Source json.RawMessage            `json:"source"`
		Detail map[string]json.RawMessage `json:"detail"`
	}
	if err := json.Unmarshal([]byte(r.Pattern), &p); err != nil {
		return arm{}, err
	}
	a := arm{Rule: r, detail: map[string]string{}}
	for field, value := range p.Detail {
		a.detail[field] = string(value)
	}
	if string(p.Source) != anySource && a.detail["eventSource"] == "" {
		return arm{}, fmt.Errorf("its pattern asks for the source %s and not for the eventSource", p.Source)
	}
	return a, nil
}

const anySource = `[{"prefix":"aws."}]`

// A bin is what becomes one rule.
type bin []arm

// gather puts bins together as long as a pattern holds them: first those that differ in nothing but names, whose outcome is
// then written once, the longest first; then whatever still fits.
func gather(bins []bin) []bin {
	like := map[string][]bin{}
	for _, b := range bins {
		kind := b[0].detail["errorCode"] + b[0].detail["readOnly"]
		like[kind] = append(like[kind], b)
	}
	var out []bin
	for _, kind := range slices.Sorted(maps.Keys(like)) {
		out = append(out, firstFit(like[kind])...)
	}
	return firstFit(out)
}

// firstFit puts each bin, the longest first, into the first that still takes it.
func firstFit(bins []bin) []bin {
	bins = slices.Clone(bins)
	slices.SortStableFunc(bins, func(a, b bin) int {
		if d := len(b.pattern()) - len(a.pattern()); d != 0 {
			return d
		}
		return strings.Compare(a[0].Name, b[0].Name)
	})
	var out []bin
next:
	for _, b := range bins {
		for i, into := range out {
			if both := slices.Concat(into, b); len(both.pattern()) <= MaxPattern {
				out[i] = both
				continue next
			}
		}
		out = append(out, b)
	}
	return out
}

// pattern writes the arms as one pattern, those of one bin in the order of their names.
func (b bin) pattern() string {
	if len(b) == 1 {
		return b[0].Pattern
	}
	arms := slices.SortedFunc(slices.Values(b), func(x, y arm) int { return strings.Compare(x.Name, y.Name) })
	common := maps.Clone(arms[0].detail)
	for _, a := range arms[1:] {
		maps.DeleteFunc(common, func(field, value string) bool { return a.detail[field] != value })
	}
	if slices.ContainsFunc(arms, func(a arm) bool { return len(a.detail) == len(common) }) {
		common = nil // EventBridge takes no empty arm
	}
	or := make([]string, len(arms))
	for i, a := range arms {
		own := maps.Clone(a.detail)
		maps.DeleteFunc(own, func(field, _ string) bool { _, ok := common[field]; return ok })
		or[i] = object(own)
	}
	detail := maps.Clone(common)
	if detail == nil {
		detail = map[string]string{}
	}
	detail["$or"] = "[" + strings.Join(or, ",") + "]"
	return object(map[string]string{"source": anySource, "detail": object(detail)})
}

// object writes JSON by its fields, which stand in the order of the alphabet.
func object(fields map[string]string) string {
	var parts []string
	for _, name := range sortedKeys(fields) {
		parts = append(parts, fmt.Sprintf("%q:%s", name, fields[name]))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func (b bin) rule(reads bool) (Rule, error) {
	ids := map[string]bool{}
	r := Rule{Pattern: b.pattern(), Reads: reads}
	for _, a := range b {
		r.Parts = append(r.Parts, a.Name)
		ids = union(ids, setOf(a.RuleIDs))
	}
	slices.Sort(r.Parts)
	r.RuleIDs = sortedKeys(ids)
	if _, err := Parse([]byte(r.Pattern)); err != nil {
		return Rule{}, fmt.Errorf("pack eventbridge rules %s: %w", strings.Join(r.Parts, ", "), err)
	}
	sum := sha256.Sum256([]byte(r.Pattern))
	r.Name = "events-" + hex.EncodeToString(sum[:4])
	return r, nil
}

func setOf(texts []string) map[string]bool {
	out := make(map[string]bool, len(texts))
	for _, t := range texts {
		out[t] = true
	}
	return out
}
