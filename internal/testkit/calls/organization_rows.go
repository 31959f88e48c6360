package calls

func organizationRows() map[string]row {
	t := map[string]row{}
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
	const (
		own    = "arn:${Partition}:organizations::${Account}:"
		policy = own + "policy/o-a1b2c3d4e5/service_control_policy/{PolicyId}"
	)
	add(t, "Organizations", row{on: []string{"*"}}, "DescribeOrganization")
	add(t, "Organizations", row{on: []string{policy}}, "ListTargetsForPolicy")
	target := []string{own + "root/o-a1b2c3d4e5/{TargetId|r-}", own + "ou/o-a1b2c3d4e5/{TargetId|ou-}"}
	for digit := range 10 { // of an account's ID
		target = append(target, own+"account/o-a1b2c3d4e5/{TargetId|"+string(rune('0'+digit))+"}")
	}
	add(t, "Organizations", row{on: append(target, policy)}, "AttachPolicy", "DetachPolicy")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiamidentitycenter.html
	assignment := []string{"{InstanceArn}", "{PermissionSetArn}"}
	const accounts = "arn:${Partition}:sso:::account/"
	add(t, "SSO Admin", row{on: append([]string{accounts + "{AccountId}"}, assignment...)}, "ListAccountAssignments")
	add(t, "SSO Admin", row{on: append([]string{accounts + "{TargetId}"}, assignment...)}, "CreateAccountAssignment", "DeleteAccountAssignment")

	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
	// ${Organization} stands for that of the account that is entered.
	const organization = "${Organization}"
	add(t, "STS", row{
		on: []string{"{RoleArn}"}, context: map[string]string{
			"sts:ExternalId": "{ExternalId}", "sts:RoleSessionName": "{RoleSessionName}", "sts:SourceIdentity": "{SourceIdentity}",
			"aws:ResourceOrgID": organization,
		},
		also: []further{{
			action: "sts:SetSourceIdentity", on: []string{"{RoleArn}"}, when: "SourceIdentity",
			context: map[string]string{"sts:SourceIdentity": "{SourceIdentity}", "aws:ResourceOrgID": organization},
		}},
	}, "AssumeRole")
	add(t, "STS", row{
		on:      []string{"arn:${Partition}:iam::{TargetPrincipal}:root"},
		context: map[string]string{"sts:TaskPolicyArn": "{TaskPolicyArn.Arn}", "aws:ResourceOrgID": organization},
	}, "AssumeRoot")
	return t
}
