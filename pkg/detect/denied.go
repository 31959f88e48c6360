package detect

import (
	"fmt"

	"riposte/pkg/cloudtrail"
)

// denied returns what a denied call is worth: whoever tried wanted the change. What Match finds in the request tells what
// they wanted; where the record does not show the request, as is usual for a call that was denied, the attempt itself is
// told. A request that asks for nothing risky stays quiet.
func (r *Rule) denied(found []Finding, err error, e *cloudtrail.Event) []Finding {
	refused := fmt.Sprintf("%s was denied %s (%s); ", Text(e.Identity.Name()), Text(e.Name), Text(e.ErrorCode))
	if err != nil {
		found = []Finding{{
			Resource: Resource{Type: Account, ID: e.Account},
			Summary:  refused + "the event does not show what it asked for",
		}}
	}
	for i := range found {
		f := &found[i]
		f.Severity = lowered(f.Severity, r.Severity)
		if err == nil {
			f.Summary = refused + "it would have meant: " + f.Summary
		}
		f.Unjudged, f.Actions, f.Attempt = "", []string{}, true
	}
	return found
}

// lowered returns a severity two steps lower, yet never so low that nobody is told.
func lowered(s, rule Severity) Severity {
	if s == Inherit {
		s = rule
	}
	return max(s-min(s, 2), Low)
}
