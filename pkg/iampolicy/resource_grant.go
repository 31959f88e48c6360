package iampolicy

import "strings"

// A Grant is access that an event gives in fields and not in a document: Lambda's AddPermission, EventBridge's
// PutPermission, SQS's and SNS's AddPermission, the sharing of SSM documents and of snapshots. Fields that the event
// lacks are empty.
type Grant struct {
	Principal           string // "*" or "all", an account, an ARN, or a service principal
	Actions             []string
	SourceARN           string
	SourceAccount       string
	PrincipalOrgID      string
	EventSourceToken    string
	FunctionURLAuthType string
}

// JudgeGrant says of access that is given in fields what JudgeResource says of a document.
func JudgeGrant(g Grant, service string, c Context) Verdict {
	if g.Principal == "" || len(g.Actions) == 0 {
		return Verdict{Reason: "the grant names no principal or no action", Risks: []Risk{}}
	}
	s := Statement{Index: 1, Effect: Allow, elements: ElementEffect | ElementPrincipal | ElementAction}
	for _, a := range g.Actions {
		s.Actions = append(s.Actions, Value{Text: a})
	}
	if g.Principal == "all" {
		g.Principal = PrincipalAny
	}
	s.Principals = []Principal{{Type: principalType(g.Principal), Values: []Value{{Text: g.Principal}}}}
	for _, f := range [...]struct {
		comparison Comparison
		key, value string
	}{
		{ArnLike, "aws:SourceArn", g.SourceARN},
		{StringEquals, "aws:SourceAccount", g.SourceAccount},
		{StringEquals, "aws:PrincipalOrgID", g.PrincipalOrgID},
		{StringEquals, "lambda:EventSourceToken", g.EventSourceToken},
		{StringEquals, "lambda:FunctionUrlAuthType", g.FunctionURLAuthType},
	} {
		if f.value != "" {
			s.elements |= ElementCondition
			s.Conditions = append(s.Conditions, Condition{Operator: Operator{Comparison: f.comparison}, Key: f.key, Values: []Value{{Text: f.value}}})
		}
	}
	d := &Document{Statements: []Statement{s}}
	j := &accessJudge{fences: fencesOf(d), context: &c}
	of := resourceServiceOf(service, d)
	j.resource(&d.Statements[0], &of)
	return j.verdict()
}

func principalType(text string) string {
	switch {
	case text == PrincipalAny:
		return PrincipalAny
	case serviceName(text) != strings.ToLower(text) && !strings.HasPrefix(text, "arn:"):
		return PrincipalService
	}
	return PrincipalAWS
}
