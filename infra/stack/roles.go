package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"
)

// addServiceRole adds a role that one of AWS's services takes on for Riposte, under conditions if there are any.
func (s *site) addServiceRole(id, name, service, description string, trust conditions, permissions ...statement) (awsiam.Role, error) {
	policy, err := document(permissions)
	if err != nil {
		return nil, err
	}
	o := &awsiam.ServicePrincipalOpts{}
	if len(trust) > 0 {
		o.Conditions = trust.render()
	}
	role := awsiam.NewRole(s.stack, jsii.String(id+"Role"), &awsiam.RoleProps{
		RoleName:       jsii.String(fill([]string{name})[0]),
		Description:    jsii.String(description),
		AssumedBy:      awsiam.NewServicePrincipal(jsii.String(service), o),
		InlinePolicies: &map[string]awsiam.PolicyDocument{"permissions": policy},
	})
	acceptWildcards(role, permissions)
	return role, nil
}
