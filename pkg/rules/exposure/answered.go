package exposure

import (
	"strings"

	"riposte/pkg/detect"
)

// answeredBy returns what findings does, with the statements that made the findings and with the remedy that takes them out:
// none where they cannot be told, or where action is empty and a person has to act.
func (a access) answeredBy(action string, codes ...string) []detect.Finding {
	findings := a.findings(codes...)
	hashes := strings.Join(a.statements(codes), ",")
	for i := range findings {
		f := &findings[i]
		f.Actions = []string{}
		if action == "" || f.Unjudged != "" || hashes == "" {
			continue
		}
		f.Actions = []string{action}
		f.Params[detect.ParamStatements] = hashes
		f.Params[detect.ParamAllStatements] = a.allStatements()
	}
	return findings
}

// unanswered takes the remedies of a rule away from findings that none of them fits.
func unanswered(findings []detect.Finding, err error) ([]detect.Finding, error) {
	for i := range findings {
		findings[i].Actions = []string{}
	}
	return findings, err
}
