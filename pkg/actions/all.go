package actions

// All returns every action, in the order of the documentation.
func All() []Action {
	return []Action{
		DeactivateAccessKey(),
		DetachPolicy(),
		RemoveInlinePolicy(),
		RestoreDefaultPolicyVersion(),
		StartCloudTrailLogging(),
		RevokeSecurityGroupRules(),
	}
}
