package iampolicy

// The codes of risks of trust and resource policies.
const (
	Public            = "public"              // everyone gets in
	ExternalAccount   = "external-account"    // an account or organisation gets in that is not known to be trusted
	MissingExternalID = "missing-external-id" // a third party may assume the role without an external id
	OIDCUnscoped      = "oidc-unscoped"       // tokens get in that an identity provider signs for others
	SAMLUnscoped      = "saml-unscoped"       // assertions get in that were not meant for AWS
	ConfusedDeputy    = "confused-deputy"     // a service gets in for whoever asks it to
	SelfLockout       = "self-lockout"        // the own administrators are kept out
)
