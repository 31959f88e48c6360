package stack

import (
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// A statement is one statement of a role's policy.
type statement struct {
	sid        string
	deny       bool
	actions    []string
	except     []string // with deny: every action but these
	resources  []string // ARNs in which ${Partition}, ${Account} and ${Region} stand for the deployment's own
	conditions conditions
	why        string // why a resource is a wildcard
}

// conditions are values by operator and key; one of the values has to fit.
type conditions map[string]map[string][]string

// wildcards returns the resources of an allowing statement that stand for more than one.
func (s statement) wildcards() []string {
	var out []string
	for _, r := range s.resources {
		if !s.deny && strings.ContainsAny(r, "*?") {
			out = append(out, r)
		}
	}
	return out
}

// check refuses what a reviewer would: an action or a resource that stands for many without a reason.
func (s statement) check() error {
	for _, a := range s.actions {
		if !s.deny && strings.ContainsAny(a, "*?") {
			return fmt.Errorf("statement %s allows %s: name each action", s.sid, a)
		}
	}
	if w := s.wildcards(); len(w) > 0 && s.why == "" {
		return fmt.Errorf("statement %s allows %s and does not say why", s.sid, strings.Join(w, ", "))
	}
	return nil
}

func (s statement) render() awsiam.PolicyStatement {
	p := &awsiam.PolicyStatementProps{Sid: jsii.String(s.sid), Resources: jsii.Strings(fill(s.resources)...)}
	if len(s.actions) > 0 {
		p.Actions = jsii.Strings(s.actions...)
	}
	if len(s.except) > 0 {
		p.NotActions = jsii.Strings(s.except...)
	}
	if s.deny {
		p.Effect = awsiam.Effect_DENY
	}
	if len(s.conditions) > 0 {
		p.Conditions = s.conditions.render()
	}
	return awsiam.NewPolicyStatement(p)
}

// and returns the conditions with further ones under an operator.
func (c conditions) and(operator string, keys map[string][]string) conditions {
	out := conditions{}
	for o, of := range c {
		out[o] = maps.Clone(of)
	}
	if out[operator] == nil {
		out[operator] = map[string][]string{}
	}
	maps.Copy(out[operator], keys)
	return out
}

func (c conditions) render() *map[string]any {
	out := map[string]any{}
	for operator, keys := range c {
		values := map[string]any{}
		for key, texts := range keys {
			values[key] = fill(texts)
			if len(texts) == 1 {
				values[key] = fill(texts)[0]
			}
		}
		out[operator] = values
	}
	return &out
}

// renderFor makes a statement of a resource's policy for an AWS service.
func (s statement) renderFor(service string) awsiam.PolicyStatement {
	p := s.render()
	p.AddServicePrincipal(jsii.String(service), nil)
	return p
}

// fill puts CloudFormation's references in the place of ${Partition}, ${Account} and ${Region}.
func fill(texts []string) []string {
	references := strings.NewReplacer(
		"${Partition}", *awscdk.Aws_PARTITION(), "${Account}", *awscdk.Aws_ACCOUNT_ID(), "${Region}", *awscdk.Aws_REGION())
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = references.Replace(t)
	}
	return out
}

// document makes a policy of statements.
func document(statements []statement) (awsiam.PolicyDocument, error) {
	rendered := make([]awsiam.PolicyStatement, len(statements))
	for i, s := range statements {
		if err := s.check(); err != nil {
			return nil, err
		}
		rendered[i] = s.render()
	}
	return awsiam.NewPolicyDocument(&awsiam.PolicyDocumentProps{
		Statements: &rendered,
		Minimize:   jsii.Bool(false), // statements stay as they were written, one purpose each
	}), nil
}
