// Package identity holds the rules about who may do what: credentials, policies and the root user.
package identity

import (
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const iamSource = "iam.amazonaws.com"

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return caller.Named([]*detect.Rule{
		RootConsoleLogin(),
		AccessKeyCreated(),
		InlinePolicyWildcard(),
		ManagedPolicyWildcard(),
		AdminPolicyAttached(),
		RootActivity(),
		LoginProfileChanged(),
		ConsoleLoginWithoutMFA(),
		UserCreated(),
		TrustPolicyOpened(),
		FederationProviderChanged(),
		MFARemoved(),
		FederationOrSessionTokenTaken(),
		PrincipalDeleted(),
		MFADeviceRegistered(),
		PasswordPolicyWeakened(),
		RootCredentialChanged(),
		GuardrailRemoved(),
		InstanceProfileOrRoleGiven(),
		SignInTokenCreated(),
		KeyQuarantined(),
		AddedToGroup(),
		PermissionsBoundaryRemoved(),
		RolesAnywhereTrustChanged(),
		OtherCredentialCreated(),
		SingleSignOnChanged(),
		RootAssumed(),
		AccountClosedOrContactChanged(),
		PolicyChanged(),
		ConsoleLoginFailed(),
		CallsDenied(),
		UserActiveFromTwoNetworks(),
	})
}
