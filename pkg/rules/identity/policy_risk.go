package identity

import (
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
)

// judged completes a finding with what the judge says of a document. It reports false where there is nothing to find.
// What names the policy for people.
func judged(f detect.Finding, what string, document cloudtrail.Document) (detect.Finding, bool) {
	return weighed(f, what, iampolicy.Judge(document))
}

// weighed does what judged does with a verdict.
func weighed(f detect.Finding, what string, v iampolicy.Verdict) (detect.Finding, bool) {
	if !v.Judged {
		f.Unjudged = v.Reason
		f.Summary = fmt.Sprintf("%s cannot be judged: %s", what, v.Reason)
		return f, true
	}
	// What is less grave stands in many sound policies: a person can see it with "riposte policy".
	v.Risks = v.AtLeast(iampolicy.Medium)
	worst, risky := v.Worst()
	if !risky {
		return f, false
	}
	f.Severity = severityOf(worst.Severity)
	if f.Params == nil {
		f.Params = map[string]string{}
	}
	f.Params[detect.ParamRisks] = strings.Join(v.Codes(), ",")
	f.Summary = what + ": " + worst.Sentence
	if !slices.ContainsFunc(v.Risks, reversible) {
		f.Actions = []string{}
	}
	// A grant of everything is all the other risks as well.
	others := slices.DeleteFunc(v.Codes(), func(code string) bool { return code == worst.Code })
	if len(others) > 0 && worst.Code != iampolicy.FullAdmin {
		const most = 3
		also := strings.Join(others[:min(len(others), most)], ", ")
		if more := len(others) - most; more > 0 {
			also += fmt.Sprintf(" and %d more", more)
		}
		f.Summary += " (also " + also + ")"
	}
	return f, true
}

// reversible reports whether a risk is plain enough for a policy to be taken back without asking anybody: rights without
// bounds, and the right to write who may do what. The rest stands in many policies that somebody needs.
func reversible(r iampolicy.Risk) bool {
	switch r.Code {
	case iampolicy.FullAdmin, iampolicy.ConditionalAdmin, iampolicy.ServiceWildcard, iampolicy.NotAction:
		return true
	case iampolicy.PrivilegeEscalation:
		return r.Grade == iampolicy.Unconditional && r.Severity == iampolicy.Critical
	}
	return false
}

// gravest names the risky statements of a document by their hashes, separated by commas: the grave ones where there are any,
// since what is less grave beside them may have been there before. A risk that is no single statement's names them all.
func gravest(v iampolicy.Verdict, document cloudtrail.Document) (string, error) {
	worst := iampolicy.Medium
	if len(v.AtLeast(iampolicy.High)) > 0 {
		worst = iampolicy.High
	}
	d, err := iampolicy.Parse(document)
	if err != nil {
		return "", err
	}
	var hashes []string
	for n, s := range d.Statements {
		risky := slices.ContainsFunc(v.AtLeast(worst), func(r iampolicy.Risk) bool {
			return r.Statement == n+1 || r.Statement < 1 || r.Statement > len(d.Statements)
		})
		if hash := detect.DocumentHash([]byte(s.Span.Of(d.Text))); risky && !slices.Contains(hashes, hash) {
			hashes = append(hashes, hash)
		}
	}
	return strings.Join(hashes, ","), nil
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
