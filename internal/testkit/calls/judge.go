package calls

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/iampolicy"
)

// A Place is where calls are made and policies hold.
type Place struct {
	Account, Region string
	Role            string            // ARN of the role whose calls they are
	Names           map[string]string // what other placeholders stand for, such as "${LedgerKey}"
}

// fill puts the place's own in the place of placeholders.
func (p Place) fill(text string) string {
	pairs := []string{"${Partition}", "aws", "${Region}", p.Region, "${Account}", p.Account}
	for name, value := range p.Names {
		pairs = append(pairs, name, value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// A Statement is one statement of a policy, as policies and grants have it. Its texts may hold placeholders.
type Statement struct {
	Sid        string
	Deny       bool
	Actions    []string
	Except     []string // in the place of Actions: all but these
	Resources  []string
	Conditions map[string]map[string][]string // values by operator and key
}

// Policy makes a policy of statements, for the place.
func (p Place) Policy(name string, statements []Statement) iampolicy.Policy {
	document := map[string]any{"Version": "2012-10-17"}
	rendered := []map[string]any{}
	for _, s := range statements {
		r := map[string]any{"Effect": "Allow", "Resource": p.all(s.Resources)}
		if s.Deny {
			r["Effect"] = "Deny"
		}
		if len(s.Except) > 0 {
			r["NotAction"] = s.Except
		} else {
			r["Action"] = s.Actions
		}
		if len(s.Conditions) > 0 {
			conditions := map[string]map[string][]string{}
			for operator, keys := range s.Conditions {
				conditions[operator] = map[string][]string{}
				for key, values := range keys {
					conditions[operator][key] = p.all(values)
				}
			}
			r["Condition"] = conditions
		}
		rendered = append(rendered, r)
	}
	document["Statement"] = rendered
	text, err := json.Marshal(document)
	if err != nil {
		return iampolicy.Policy{Name: name, Err: err}
	}
	return iampolicy.ReadPolicy(name, text)
}

func (p Place) all(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = p.fill(t)
	}
	return out
}

// Decide says whether policies of the place's role allow what a call needs.
func (p Place) Decide(n Need, policies ...iampolicy.Policy) iampolicy.Decision {
	context := map[string][]string{}
	for key, value := range n.Context {
		context[key] = []string{p.fill(value)}
	}
	r := iampolicy.Request{Principal: p.Role, Action: n.Action, Resource: p.fill(n.Resource), Context: context}
	if a, ok := iampolicy.ParseARN(r.Resource); ok && !iampolicy.IsAccount(a.Account) {
		r.ResourceAccount = p.Account // of S3's, and of those that belong to nobody in particular
	}
	return iampolicy.Evaluate(r, iampolicy.Policies{Identity: policies, Resource: p.letsIn(n.Action)})
}

// letsIn returns the policy of a resource without which IAM's policies count for nothing: a key's, as KMS makes it, that of
// what is assumed, and a bus's in another account. Whether those of Riposte's own let the right ones in is for other tests.
func (p Place) letsIn(action string) *iampolicy.Policy {
	service, _, _ := strings.Cut(action, ":")
	if service != "kms" && service != "sts" && service != "events" {
		return nil
	}
	a, _ := iampolicy.ParseARN(p.Role)
	policy := iampolicy.ReadPolicy("the resource's own", fmt.Appendf(nil,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:root"},"Action":"%s:*","Resource":"*"}]}`, a.Account, service))
	return &policy
}

// Unused returns the parts of allowing statements, each an action on a resource, that none of the needs uses.
func (p Place) Unused(statements []Statement, needs []Need) []string {
	var out []string
	for _, s := range statements {
		if s.Deny {
			continue
		}
		for _, action := range s.Actions {
			for _, resource := range s.Resources {
				part := s
				part.Actions, part.Resources = []string{action}, []string{resource}
				policy := p.Policy(s.Sid, []Statement{part})
				if !slices.ContainsFunc(needs, func(n Need) bool {
					return strings.EqualFold(n.Action, action) && p.Decide(n, policy).Outcome == iampolicy.Allowed
				}) {
					out = append(out, fmt.Sprintf("%s on %s", action, resource))
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
