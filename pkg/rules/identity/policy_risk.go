package identity

import (
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
)

// judged completes a finding with what the judge says of a document. It reports false where there is nothing to find.
// What names the policy for people.
func judged(f detect.Finding, what string, document cloudtrail.Document) (detect.Finding, bool) {
	v := iampolicy.Judge(document)
	if !v.Judged {
		f.Unjudged = v.Reason
		f.Summary = fmt.Sprintf("%s cannot be judged: %s", what, v.Reason)
		return f, true
	}
	worst, risky := v.Worst()
	if !risky {
		return f, false
	}
	f.Severity = severityOf(worst.Severity)
	f.Summary = what + ": " + worst.Sentence
	if more := len(v.Risks) - 1; more > 0 {
		f.Summary += fmt.Sprintf(" (and %d more)", more)
	}
	return f, true
}

func severityOf(s iampolicy.Severity) detect.Severity {
	switch s {
	case iampolicy.Critical:
		return detect.Critical
	case iampolicy.High:
		return detect.High
	case iampolicy.Medium:
		return detect.Medium
	}
	return detect.High
}
