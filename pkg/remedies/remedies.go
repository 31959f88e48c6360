// Package remedies lists what Riposte can do to an account.
package remedies

import (
	"errors"

	"riposte/pkg/iampolicy"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedies/data"
	"riposte/pkg/remedies/identity"
	"riposte/pkg/remedies/logging"
	"riposte/pkg/remedies/network"
	"riposte/pkg/remedies/organization"
	"riposte/pkg/remedies/sharing"
	"riposte/pkg/remedies/storage"
	"riposte/pkg/remedy"
)

// All returns one remedy for every action, with access to the accounts that they may change.
func All(accounts access.Accounts) []remedy.Remedy {
	return []remedy.Remedy{
		identity.DeactivateAccessKey(accounts),
		identity.DetachPolicy(accounts),
		identity.RemoveInlinePolicy(accounts),
		identity.RestoreDefaultPolicyVersion(accounts, judge),
		identity.RestoreTrustPolicy(accounts),
		identity.RestorePermissionsBoundary(accounts),
		identity.RemoveUserFromGroup(accounts),
		identity.DeleteLoginProfile(accounts),
		identity.DeactivateServiceSpecificCredential(accounts),
		identity.DeactivateSigningCertificate(accounts),
		identity.DeactivateSSHPublicKey(accounts),
		identity.DeactivateAllKeys(accounts),
		identity.DeleteRootAccessKey(accounts),
		identity.RestorePasswordPolicy(accounts),
		identity.DeleteFederationProvider(accounts),
		identity.QuarantineUser(accounts),
		identity.QuarantineRole(accounts),
		identity.RevokeRoleSessions(accounts),
		logging.StartCloudTrailLogging(accounts),
		logging.RestoreTrail(accounts),
		logging.RestoreTrailEventSelectors(accounts),
		logging.RecreateTrail(accounts),
		logging.StartConfigRecorder(accounts),
		logging.EnableGuardDutyDetector(accounts),
		logging.DisarmGuardDutyFilter(accounts),
		logging.DeactivateGuardDutyTrustedList(accounts),
		logging.EnableSecurityHub(accounts),
		logging.RecreateAccessAnalyzer(accounts),
		logging.RecreateFlowLog(accounts),
		logging.EnableEventRule(accounts),
		logging.EnableAlarmActions(accounts),
		network.RevokeSecurityGroupRules(accounts),
		network.RestoreModifiedSecurityGroupRule(accounts),
		network.DeleteNetworkACLEntry(accounts),
		network.RestoreRoute(accounts),
		network.DeleteVPCPeeringConnection(accounts),
		network.DeleteTrafficMirrorSession(accounts),
		network.RequireInstanceMetadataTokens(accounts),
		storage.RestoreBucketPublicAccessBlock(accounts),
		storage.RestoreAccountPublicAccessBlock(accounts),
		storage.RemoveBucketPolicyStatements(accounts),
		storage.RemoveBucketACLGrants(accounts),
		storage.RemoveObjectACLGrants(accounts),
		storage.EnableBucketVersioning(accounts),
		storage.RestoreBucketEncryption(accounts),
		storage.RestoreBucketLifecycle(accounts),
		storage.RemoveBucketReplicationRule(accounts),
		storage.RestoreBucketLogging(accounts),
		data.CancelKeyDeletion(accounts),
		data.EnableKey(accounts),
		data.EnableKeyRotation(accounts),
		data.EnableDeletionProtection(accounts),
		data.EnablePointInTimeRecovery(accounts),
		organization.AttachOrganizationPolicy(accounts),
		organization.DeleteAccountAssignment(accounts),
		sharing.UnshareEBSSnapshot(accounts),
		sharing.UnshareImage(accounts),
		sharing.UnshareDBSnapshot(accounts),
		sharing.UnshareDBClusterSnapshot(accounts),
		sharing.RemoveFunctionPermission(accounts),
		sharing.RestrictFunctionURL(accounts),
		sharing.RemoveTopicPolicyStatements(accounts),
		sharing.RemoveQueuePolicyStatements(accounts),
		sharing.RemoveRepositoryPolicyStatements(accounts),
		sharing.RemoveSecretPolicyStatements(accounts),
		sharing.UnshareSSMDocument(accounts),
		sharing.RestoreKeyPolicy(accounts),
		sharing.RevokeKeyGrant(accounts),
		sharing.MakeDBInstancePrivate(accounts),
		sharing.EnableEBSEncryptionDefault(accounts),
		sharing.DisableSerialConsole(accounts),
		sharing.BlockPublicSnapshots(accounts),
		sharing.BlockPublicImages(accounts),
	}
}

// judge grades a policy document by its worst risk. What is less than medium the rules do not report either.
func judge(document []byte) (identity.Grade, error) {
	v := iampolicy.Judge(document)
	if !v.Judged {
		return 0, errors.New(v.Reason)
	}
	worst, _ := v.Worst()
	switch worst.Severity {
	case iampolicy.Critical:
		return 3, nil
	case iampolicy.High:
		return 2, nil
	case iampolicy.Medium:
		return 1, nil
	default:
		return 0, nil
	}
}
