package simaws_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"riposte/pkg/actions"
)

// A reader reads one kind of thing through the API: which there are, and what one of them is like. Settings of the account are
// one thing that is always new.
type reader struct {
	kind string
	// only is part of the name of a call; where an action makes none like it, the kind is not read. moto is slow at some.
	only string
	list func(w *world) []string
	read func(w *world, id string) any
}

const theAccount = "account"

func justAccount(*world) []string { return []string{theAccount} }

// got returns an answer, or nil where the service says that there is no such thing.
func got[T any](out T, err error) func(w *world) any {
	return func(w *world) any {
		w.t.Helper()
		if err == nil {
			return out
		}
		if api, ok := errors.AsType[smithy.APIError](err); ok {
			for _, part := range []string{"NoSuch", "NotFound", "Missing"} {
				if strings.Contains(api.ErrorCode(), part) {
					return nil
				}
			}
		}
		w.t.Fatal(err)
		return nil
	}
}

// readersOf returns those of a service by what IAM calls it. What AWS changes by itself, such as when a trail last delivered, is
// left out.
func readersOf(service string) []reader {
	switch service {
	case "iam":
		return iamReaders()
	case "cloudtrail":
		return trailReaders()
	case "s3":
		return s3Readers()
	case "ec2":
		return ec2Readers()
	case "kms":
		return keyReaders()
	case "rds":
		return databaseReaders()
	case "lambda", "sns", "sqs", "ecr", "secretsmanager", "ssm", "dynamodb", "organizations", "config", "guardduty", "securityhub", "events":
		return otherReaders()[service]
	}
	return nil
}

func iamReaders() []reader {
	keys := func(w *world, user string) any {
		return []any{
			must(w.iam.ListAccessKeys(w.t.Context(), &iam.ListAccessKeysInput{UserName: &user}))(w).AccessKeyMetadata,
			must(w.iam.ListSigningCertificates(w.t.Context(), &iam.ListSigningCertificatesInput{UserName: &user}))(w).Certificates,
			must(w.iam.ListSSHPublicKeys(w.t.Context(), &iam.ListSSHPublicKeysInput{UserName: &user}))(w).SSHPublicKeys,
			got(w.iam.GetLoginProfile(w.t.Context(), &iam.GetLoginProfileInput{UserName: &user}))(w),
		}
	}
	details := func(w *world, filter iamtypes.EntityType) *iam.GetAccountAuthorizationDetailsOutput {
		return must(w.iam.GetAccountAuthorizationDetails(w.t.Context(), &iam.GetAccountAuthorizationDetailsInput{Filter: []iamtypes.EntityType{filter}}))(w)
	}
	return []reader{
		{"users", "", func(w *world) (all []string) {
			for _, u := range must(w.iam.ListUsers(w.t.Context(), &iam.ListUsersInput{}))(w).Users {
				all = append(all, *u.UserName)
			}
			return all
		}, func(w *world, name string) any {
			for _, u := range details(w, iamtypes.EntityTypeUser).UserDetailList {
				if *u.UserName == name {
					inline := byName(u.UserPolicyList)
					u.UserPolicyList = nil
					return []any{u, inline, keys(w, name)}
				}
			}
			return nil
		}},
		{"groups", "", func(w *world) (all []string) {
			for _, g := range must(w.iam.ListGroups(w.t.Context(), &iam.ListGroupsInput{}))(w).Groups {
				all = append(all, *g.GroupName)
			}
			return all
		}, func(w *world, name string) any {
			for _, g := range details(w, iamtypes.EntityTypeGroup).GroupDetailList {
				if *g.GroupName == name {
					inline := byName(g.GroupPolicyList)
					g.GroupPolicyList = nil
					return []any{g, inline}
				}
			}
			return nil
		}},
		{"roles", "", func(w *world) (all []string) {
			for _, r := range must(w.iam.ListRoles(w.t.Context(), &iam.ListRolesInput{}))(w).Roles {
				all = append(all, *r.RoleName)
			}
			return all
		}, func(w *world, name string) any {
			for _, r := range details(w, iamtypes.EntityTypeRole).RoleDetailList {
				if *r.RoleName == name {
					boundary := must(w.iam.GetRole(w.t.Context(), &iam.GetRoleInput{RoleName: &name}))(w).Role.PermissionsBoundary
					inline := byName(r.RolePolicyList)
					r.RolePolicyList = nil
					return []any{r, inline, boundary}
				}
			}
			return nil
		}},
		{"policies", "", func(w *world) (all []string) {
			out := must(w.iam.ListPolicies(w.t.Context(), &iam.ListPoliciesInput{Scope: iamtypes.PolicyScopeTypeLocal}))(w)
			for _, p := range out.Policies {
				all = append(all, *p.Arn)
			}
			return all
		}, func(w *world, arn string) any {
			return must(w.iam.ListPolicyVersions(w.t.Context(), &iam.ListPolicyVersionsInput{PolicyArn: &arn}))(w).Versions
		}},
		{"password policy", "", justAccount, func(w *world, _ string) any {
			return got(w.iam.GetAccountPasswordPolicy(w.t.Context(), &iam.GetAccountPasswordPolicyInput{}))(w)
		}},
		{"providers", "", justAccount, func(w *world, _ string) any {
			return []any{
				must(w.iam.ListSAMLProviders(w.t.Context(), &iam.ListSAMLProvidersInput{}))(w).SAMLProviderList,
				must(w.iam.ListOpenIDConnectProviders(w.t.Context(), &iam.ListOpenIDConnectProvidersInput{}))(w).OpenIDConnectProviderList,
			}
		}},
	}
}

// byName returns inline policies by their names: IAM lists them in no order.
func byName(list []iamtypes.PolicyDetail) map[string]string {
	all := map[string]string{}
	for _, p := range list {
		all[*p.PolicyName] = *p.PolicyDocument
	}
	return all
}

func trailReaders() []reader {
	return []reader{{"trails", "", func(w *world) (all []string) {
		for _, t := range must(w.trail.DescribeTrails(w.t.Context(), &cloudtrail.DescribeTrailsInput{}))(w).TrailList {
			all = append(all, *t.TrailARN)
		}
		return all
	}, func(w *world, arn string) any {
		selectors := must(w.trail.GetEventSelectors(w.t.Context(), &cloudtrail.GetEventSelectorsInput{TrailName: &arn}))(w)
		return []any{
			must(w.trail.GetTrail(w.t.Context(), &cloudtrail.GetTrailInput{Name: &arn}))(w).Trail,
			must(w.trail.GetTrailStatus(w.t.Context(), &cloudtrail.GetTrailStatusInput{Name: &arn}))(w).IsLogging,
			selectors.EventSelectors, selectors.AdvancedEventSelectors,
		}
	}}}
}

func s3Readers() []reader {
	return []reader{{"buckets", "", func(w *world) (all []string) {
		for _, b := range must(w.s3().ListBuckets(w.t.Context(), &s3.ListBucketsInput{}))(w).Buckets {
			all = append(all, *b.Name)
		}
		return all
	}, func(w *world, name string) any {
		api, ctx := w.s3(), w.t.Context()
		objects := map[string]any{}
		listed := must(api.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &name}))(w).Contents
		if strings.HasSuffix(name, "-logs") {
			listed = nil // moto writes the access log at once, and every look is an access
		}
		for _, o := range listed {
			objects[*o.Key] = must(api.GetObjectAcl(ctx, &s3.GetObjectAclInput{Bucket: &name, Key: o.Key}))(w).Grants
		}
		versioning := must(api.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &name}))(w)
		return map[string]any{
			"policy": got(api.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &name}))(w), "objects": objects,
			"block":      got(api.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &name}))(w),
			"grants":     must(api.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: &name}))(w).Grants,
			"versioning": []any{versioning.Status, versioning.MFADelete},
			"encryption": got(api.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &name}))(w),
			"lifecycle":  got(api.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &name}))(w),
			"copies":     got(api.GetBucketReplication(ctx, &s3.GetBucketReplicationInput{Bucket: &name}))(w),
			"log":        must(api.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: &name}))(w).LoggingEnabled,
		}
	}}, {"public access block", "", justAccount, func(w *world, _ string) any {
		return got(w.control().GetPublicAccessBlock(w.t.Context(), &s3control.GetPublicAccessBlockInput{AccountId: aws.String(account)}))(w)
	}}}
}

func ec2Readers() []reader {
	return []reader{
		{"groups", "", func(w *world) (all []string) {
			for _, g := range must(w.ec2.DescribeSecurityGroups(w.t.Context(), &ec2.DescribeSecurityGroupsInput{}))(w).SecurityGroups {
				all = append(all, *g.GroupId)
			}
			return all
		}, func(w *world, id string) any {
			filter := []ec2types.Filter{{Name: aws.String("group-id"), Values: []string{id}}}
			return map[string]any{"rules": must(w.ec2.DescribeSecurityGroupRules(w.t.Context(), &ec2.DescribeSecurityGroupRulesInput{Filters: filter}))(w).SecurityGroupRules}
		}},
		{"networkACLs", "", func(w *world) (all []string) {
			for _, a := range must(w.ec2.DescribeNetworkAcls(w.t.Context(), &ec2.DescribeNetworkAclsInput{}))(w).NetworkAcls {
				all = append(all, *a.NetworkAclId)
			}
			return all
		}, func(w *world, id string) any {
			acl := must(w.ec2.DescribeNetworkAcls(w.t.Context(), &ec2.DescribeNetworkAclsInput{NetworkAclIds: []string{id}}))(w).NetworkAcls[0]
			return map[string]any{"entries": acl.Entries}
		}},
		{"routeTables", "", func(w *world) (all []string) {
			for _, t := range must(w.ec2.DescribeRouteTables(w.t.Context(), &ec2.DescribeRouteTablesInput{}))(w).RouteTables {
				all = append(all, *t.RouteTableId)
			}
			return all
		}, func(w *world, id string) any {
			table := must(w.ec2.DescribeRouteTables(w.t.Context(), &ec2.DescribeRouteTablesInput{RouteTableIds: []string{id}}))(w).RouteTables[0]
			return map[string]any{"routes": table.Routes}
		}},
		{"flowLogs", "", func(w *world) (all []string) {
			for _, l := range must(w.ec2.DescribeFlowLogs(w.t.Context(), &ec2.DescribeFlowLogsInput{}))(w).FlowLogs {
				all = append(all, *l.FlowLogId)
			}
			return all
		}, func(w *world, id string) any {
			l := must(w.ec2.DescribeFlowLogs(w.t.Context(), &ec2.DescribeFlowLogsInput{FlowLogIds: []string{id}}))(w).FlowLogs[0]
			l.CreationTime = nil // one that is made anew is younger
			return l
		}},
		{"snapshots", "SnapshotAttribute", func(w *world) []string {
			return w.snapshots
		}, func(w *world, id string) any {
			out := must(w.ec2.DescribeSnapshotAttribute(w.t.Context(), &ec2.DescribeSnapshotAttributeInput{
				SnapshotId: &id, Attribute: ec2types.SnapshotAttributeNameCreateVolumePermission,
			}))(w)
			return map[string]any{"grantees": out.CreateVolumePermissions}
		}},
		{"images", "ImageAttribute", func(w *world) (all []string) {
			for _, i := range must(w.ec2.DescribeImages(w.t.Context(), &ec2.DescribeImagesInput{Owners: []string{"self"}}))(w).Images {
				all = append(all, *i.ImageId)
			}
			return all
		}, func(w *world, id string) any {
			out := must(w.ec2.DescribeImageAttribute(w.t.Context(), &ec2.DescribeImageAttributeInput{
				ImageId: &id, Attribute: ec2types.ImageAttributeNameLaunchPermission,
			}))(w)
			return map[string]any{"grantees": out.LaunchPermissions}
		}},
		{"instances", "", func(w *world) (all []string) {
			for _, r := range must(w.ec2.DescribeInstances(w.t.Context(), &ec2.DescribeInstancesInput{}))(w).Reservations {
				for _, i := range r.Instances {
					all = append(all, *i.InstanceId)
				}
			}
			return all
		}, func(w *world, id string) any {
			i := must(w.ec2.DescribeInstances(w.t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}}))(w).Reservations[0].Instances[0]
			return []any{i.State, i.MetadataOptions}
		}},
		{"peerings", "", func(w *world) (all []string) {
			for _, p := range must(w.ec2.DescribeVpcPeeringConnections(w.t.Context(), &ec2.DescribeVpcPeeringConnectionsInput{}))(w).VpcPeeringConnections {
				all = append(all, *p.VpcPeeringConnectionId)
			}
			return all
		}, func(w *world, id string) any {
			out := must(w.ec2.DescribeVpcPeeringConnections(w.t.Context(), &ec2.DescribeVpcPeeringConnectionsInput{VpcPeeringConnectionIds: []string{id}}))(w)
			return out.VpcPeeringConnections[0].Status.Code
		}},
		{"encryption", "", justAccount, func(w *world, _ string) any {
			return *must(w.ec2.GetEbsEncryptionByDefault(w.t.Context(), &ec2.GetEbsEncryptionByDefaultInput{}))(w).EbsEncryptionByDefault
		}},
	}
}

func keyReaders() []reader {
	return []reader{{"keys", "", func(w *world) (all []string) {
		for _, k := range must(w.kms().ListKeys(w.t.Context(), &kms.ListKeysInput{}))(w).Keys {
			all = append(all, *k.KeyId)
		}
		return all
	}, func(w *world, id string) any {
		key := must(w.kms().DescribeKey(w.t.Context(), &kms.DescribeKeyInput{KeyId: &id}))(w).KeyMetadata
		grants := must(w.kms().ListGrants(w.t.Context(), &kms.ListGrantsInput{KeyId: &id}))(w).Grants
		for n := range grants {
			grants[n].CreationDate = nil // one that is made again is younger
		}
		rotation, err := w.kms().GetKeyRotationStatus(w.t.Context(), &kms.GetKeyRotationStatusInput{KeyId: &id})
		if err != nil { // of a key that is about to be deleted it cannot be told
			rotation = &kms.GetKeyRotationStatusOutput{}
		}
		return []any{
			key.KeyState, rotation.KeyRotationEnabled, rotation.RotationPeriodInDays,
			map[string]any{"grants": grants},
			must(w.kms().GetKeyPolicy(w.t.Context(), &kms.GetKeyPolicyInput{KeyId: &id, PolicyName: aws.String("default")}))(w).Policy,
		}
	}}}
}

func databaseReaders() []reader {
	return []reader{
		{"databases", "", func(w *world) (all []string) {
			for _, d := range must(w.rds().DescribeDBInstances(w.t.Context(), &rds.DescribeDBInstancesInput{}))(w).DBInstances {
				all = append(all, *d.DBInstanceIdentifier)
			}
			return all
		}, func(w *world, id string) any {
			d := must(w.rds().DescribeDBInstances(w.t.Context(), &rds.DescribeDBInstancesInput{DBInstanceIdentifier: &id}))(w).DBInstances[0]
			d.LatestRestorableTime = nil // it is always about now
			return d
		}},
		{"clusters", "", func(w *world) (all []string) {
			for _, d := range must(w.rds().DescribeDBClusters(w.t.Context(), &rds.DescribeDBClustersInput{}))(w).DBClusters {
				all = append(all, *d.DBClusterIdentifier)
			}
			return all
		}, func(w *world, id string) any {
			d := must(w.rds().DescribeDBClusters(w.t.Context(), &rds.DescribeDBClustersInput{DBClusterIdentifier: &id}))(w).DBClusters[0]
			d.LatestRestorableTime = nil
			return d
		}},
		{"database snapshots", "", func(w *world) (all []string) {
			for _, s := range must(w.rds().DescribeDBSnapshots(w.t.Context(), &rds.DescribeDBSnapshotsInput{}))(w).DBSnapshots {
				all = append(all, *s.DBSnapshotIdentifier)
			}
			return all
		}, func(w *world, id string) any {
			out := must(w.rds().DescribeDBSnapshotAttributes(w.t.Context(), &rds.DescribeDBSnapshotAttributesInput{DBSnapshotIdentifier: &id}))(w)
			return out.DBSnapshotAttributesResult.DBSnapshotAttributes
		}},
		{"cluster snapshots", "", func(w *world) (all []string) {
			for _, s := range must(w.rds().DescribeDBClusterSnapshots(w.t.Context(), &rds.DescribeDBClusterSnapshotsInput{}))(w).DBClusterSnapshots {
				all = append(all, *s.DBClusterSnapshotIdentifier)
			}
			return all
		}, func(w *world, id string) any {
			out := must(w.rds().DescribeDBClusterSnapshotAttributes(w.t.Context(), &rds.DescribeDBClusterSnapshotAttributesInput{DBClusterSnapshotIdentifier: &id}))(w)
			return out.DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes
		}},
	}
}

func otherReaders() map[string][]reader {
	return map[string][]reader{
		"lambda": {{"functions", "", func(w *world) (all []string) {
			for _, f := range must(w.lambda().ListFunctions(w.t.Context(), &lambda.ListFunctionsInput{}))(w).Functions {
				all = append(all, *f.FunctionName)
			}
			return all
		}, func(w *world, name string) any {
			var auth any
			if url, err := w.lambda().GetFunctionUrlConfig(w.t.Context(), &lambda.GetFunctionUrlConfigInput{FunctionName: &name}); err == nil {
				auth = url.AuthType
			}
			var statements []any
			if policy, err := w.lambda().GetPolicy(w.t.Context(), &lambda.GetPolicyInput{FunctionName: &name}); err == nil {
				var document struct{ Statement []any }
				if err := json.Unmarshal([]byte(*policy.Policy), &document); err != nil {
					w.t.Fatal(err)
				}
				statements = document.Statement
			}
			return map[string]any{"auth": auth, "statements": statements}
		}}},
		"sns": {{"topics", "", func(w *world) (all []string) {
			for _, t := range must(sns.NewFromConfig(w.cfg).ListTopics(w.t.Context(), &sns.ListTopicsInput{}))(w).Topics {
				all = append(all, *t.TopicArn)
			}
			return all
		}, func(w *world, arn string) any {
			return must(sns.NewFromConfig(w.cfg).GetTopicAttributes(w.t.Context(), &sns.GetTopicAttributesInput{TopicArn: &arn}))(w).Attributes
		}}},
		"sqs": {{"queues", "", func(w *world) []string {
			return must(w.sqs().ListQueues(w.t.Context(), &sqs.ListQueuesInput{}))(w).QueueUrls
		}, func(w *world, url string) any {
			all := must(w.sqs().GetQueueAttributes(w.t.Context(), &sqs.GetQueueAttributesInput{
				QueueUrl: &url, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameAll},
			}))(w).Attributes
			maps.DeleteFunc(all, func(name, _ string) bool { return strings.HasSuffix(name, "Timestamp") })
			return all
		}}},
		"ecr": {{"repositories", "", func(w *world) (all []string) {
			for _, r := range must(ecr.NewFromConfig(w.cfg).DescribeRepositories(w.t.Context(), &ecr.DescribeRepositoriesInput{}))(w).Repositories {
				all = append(all, *r.RepositoryName)
			}
			return all
		}, func(w *world, name string) any {
			return got(ecr.NewFromConfig(w.cfg).GetRepositoryPolicy(w.t.Context(), &ecr.GetRepositoryPolicyInput{RepositoryName: &name}))(w)
		}}},
		"secretsmanager": {{"secrets", "", func(w *world) (all []string) {
			for _, s := range must(secretsmanager.NewFromConfig(w.cfg).ListSecrets(w.t.Context(), &secretsmanager.ListSecretsInput{}))(w).SecretList {
				all = append(all, *s.Name)
			}
			return all
		}, func(w *world, name string) any {
			return aws.ToString(must(secretsmanager.NewFromConfig(w.cfg).GetResourcePolicy(w.t.Context(), &secretsmanager.GetResourcePolicyInput{SecretId: &name}))(w).ResourcePolicy)
		}}},
		"ssm": {{"documents", "", func(w *world) (all []string) {
			own := []ssmtypes.DocumentKeyValuesFilter{{Key: aws.String("Owner"), Values: []string{"Self"}}}
			for _, d := range must(ssm.NewFromConfig(w.cfg).ListDocuments(w.t.Context(), &ssm.ListDocumentsInput{Filters: own}))(w).DocumentIdentifiers {
				all = append(all, *d.Name)
			}
			return all
		}, func(w *world, name string) any {
			out := must(ssm.NewFromConfig(w.cfg).DescribeDocumentPermission(w.t.Context(), &ssm.DescribeDocumentPermissionInput{
				Name: &name, PermissionType: ssmtypes.DocumentPermissionTypeShare,
			}))(w)
			return map[string]any{"grantees": out.AccountIds}
		}}},
		"dynamodb": {{"tables", "", func(w *world) []string {
			return must(dynamodb.NewFromConfig(w.cfg).ListTables(w.t.Context(), &dynamodb.ListTablesInput{}))(w).TableNames
		}, func(w *world, name string) any {
			out := must(dynamodb.NewFromConfig(w.cfg).DescribeContinuousBackups(w.t.Context(), &dynamodb.DescribeContinuousBackupsInput{TableName: &name}))(w)
			recovery := out.ContinuousBackupsDescription.PointInTimeRecoveryDescription
			return []any{recovery.PointInTimeRecoveryStatus, recovery.RecoveryPeriodInDays}
		}}},
		"organizations": {{"organizationPolicies", "", func(w *world) (all []string) {
			out, err := w.organizations().ListPolicies(w.t.Context(), &organizations.ListPoliciesInput{Filter: orgtypes.PolicyTypeServiceControlPolicy})
			if _, none := errors.AsType[*orgtypes.AWSOrganizationsNotInUseException](err); none {
				return nil
			}
			for _, p := range must(out, err)(w).Policies {
				all = append(all, *p.Id)
			}
			return all
		}, func(w *world, id string) any {
			return map[string]any{"targets": must(w.organizations().ListTargetsForPolicy(w.t.Context(), &organizations.ListTargetsForPolicyInput{PolicyId: &id}))(w).Targets}
		}}},
		"config": {{"recorders", "", justAccount, func(w *world, _ string) any {
			var all []any
			out := must(configservice.NewFromConfig(w.cfg).DescribeConfigurationRecorderStatus(w.t.Context(), &configservice.DescribeConfigurationRecorderStatusInput{}))(w)
			for _, r := range out.ConfigurationRecordersStatus {
				all = append(all, *r.Name, r.Recording)
			}
			return all
		}}},
		"guardduty": {{"detectors", "", func(w *world) []string {
			return must(guardduty.NewFromConfig(w.cfg).ListDetectors(w.t.Context(), &guardduty.ListDetectorsInput{}))(w).DetectorIds
		}, func(w *world, id string) any {
			return must(guardduty.NewFromConfig(w.cfg).GetDetector(w.t.Context(), &guardduty.GetDetectorInput{DetectorId: &id}))(w).Status
		}}},
		"securityhub": {{"hub", "", justAccount, func(w *world, _ string) any {
			_, err := securityhub.NewFromConfig(w.cfg).DescribeHub(w.t.Context(), &securityhub.DescribeHubInput{})
			return err == nil
		}}},
		"events": {{"rules", "", func(w *world) (all []string) {
			for _, r := range must(eventbridge.NewFromConfig(w.cfg).ListRules(w.t.Context(), &eventbridge.ListRulesInput{}))(w).Rules {
				all = append(all, *r.Name)
			}
			return all
		}, func(w *world, name string) any {
			return must(eventbridge.NewFromConfig(w.cfg).DescribeRule(w.t.Context(), &eventbridge.DescribeRuleInput{Name: &name}))(w)
		}}},
	}
}

// surveyed is what there was in an account by kind and name.
type surveyed map[string][]string

// survey reads everything of the services of an action that an earlier survey did not find, and returns it with what there is by now.
func survey(w *world, a actions.Action, old surveyed) (tree map[string]any, all surveyed) {
	tree, all = map[string]any{}, surveyed{}
	for _, service := range servicesOf(a) {
		for _, r := range readersOf(service) {
			calls := func(g actions.Grant) bool {
				return slices.ContainsFunc(g.Actions, func(name string) bool { return strings.Contains(name, r.only) })
			}
			if !slices.ContainsFunc(a.Grants, calls) {
				continue
			}
			things := map[string]any{}
			all[r.kind] = r.list(w)
			for _, id := range all[r.kind] {
				if old != nil && (id == theAccount || !slices.Contains(old[r.kind], id)) {
					things[id] = r.read(w, id)
				}
			}
			tree[r.kind] = things
		}
	}
	return tree, all
}
