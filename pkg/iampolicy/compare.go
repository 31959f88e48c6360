package iampolicy

import (
	"cmp"
	"slices"
)

// A Delta says what a change of a document did to its risks.
type Delta struct {
	// Judged is false where the new document could not be judged: then Reason says why, and nothing is known.
	Judged  bool   `json:"judged"`
	Reason  string `json:"reason,omitempty"`
	Added   []Risk `json:"added"`   // risks of the new document that the old one had not, or had less of
	Removed []Risk `json:"removed"` // risks of the old document that the new one has not, or has less of
}

// Compare says which risks a change of an identity policy added and which it removed, so that one speaks of what the
// actor changed and not of what was there already. Where the old document is missing or cannot be judged, every risk of
// the new one counts as added. A risk whose statement was moved, or given another Sid, is the same risk.
func Compare(before, after []byte) Delta {
	return CompareVerdicts(Judge(before), Judge(after))
}

// CompareVerdicts compares two verdicts on documents of the same kind.
func CompareVerdicts(before, after Verdict) Delta {
	if !after.Judged {
		return Delta{Reason: after.Reason, Added: []Risk{}, Removed: []Risk{}}
	}
	return Delta{Judged: true, Added: beyond(after.Risks, before.Risks), Removed: beyond(before.Risks, after.Risks)}
}

// beyond returns the risks of one document that another does not have at least as gravely. Of a risk that is made of
// actions, only those count that the other does not have.
func beyond(risks, others []Risk) []Risk {
	out := []Risk{}
	for _, r := range risks {
		if len(r.Actions) == 0 {
			if !slices.ContainsFunc(others, func(o Risk) bool { return o.Code == r.Code && o.Fragment == r.Fragment && o.atLeastAs(r) }) {
				out = append(out, r)
			}
			continue
		}
		left := slices.DeleteFunc(slices.Clone(r.Actions), func(a string) bool {
			return slices.ContainsFunc(others, func(o Risk) bool { return o.Code == r.Code && o.atLeastAs(r) && slices.Contains(o.Actions, a) })
		})
		if len(left) > 0 {
			r.Actions = left
			out = append(out, r)
		}
	}
	return out
}

// atLeastAs reports whether a risk of the same kind is as grave and as freely usable as another.
func (r Risk) atLeastAs(other Risk) bool {
	return r.Severity.AtLeast(other.Severity) && cmp.Compare(freedom(r.Grade), freedom(other.Grade)) >= 0
}

func freedom(g Grade) int {
	switch g {
	case Unconditional:
		return 3
	case Conditional:
		return 2
	case Scoped:
		return 1
	}
	return 0
}
