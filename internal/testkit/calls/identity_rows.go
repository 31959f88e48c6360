package calls

const (
	iamARN = "arn:${Partition}:iam::${Account}:"
	users  = iamARN + "user/{UserName}"
	roles  = iamARN + "role/{RoleName}"
	groups = iamARN + "group/{GroupName}"
)

// add gives operations of a service one row.
func add(to map[string]row, service string, r row, operations ...string) {
	for _, operation := range operations {
		to[service+" "+operation] = r
	}
}

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
func identityRows() map[string]row {
	t := map[string]row{}
	add(t, "IAM", row{on: []string{users}},
		"GetLoginProfile", "DeleteLoginProfile", "GetUser", "GetUserPolicy", "ListUserPolicies", "PutUserPolicy", "DeleteUserPolicy",
		"ListAttachedUserPolicies", "ListGroupsForUser", "UpdateAccessKey",
		"ListSSHPublicKeys", "UpdateSSHPublicKey", "ListSigningCertificates", "UpdateSigningCertificate",
		"ListServiceSpecificCredentials", "UpdateServiceSpecificCredential", "DeleteUserPermissionsBoundary")
	// Without a name they are about the caller, who then is root.
	add(t, "IAM", row{on: []string{users}, or: iamARN + "root"}, "ListAccessKeys", "DeleteAccessKey")
	add(t, "IAM", row{on: []string{roles}},
		"GetRole", "GetRolePolicy", "ListRolePolicies", "PutRolePolicy", "DeleteRolePolicy", "ListAttachedRolePolicies",
		"UpdateAssumeRolePolicy", "DeleteRolePermissionsBoundary")
	add(t, "IAM", row{on: []string{groups}},
		"GetGroupPolicy", "ListGroupPolicies", "PutGroupPolicy", "DeleteGroupPolicy", "ListAttachedGroupPolicies",
		"AddUserToGroup", "RemoveUserFromGroup") // of a membership IAM asks about the group only
	attached := map[string]string{"iam:PolicyARN": "{PolicyArn}"}
	add(t, "IAM", row{on: []string{users}, context: attached}, "AttachUserPolicy", "DetachUserPolicy")
	add(t, "IAM", row{on: []string{roles}, context: attached}, "AttachRolePolicy", "DetachRolePolicy")
	add(t, "IAM", row{on: []string{groups}, context: attached}, "AttachGroupPolicy", "DetachGroupPolicy")
	boundary := map[string]string{"iam:PermissionsBoundary": "{PermissionsBoundary}"}
	add(t, "IAM", row{on: []string{users}, context: boundary}, "PutUserPermissionsBoundary")
	add(t, "IAM", row{on: []string{roles}, context: boundary}, "PutRolePermissionsBoundary")
	add(t, "IAM", row{on: []string{"{PolicyArn}"}}, "GetPolicy", "GetPolicyVersion", "ListPolicyVersions", "SetDefaultPolicyVersion")
	add(t, "IAM", row{on: []string{"{SAMLProviderArn}"}}, "GetSAMLProvider", "DeleteSAMLProvider")
	add(t, "IAM", row{on: []string{"{OpenIDConnectProviderArn}"}}, "GetOpenIDConnectProvider", "DeleteOpenIDConnectProvider")
	add(t, "IAM", row{on: []string{"*"}}, "GetAccountPasswordPolicy", "UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy")
	return t
}
