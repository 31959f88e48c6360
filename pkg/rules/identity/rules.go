// Package identity holds the rules about who may do what: credentials, policies and the root user.
package identity

import "riposte/pkg/detect"

const iamSource = "iam.amazonaws.com"

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return []*detect.Rule{
		RootConsoleLogin(),
		AccessKeyCreated(),
		InlinePolicyWildcard(),
		ManagedPolicyWildcard(),
		AdminPolicyAttached(),
		RootActivity(),
	}
}
