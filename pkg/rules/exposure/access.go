package exposure

import (
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/estate"
)

// access is what an event lets others do with a resource, as the policy judge sees it.
type access struct {
	resource detect.Resource
	what     string              // names the policy for people
	document cloudtrail.Document // nil where the access is given in fields
	verdict  iampolicy.Verdict
}

// documentAccess judges a policy document that an event wrote. The service is the prefix of its actions.
func documentAccess(ev *cloudtrail.Event, service, what string, r detect.Resource, document cloudtrail.Document) access {
	return access{
		resource: r, what: what, document: document,
		verdict: iampolicy.JudgeResource(document, service, estate.Context(ev)),
	}
}

// findings returns what the access amounts to in the risks of some codes: one finding with the gravest, or none.
func (a access) findings(codes ...string) []detect.Finding {
	f := detect.Finding{Resource: a.resource, Params: map[string]string{}}
	if a.document != nil {
		f.Params[detect.ParamDocumentHash] = detect.DocumentHash(a.document)
	}
	if !a.verdict.Judged {
		f.Unjudged = a.verdict.Reason
		f.Summary = fmt.Sprintf("%s cannot be judged: %s", a.what, a.verdict.Reason)
		return []detect.Finding{f}
	}
	v := iampolicy.Verdict{Judged: true}
	for _, r := range a.verdict.Risks {
		if slices.Contains(codes, r.Code) {
			v.Risks = append(v.Risks, r)
		}
	}
	worst, risky := v.Worst()
	if !risky {
		return nil
	}
	f.Severity = severityOf(worst.Severity)
	f.Params[detect.ParamRisks] = strings.Join(v.Codes(), ",")
	f.Summary = a.what + ": " + worst.Sentence
	if more := len(v.Risks) - 1; more > 0 {
		f.Summary += fmt.Sprintf(" (and %d more)", more)
	}
	return []detect.Finding{f}
}

func severityOf(s iampolicy.Severity) detect.Severity {
	switch s {
	case iampolicy.Critical:
		return detect.Critical
	case iampolicy.High:
		return detect.High
	case iampolicy.Medium:
		return detect.Medium
	case iampolicy.Low:
		return detect.Low
	}
	return detect.High
}
