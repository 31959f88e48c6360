package iampolicy

import "strings"

// A resourceService is a service whose resources carry policies.
type resourceService struct {
	prefix  string // of its actions
	names   string // other names that people and events use, each between spaces
	writers []string
	secret  []string // what only reads, and yet is as grave as writing when it is public
}

// resourceServices lists the services whose resources carry policies, with the actions that change or remove these:
// whoever is denied all of them cannot let himself in again.
var resourceServices = []resourceService{
	{prefix: "s3", names: " s3express s3-outposts s3-object-lambda ", writers: []string{"s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}},
	{prefix: "s3tables", writers: []string{"s3tables:PutTableBucketPolicy", "s3tables:DeleteTableBucketPolicy"}},
	{prefix: "sqs", writers: []string{"sqs:SetQueueAttributes", "sqs:RemovePermission"}, secret: []string{"sqs:ReceiveMessage"}},
	{prefix: "sns", writers: []string{"sns:SetTopicAttributes", "sns:RemovePermission"}},
	{prefix: "kms", writers: []string{"kms:PutKeyPolicy"}, secret: []string{"kms:Decrypt", "kms:GenerateDataKey"}},
	{prefix: "lambda", writers: []string{"lambda:RemovePermission"}},
	{prefix: "ecr", writers: []string{"ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy"}},
	{prefix: "ecr-public", writers: []string{"ecr-public:SetRepositoryPolicy", "ecr-public:DeleteRepositoryPolicy"}},
	{
		prefix: "secretsmanager", writers: []string{"secretsmanager:PutResourcePolicy", "secretsmanager:DeleteResourcePolicy"},
		secret: []string{"secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"},
	},
	{prefix: "glacier", writers: []string{"glacier:SetVaultAccessPolicy", "glacier:DeleteVaultAccessPolicy"}},
	{prefix: "es", names: " opensearch opensearchservice ", writers: []string{"es:UpdateDomainConfig", "es:UpdateElasticsearchDomainConfig"}},
	{prefix: "aoss", writers: []string{"aoss:UpdateAccessPolicy", "aoss:DeleteAccessPolicy"}},
	{prefix: "ssm", writers: []string{"ssm:PutResourcePolicy", "ssm:DeleteResourcePolicy"}, secret: []string{"ssm:GetParameter", "ssm:GetParameters"}},
	{prefix: "ssm-incidents", writers: []string{"ssm-incidents:PutResourcePolicy", "ssm-incidents:DeleteResourcePolicy"}},
	{prefix: "iot", writers: []string{"iot:CreatePolicyVersion", "iot:DeletePolicy"}},
	{prefix: "backup", writers: []string{"backup:PutBackupVaultAccessPolicy", "backup:DeleteBackupVaultAccessPolicy"}},
	{prefix: "elasticfilesystem", names: " efs ", writers: []string{"elasticfilesystem:PutFileSystemPolicy", "elasticfilesystem:DeleteFileSystemPolicy"}},
	{prefix: "events", names: " eventbridge ", writers: []string{"events:PutPermission", "events:RemovePermission"}},
	{prefix: "schemas", writers: []string{"schemas:PutResourcePolicy", "schemas:DeleteResourcePolicy"}},
	{prefix: "logs", names: " cloudwatch-logs ", writers: []string{"logs:PutResourcePolicy", "logs:DeleteResourcePolicy"}},
	{prefix: "execute-api", names: " apigateway ", writers: []string{"apigateway:UpdateRestApiPolicy", "apigateway:PATCH"}},
	{prefix: "codeartifact", writers: []string{"codeartifact:PutDomainPermissionsPolicy", "codeartifact:PutRepositoryPermissionsPolicy"}},
	{prefix: "codebuild", writers: []string{"codebuild:PutResourcePolicy", "codebuild:DeleteResourcePolicy"}},
	{prefix: "glue", writers: []string{"glue:PutResourcePolicy", "glue:DeleteResourcePolicy"}},
	{prefix: "dynamodb", writers: []string{"dynamodb:PutResourcePolicy", "dynamodb:DeleteResourcePolicy"}},
	{prefix: "kinesis", writers: []string{"kinesis:PutResourcePolicy", "kinesis:DeleteResourcePolicy"}},
	{prefix: "ses", names: " email ", writers: []string{"ses:PutIdentityPolicy", "ses:DeleteIdentityPolicy"}},
	{prefix: "mediastore", writers: []string{"mediastore:PutContainerPolicy", "mediastore:DeleteContainerPolicy"}},
	{prefix: "acm-pca", writers: []string{"acm-pca:PutPolicy", "acm-pca:DeletePolicy"}},
	{prefix: "cloudtrail", writers: []string{"cloudtrail:PutResourcePolicy", "cloudtrail:DeleteResourcePolicy"}},
	{prefix: "bedrock", writers: []string{"bedrock:PutResourcePolicy", "bedrock:DeleteResourcePolicy"}},
	{prefix: "lex", names: " lexv2 ", writers: []string{"lex:UpdateResourcePolicy", "lex:DeleteResourcePolicy"}},
	{prefix: "vpc-lattice", writers: []string{"vpc-lattice:PutAuthPolicy", "vpc-lattice:DeleteAuthPolicy"}},
	{prefix: "serverlessrepo", writers: []string{"serverlessrepo:PutApplicationPolicy"}},
	{prefix: "redshift", names: " redshift-serverless ", writers: []string{"redshift:PutResourcePolicy", "redshift:DeleteResourcePolicy"}},
}

// resourceServiceOf returns what is known of a service by one of its names. Where the caller of the judge does not say
// which service it is, the actions of the document do.
func resourceServiceOf(name string, d *Document) resourceService {
	name = strings.TrimSuffix(strings.ToLower(name), ".amazonaws.com")
	if name == "" {
		name = commonPrefix(d)
	}
	for _, s := range resourceServices {
		if s.prefix == name || name != "" && strings.Contains(s.names, " "+name+" ") {
			return s
		}
	}
	return resourceService{prefix: name}
}

// commonPrefix returns the service of all actions of a document, "" where they are of several.
func commonPrefix(d *Document) string {
	common := ""
	for i := range d.Statements {
		for _, v := range d.Statements[i].Actions {
			prefix, _, ok := strings.Cut(strings.ToLower(v.Text), ":")
			if !ok || HasWildcard(prefix) {
				continue
			}
			if common != "" && common != prefix {
				return ""
			}
			common = prefix
		}
	}
	return common
}

// quietServices lists services that call for the account that owns the resource only, so that there is no deputy to
// confuse.
const quietServices = " ec2 eks ecs-tasks autoscaling edgelambda secretsmanager elasticbeanstalk "

// callsForOthers reports whether a service that a resource policy lets in calls for resources of many accounts.
func callsForOthers(principal string) bool {
	return !strings.Contains(quietServices, " "+serviceName(principal)+" ")
}
