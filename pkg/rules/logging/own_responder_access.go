package logging

import "riposte/pkg/detect"

// ownRoles are the calls by which a role of Riposte's gets other rights, lets somebody else in, or goes.
func ownRoles() calls {
	role := reference{detect.Role, "roleName", afterSlash}
	return calls{"iam.amazonaws.com": {
		"AttachRolePolicy":              role.changed("role %s got a managed policy", deploying),
		"DeleteRole":                    role.changed("role %s was deleted", deploying),
		"DeleteRolePermissionsBoundary": role.changed("role %s lost its permissions boundary", deploying),
		"DeleteRolePolicy":              role.changed("role %s lost an inline policy", deploying),
		"DetachRolePolicy":              role.changed("role %s lost a managed policy", deploying),
		"PutRolePermissionsBoundary":    role.changed("role %s got a permissions boundary", deploying),
		"PutRolePolicy":                 role.changed("role %s got an inline policy", deploying),
		"UpdateAssumeRolePolicy":        role.changed("role %s got another trust policy", deploying),
	}}
}

// ownPolicies are the calls that change the managed policies of Riposte's roles.
func ownPolicies() calls {
	policy := reference{detect.Policy, "policyArn", afterSlash}
	return calls{"iam.amazonaws.com": {
		"CreatePolicyVersion":     policy.changed("policy %s got another version", deploying),
		"DeletePolicy":            policy.changed("policy %s was deleted", deploying),
		"SetDefaultPolicyVersion": policy.changed("policy %s has another version in effect", deploying),
	}}
}
