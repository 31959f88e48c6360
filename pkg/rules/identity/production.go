package identity

import (
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/iampolicy"
	"riposte/pkg/rules/estate"
)

// inProduction makes a finding about rights without bounds critical where the operator calls the account production, and
// says so. There even what IAM Identity Center does in the course of its work counts: it is how people get in.
func inProduction(ev *cloudtrail.Event, f *detect.Finding, unbounded bool) {
	if !unbounded || f.Unjudged != "" || !ev.InProduction() {
		return
	}
	f.Severity = detect.Critical
	f.Summary += "; in a production account"
}

// unboundedPolicy reports whether one of AWS's policies is for administrators of everything, or of all but IAM.
func unboundedPolicy(arn string) bool {
	severity, admin := iampolicy.AdminPolicy(arn)
	return admin && (severity == iampolicy.Critical || strings.HasSuffix(arn, ":policy/PowerUserAccess"))
}

// unboundedDocument reports whether a finding about a policy document says that it grants everything.
func unboundedDocument(f detect.Finding) bool {
	return slices.Contains(strings.Split(f.Params[detect.ParamRisks], ","), iampolicy.FullAdmin)
}

// targeted says in which account a permission set is given to somebody, and how grave that is where it is graver than
// elsewhere.
func targeted(ev *cloudtrail.Event, account string) (detect.Severity, string) {
	target := "account " + detect.Text(account)
	switch {
	case account == ev.Account:
		return detect.High, target + ", from which Identity Center is managed,"
	case estate.Production(ev, account):
		return detect.High, "the production " + target
	}
	return detect.Inherit, target
}
