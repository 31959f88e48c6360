package iampolicy

import "strings"

// A trait is why an action is looked for.
type trait uint8

const (
	escalates trait = 1 << iota
	readsData
	givesCredentials
	exposes
	evades
)

// A sensitiveAction is an action that nobody should have on any resource without thought.
type sensitiveAction struct {
	name     string
	trait    trait
	severity Severity
}

// sensitiveActions lists them. A line holds actions of one service.
func sensitiveActions() []sensitiveAction {
	out := make([]sensitiveAction, 0, 400)
	add := func(t trait, s Severity, lines string) {
		for line := range strings.Lines(lines) {
			fields := strings.Fields(line)
			for i := 1; i < len(fields); i++ {
				out = append(out, sensitiveAction{fields[0] + ":" + fields[i], t, s})
			}
		}
	}
	add(readsData, Medium, `
		s3 GetObject GetObjectVersion
		ssm GetParameter GetParameters GetParametersByPath GetParameterHistory
		secretsmanager GetSecretValue BatchGetSecretValue
		ebs GetSnapshotBlock
		rds StartExportTask
		dynamodb Scan Query GetItem BatchGetItem ExportTableToPointInTime
		redshift-data GetStatementResult
		athena GetQueryResults
		codecommit GitPull
		kms Decrypt`)
	add(givesCredentials, High, `
		iam CreateAccessKey CreateLoginProfile UpdateLoginProfile CreateServiceSpecificCredential ResetServiceSpecificCredential UpdateAccessKey
		sts AssumeRole
		sso GetRoleCredentials
		ec2 GetPasswordData
		rolesanywhere CreateProfile`)
	add(givesCredentials, Medium, `
		sts AssumeRoleWithSAML AssumeRoleWithWebIdentity GetFederationToken
		cognito-identity GetCredentialsForIdentity GetOpenIdToken GetOpenIdTokenForDeveloperIdentity
		redshift GetClusterCredentials GetClusterCredentialsWithIAM
		redshift-serverless GetCredentials
		rds-db connect
		emr-containers GetManagedEndpointSessionCredentials
		ec2-instance-connect SendSSHPublicKey
		lightsail DownloadDefaultKeyPair GetBucketAccessKeys CreateBucketAccessKey GetInstanceAccessDetails GetRelationalDatabaseMasterUserPassword GetKeyPair GetKeyPairs
		airflow CreateCliToken CreateWebLoginToken
		appsync CreateApiKey ListApiKeys
		cloud9 CreateEnvironmentSSH CreateEnvironmentToken
		codepipeline PollForJobs
		connect GetFederationToken GetFederationTokens ListSecurityKeys
		finspace-api GetProgrammaticAccessCredentials
		gamelift RequestUploadCredentials GetInstanceAccess GetComputeAccess GetComputeAuthToken
		grafana CreateWorkspaceApiKey
		sso-directory ListBearerTokens
		cognito-idp GetSigningCertificate DescribeUserPoolClient`)
	// These hand out what is narrow, short-lived or of little use alone, and stand in many harmless policies.
	add(givesCredentials, Low, `
		sts GetSessionToken
		ecr GetAuthorizationToken
		ecr-public GetAuthorizationToken
		codeartifact GetAuthorizationToken
		license-manager GetAccessToken
		chime CreateApiKey
		chatbot GetMicrosoftTeamsOauthParameters GetSlackOauthParameters
		mediapackage RotateChannelCredentials RotateIngestEndpointCredentials
		snowball GetJobUnlockCode
		storagegateway DescribeChapCredentials`)
	// Beside what AWS itself gives the level "Permissions management".
	add(exposes, Medium, `
		rds ModifyDBSnapshotAttribute ModifyDBClusterSnapshotAttribute
		ec2 ModifySnapshotAttribute ModifyImageAttribute CreateNetworkInterfacePermission ModifyVpcEndpointServicePermissions
		eks CreateAccessEntry AssociateAccessPolicy
		rolesanywhere CreateProfile CreateTrustAnchor
		ram CreateResourceShare AssociateResourceShare EnableSharingWithAwsOrganization
		lambda AddPermission AddLayerVersionPermission CreateFunctionUrlConfig UpdateFunctionUrlConfig
		redshift AuthorizeSnapshotAccess AuthorizeDataShare ModifyClusterIamRoles
		ds ShareDirectory CreateTrust
		s3 PutBucketPolicy PutBucketAcl PutObjectAcl PutObjectVersionAcl PutAccessPointPolicy PutBucketPublicAccessBlock PutAccountPublicAccessBlock
		sns AddPermission SetTopicAttributes
		sqs AddPermission SetQueueAttributes
		kms CreateGrant PutKeyPolicy
		cloudfront CreateDistribution
		ssm ModifyDocumentPermission`)
	add(evades, High, `
		cloudtrail StopLogging DeleteTrail UpdateTrail PutEventSelectors PutInsightSelectors DeleteEventDataStore StopEventDataStoreIngestion
		guardduty DeleteDetector UpdateDetector CreateFilter CreateIPSet UpdateIPSet DisassociateFromMasterAccount DisassociateFromAdministratorAccount DeleteMembers StopMonitoringMembers DisableOrganizationAdminAccount
		config StopConfigurationRecorder DeleteConfigurationRecorder DeleteDeliveryChannel DeleteConfigRule
		securityhub DisableSecurityHub BatchDisableStandards DisableImportFindingsForProduct DisassociateFromAdministratorAccount DeleteMembers
		access-analyzer DeleteAnalyzer
		macie2 DisableMacie
		inspector2 Disable
		detective DeleteGraph
		organizations LeaveOrganization DisablePolicyType DetachPolicy DeletePolicy
		s3 PutAccountPublicAccessBlock`)
	add(evades, Medium, `
		logs DeleteLogGroup DeleteLogStream PutRetentionPolicy DeleteSubscriptionFilter
		ec2 DeleteFlowLogs
		kms ScheduleKeyDeletion DisableKey
		cloudwatch DeleteAlarms DisableAlarmActions
		events DisableRule DeleteRule RemoveTargets
		wafv2 DeleteWebACL DisassociateWebACL DeleteLoggingConfiguration
		network-firewall DeleteFirewall UpdateLoggingConfiguration
		s3 PutBucketPublicAccessBlock PutBucketLogging`)
	return out
}
