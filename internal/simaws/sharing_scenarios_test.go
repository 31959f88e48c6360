package simaws_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"riposte/pkg/detect"
)

const (
	partner  = "444455556666"
	stranger = "999988887777"
)

func sharingScenarios() []scenario {
	return []scenario{
		snapshotScenario(), imageScenario(), dbSnapshotScenario(), clusterSnapshotScenario(), documentScenario(),
		functionPermissionScenario(), functionURLScenario(), publicDatabaseScenario(),
		topicScenario("topic", true), topicScenario("topic without another statement", false), queueScenario(),
		queuePermissionScenario(), repositoryScenario("repository", false), repositoryScenario("repository with neighbours", true),
		secretScenario("secret", false), secretScenario("secret with neighbours", true), keyStatementsScenario(), keyPolicyScenario(), keyGrantScenario(),
		encryptionScenario(), serialConsoleScenario(), imageBlockScenario(), snapshotBlockScenario(), formerBlockScenario(),
	}
}

// shareWith are the params of a finding about a resource that was shared with everyone and a stranger.
func shareWith(who ...string) map[string]string {
	return map[string]string{detect.ParamGrantees: `["` + strings.Join(who, `","`) + `"]`}
}

func snapshotScenario() scenario {
	modify := func(w *world, id string, operation ec2types.OperationType, groups []string, users ...string) {
		must(w.ec2.ModifySnapshotAttribute(w.t.Context(), &ec2.ModifySnapshotAttributeInput{
			SnapshotId: &id, OperationType: operation, GroupNames: groups, UserIds: users,
		}))(w)
	}
	return scenario{
		name: "snapshot", action: "unshare-ebs-snapshot",
		seed: func(w *world, _ string) detect.Finding {
			volume := must(w.ec2.CreateVolume(w.t.Context(), &ec2.CreateVolumeInput{AvailabilityZone: aws.String(region + "a"), Size: aws.Int32(1)}))(w)
			id := *must(w.ec2.CreateSnapshot(w.t.Context(), &ec2.CreateSnapshotInput{VolumeId: volume.VolumeId}))(w).SnapshotId
			modify(w, id, ec2types.OperationTypeAdd, nil, partner)
			modify(w, id, ec2types.OperationTypeAdd, []string{"all"}, stranger)
			return w.finding(detect.Resource{Type: detect.Snapshot, ID: id}, "ModifySnapshotAttribute", shareWith("all", stranger))
		},
		meddle: func(w *world, f detect.Finding) {
			modify(w, f.Resource.ID, ec2types.OperationTypeRemove, []string{"all"})
			modify(w, f.Resource.ID, ec2types.OperationTypeAdd, nil, stranger)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.ec2.DeleteSnapshot(w.t.Context(), &ec2.DeleteSnapshotInput{SnapshotId: &f.Resource.ID}))(w)
		},
	}
}

func imageScenario() scenario {
	const organization = "arn:aws:organizations::999988887777:organization/o-a1b2c3d4e5"
	everyone := ec2types.LaunchPermission{Group: ec2types.PermissionGroupAll}
	foreign := ec2types.LaunchPermission{OrganizationArn: aws.String(organization)}
	add := func(w *world, id string, who ...ec2types.LaunchPermission) {
		must(w.ec2.ModifyImageAttribute(w.t.Context(), &ec2.ModifyImageAttributeInput{
			ImageId: &id, LaunchPermission: &ec2types.LaunchPermissionModifications{Add: who},
		}))(w)
	}
	return scenario{
		name: "image", action: "unshare-image",
		seed: func(w *world, name string) detect.Finding {
			id := *must(w.ec2.RegisterImage(w.t.Context(), &ec2.RegisterImageInput{Name: &name}))(w).ImageId
			add(w, id, ec2types.LaunchPermission{UserId: aws.String(partner)})
			add(w, id, everyone, foreign)
			return w.finding(detect.Resource{Type: detect.Image, ID: id}, "ModifyImageAttribute", shareWith("all", organization))
		},
		meddle: func(w *world, f detect.Finding) {
			add(w, f.Resource.ID, foreign)
			must(w.ec2.ModifyImageAttribute(w.t.Context(), &ec2.ModifyImageAttributeInput{
				ImageId:          &f.Resource.ID,
				LaunchPermission: &ec2types.LaunchPermissionModifications{Remove: []ec2types.LaunchPermission{everyone}},
			}))(w)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.ec2.DeregisterImage(w.t.Context(), &ec2.DeregisterImageInput{ImageId: &f.Resource.ID}))(w)
		},
	}
}

func createDatabase(w *world, name string, public bool) {
	must(w.rds().CreateDBInstance(w.t.Context(), &rds.CreateDBInstanceInput{
		DBInstanceIdentifier: &name, DBInstanceClass: aws.String("db.t3.micro"), Engine: aws.String("postgres"),
		AllocatedStorage: aws.Int32(20), MasterUsername: aws.String("root"), MasterUserPassword: aws.String("hunter2hunter2"),
		PubliclyAccessible: &public,
	}))(w)
}

func publicDatabaseScenario() scenario {
	return scenario{
		name: "public database", action: "make-db-instance-private",
		seed: func(w *world, name string) detect.Finding {
			createDatabase(w, name, true)
			return w.finding(detect.Resource{Type: detect.DBInstance, ID: name}, "ModifyDBInstance", nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.rds().DeleteDBInstance(w.t.Context(), &rds.DeleteDBInstanceInput{
				DBInstanceIdentifier: &f.Resource.ID, SkipFinalSnapshot: aws.Bool(true),
			}))(w)
		},
	}
}

func dbSnapshotScenario() scenario {
	modify := func(w *world, id string, add, remove []string) {
		must(w.rds().ModifyDBSnapshotAttribute(w.t.Context(), &rds.ModifyDBSnapshotAttributeInput{
			DBSnapshotIdentifier: &id, AttributeName: aws.String("restore"), ValuesToAdd: add, ValuesToRemove: remove,
		}))(w)
	}
	return scenario{
		name: "database snapshot", action: "unshare-db-snapshot",
		seed: func(w *world, name string) detect.Finding {
			createDatabase(w, name, false)
			must(w.rds().CreateDBSnapshot(w.t.Context(), &rds.CreateDBSnapshotInput{DBInstanceIdentifier: &name, DBSnapshotIdentifier: &name}))(w)
			modify(w, name, []string{partner}, nil)
			modify(w, name, []string{"all", stranger}, nil)
			return w.finding(detect.Resource{Type: detect.DBSnapshot, ID: name}, "ModifyDBSnapshotAttribute", shareWith("all", stranger))
		},
		meddle: func(w *world, f detect.Finding) {
			modify(w, f.Resource.ID, nil, []string{"all", stranger})
			modify(w, f.Resource.ID, []string{stranger}, nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.rds().DeleteDBSnapshot(w.t.Context(), &rds.DeleteDBSnapshotInput{DBSnapshotIdentifier: &f.Resource.ID}))(w)
		},
	}
}

func clusterSnapshotScenario() scenario {
	modify := func(w *world, id string, add, remove []string) {
		must(w.rds().ModifyDBClusterSnapshotAttribute(w.t.Context(), &rds.ModifyDBClusterSnapshotAttributeInput{
			DBClusterSnapshotIdentifier: &id, AttributeName: aws.String("restore"), ValuesToAdd: add, ValuesToRemove: remove,
		}))(w)
	}
	return scenario{
		name: "cluster snapshot", action: "unshare-db-cluster-snapshot",
		seed: func(w *world, name string) detect.Finding {
			must(w.rds().CreateDBCluster(w.t.Context(), &rds.CreateDBClusterInput{
				DBClusterIdentifier: &name, Engine: aws.String("aurora-postgresql"),
				MasterUsername: aws.String("root"), MasterUserPassword: aws.String("hunter2hunter2"),
			}))(w)
			must(w.rds().CreateDBClusterSnapshot(w.t.Context(), &rds.CreateDBClusterSnapshotInput{
				DBClusterIdentifier: &name, DBClusterSnapshotIdentifier: &name,
			}))(w)
			modify(w, name, []string{partner}, nil)
			modify(w, name, []string{"all", stranger}, nil)
			return w.finding(detect.Resource{Type: detect.DBClusterSnapshot, ID: name}, "ModifyDBClusterSnapshotAttribute", shareWith("all", stranger))
		},
		meddle: func(w *world, f detect.Finding) {
			modify(w, f.Resource.ID, nil, []string{"all", stranger})
			modify(w, f.Resource.ID, []string{stranger}, nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(w.rds().DeleteDBClusterSnapshot(w.t.Context(), &rds.DeleteDBClusterSnapshotInput{DBClusterSnapshotIdentifier: &f.Resource.ID}))(w)
		},
	}
}

func documentScenario() scenario {
	api := func(w *world) *ssm.Client { return ssm.NewFromConfig(w.cfg) }
	modify := func(w *world, name string, add, remove []string) {
		must(api(w).ModifyDocumentPermission(w.t.Context(), &ssm.ModifyDocumentPermissionInput{
			Name: &name, PermissionType: ssmtypes.DocumentPermissionTypeShare, AccountIdsToAdd: add, AccountIdsToRemove: remove,
		}))(w)
	}
	return scenario{
		name: "document", action: "unshare-ssm-document",
		seed: func(w *world, name string) detect.Finding {
			must(api(w).CreateDocument(w.t.Context(), &ssm.CreateDocumentInput{
				Name: &name, DocumentType: ssmtypes.DocumentTypeCommand, DocumentFormat: ssmtypes.DocumentFormatJson,
				Content: aws.String(`{"schemaVersion":"2.2","description":"x","parameters":{},"mainSteps":[]}`),
			}))(w)
			modify(w, name, []string{partner}, nil)
			modify(w, name, []string{stranger, "222233334444"}, nil)
			return w.finding(detect.Resource{Type: detect.Document, ID: name}, "ModifyDocumentPermission", shareWith(stranger, "222233334444"))
		},
		meddle: func(w *world, f detect.Finding) {
			modify(w, f.Resource.ID, nil, []string{stranger, "222233334444"})
			modify(w, f.Resource.ID, []string{stranger}, nil)
		},
		remove: func(w *world, f detect.Finding) {
			modify(w, f.Resource.ID, nil, []string{partner, stranger, "222233334444"})
			must(api(w).DeleteDocument(w.t.Context(), &ssm.DeleteDocumentInput{Name: &f.Resource.ID}))(w)
		},
	}
}

func (w *world) lambda() *lambda.Client { return lambda.NewFromConfig(w.cfg) }

func createFunction(w *world, name string) {
	w.t.Helper()
	createPrincipal(w, detect.Role, name)
	var code bytes.Buffer
	z := zip.NewWriter(&code)
	file, err := z.Create("main.py")
	if err == nil {
		_, err = file.Write([]byte("def handler(event, context): return 1\n"))
	}
	if err != nil || z.Close() != nil {
		w.t.Fatalf("zip: %v", err)
	}
	must(w.lambda().CreateFunction(w.t.Context(), &lambda.CreateFunctionInput{
		FunctionName: &name, Role: aws.String("arn:aws:iam::" + account + ":role/" + name), Runtime: lambdatypes.RuntimePython313,
		Handler: aws.String("main.handler"), Code: &lambdatypes.FunctionCode{ZipFile: code.Bytes()},
	}))(w)
}

func deleteFunction(w *world, f detect.Finding) {
	must(w.lambda().DeleteFunction(w.t.Context(), &lambda.DeleteFunctionInput{FunctionName: &f.Resource.ID}))(w)
}

func functionPermissionScenario() scenario {
	add := func(w *world, name, sid, principal string) {
		must(w.lambda().AddPermission(w.t.Context(), &lambda.AddPermissionInput{
			FunctionName: &name, StatementId: &sid, Principal: &principal, Action: aws.String("lambda:InvokeFunction"),
		}))(w)
	}
	return scenario{
		name: "function permission", action: "remove-function-permission",
		seed: func(w *world, name string) detect.Finding {
			createFunction(w, name)
			add(w, name, "partner", "arn:aws:iam::"+partner+":root")
			add(w, name, "open", "*")
			return w.finding(detect.Resource{Type: detect.Function, ID: name}, "AddPermission20150331v2", map[string]string{
				detect.ParamStatementID: "open", detect.ParamGrantees: `["*"]`,
			})
		},
		meddle: func(w *world, f detect.Finding) {
			_, _ = w.lambda().RemovePermission(w.t.Context(), &lambda.RemovePermissionInput{FunctionName: &f.Resource.ID, StatementId: aws.String("open")})
			add(w, f.Resource.ID, "open", "s3.amazonaws.com")
		},
		remove: deleteFunction,
	}
}

func functionURLScenario() scenario {
	return scenario{
		name: "function URL", action: "restrict-function-url",
		seed: func(w *world, name string) detect.Finding {
			createFunction(w, name)
			must(w.lambda().CreateFunctionUrlConfig(w.t.Context(), &lambda.CreateFunctionUrlConfigInput{
				FunctionName: &name, AuthType: lambdatypes.FunctionUrlAuthTypeNone,
			}))(w)
			return w.finding(detect.Resource{Type: detect.Function, ID: name}, "CreateFunctionUrlConfig", nil)
		},
		remove: deleteFunction,
	}
}

// statement returns one of a resource's policy that lets a principal do something.
func statement(sid, principal, action, resource string) string {
	s := fmt.Sprintf(`{"Sid":%q,"Effect":"Allow","Principal":{"AWS":%q},"Action":%q`, sid, principal, action)
	if resource != "" {
		s += fmt.Sprintf(`,"Resource":%q`, resource)
	}
	return s + "}"
}

func resourcePolicy(statements ...string) string {
	return `{"Version":"2012-10-17","Id":"mine","Statement":[` + strings.Join(statements, ", ") + `]}`
}

// risks are the params of a finding about risky statements.
func risks(statements ...string) map[string]string {
	var hashes []string
	for _, s := range statements {
		hashes = append(hashes, detect.StatementHash([]byte(s)))
	}
	return map[string]string{detect.ParamStatements: strings.Join(hashes, ",")}
}

func topicScenario(name string, neighbours bool) scenario {
	api := func(w *world) *sns.Client { return sns.NewFromConfig(w.cfg) }
	set := func(w *world, arn, document string) {
		must(api(w).SetTopicAttributes(w.t.Context(), &sns.SetTopicAttributesInput{
			TopicArn: &arn, AttributeName: aws.String("Policy"), AttributeValue: &document,
		}))(w)
	}
	open := func(arn string) []string {
		return []string{statement("open", "*", "SNS:Publish", arn), statement("stranger", "arn:aws:iam::"+stranger+":root", "SNS:Subscribe", arn)}
	}
	return scenario{
		name: name, action: "remove-topic-policy-statements",
		seed: func(w *world, name string) detect.Finding {
			arn := *must(api(w).CreateTopic(w.t.Context(), &sns.CreateTopicInput{Name: &name}))(w).TopicArn
			s := open(arn)
			all := s
			if neighbours {
				all = []string{s[0], statement("partner", "arn:aws:iam::"+partner+":root", "SNS:Publish", arn), s[1]}
			}
			set(w, arn, resourcePolicy(all...))
			return w.finding(detect.Resource{Type: detect.Topic, ID: arn}, "SetTopicAttributes", risks(s...))
		},
		meddle: func(w *world, f detect.Finding) { set(w, f.Resource.ID, resourcePolicy(open(f.Resource.ID)[1])) },
		remove: func(w *world, f detect.Finding) {
			must(api(w).DeleteTopic(w.t.Context(), &sns.DeleteTopicInput{TopicArn: &f.Resource.ID}))(w)
		},
	}
}

func (w *world) sqs() *sqs.Client { return sqs.NewFromConfig(w.cfg) }

// createQueue makes a queue and returns its address as AWS gives it: moto's has its own host.
func createQueue(w *world, name string) (url string) {
	must(w.sqs().CreateQueue(w.t.Context(), &sqs.CreateQueueInput{QueueName: &name}))(w)
	return "https://sqs." + region + ".amazonaws.com/" + account + "/" + name
}

func deleteQueue(w *world, f detect.Finding) {
	must(w.sqs().DeleteQueue(w.t.Context(), &sqs.DeleteQueueInput{QueueUrl: &f.Resource.ID}))(w)
}

func queueScenario() scenario {
	open := func(name string) []string {
		arn := "arn:aws:sqs:" + region + ":" + account + ":" + name
		return []string{statement("open", "*", "SQS:SendMessage", arn), statement("stranger", "arn:aws:iam::"+stranger+":root", "SQS:ReceiveMessage", arn)}
	}
	set := func(w *world, url, document string) {
		must(w.sqs().SetQueueAttributes(w.t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: &url, Attributes: map[string]string{"Policy": document}}))(w)
	}
	return scenario{
		name: "queue", action: "remove-queue-policy-statements",
		seed: func(w *world, name string) detect.Finding {
			url := createQueue(w, name)
			set(w, url, resourcePolicy(open(name)...)) // undo has to bring the whole policy back
			return w.finding(detect.Resource{Type: detect.Queue, ID: url}, "SetQueueAttributes", risks(open(name)...))
		},
		meddle: func(w *world, f detect.Finding) {
			set(w, f.Resource.ID, resourcePolicy(open(f.Resource.ID[strings.LastIndexByte(f.Resource.ID, '/')+1:])[0]))
		},
		remove: deleteQueue,
	}
}

func queuePermissionScenario() scenario {
	add := func(w *world, url, label string, accounts ...string) {
		must(w.sqs().AddPermission(w.t.Context(), &sqs.AddPermissionInput{
			QueueUrl: &url, Label: &label, AWSAccountIds: accounts, Actions: []string{"SendMessage"},
		}))(w)
	}
	return scenario{
		name: "queue permission", action: "remove-queue-policy-statements",
		seed: func(w *world, name string) detect.Finding {
			url := createQueue(w, name)
			add(w, url, "partner", partner)
			add(w, url, "strangers", stranger, "222233334444")
			return w.finding(detect.Resource{Type: detect.Queue, ID: url}, "AddPermission", map[string]string{
				detect.ParamStatementID: "strangers", detect.ParamGrantees: `["` + stranger + `","222233334444"]`,
			})
		},
		meddle: func(w *world, f detect.Finding) {
			name := f.Resource.ID[strings.LastIndexByte(f.Resource.ID, '/')+1:]
			other := resourcePolicy(statement("strangers", "arn:aws:iam::"+partner+":root", "SQS:SendMessage", "arn:aws:sqs:"+region+":"+account+":"+name))
			must(w.sqs().SetQueueAttributes(w.t.Context(), &sqs.SetQueueAttributesInput{
				QueueUrl: &f.Resource.ID, Attributes: map[string]string{"Policy": other},
			}))(w)
		},
		remove: deleteQueue,
	}
}

func repositoryScenario(name string, neighbours bool) scenario {
	api := func(w *world) *ecr.Client { return ecr.NewFromConfig(w.cfg) }
	open := []string{statement("open", "*", "ecr:BatchGetImage", ""), statement("push", "*", "ecr:PutImage", "")}
	set := func(w *world, name, document string) {
		must(api(w).SetRepositoryPolicy(w.t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: &name, PolicyText: &document}))(w)
	}
	return scenario{
		name: name, action: "remove-repository-policy-statements",
		seed: func(w *world, name string) detect.Finding {
			var made *ecrtypes.RepositoryAlreadyExistsException // by a try whose answer was lost
			if _, err := api(w).CreateRepository(w.t.Context(), &ecr.CreateRepositoryInput{RepositoryName: &name}); !errors.As(err, &made) {
				must(0, err)(w)
			}
			all := open
			if neighbours {
				all = []string{open[0], statement("partner", "arn:aws:iam::"+partner+":root", "ecr:BatchGetImage", ""), open[1]}
			}
			set(w, name, resourcePolicy(all...))
			return w.finding(detect.Resource{Type: detect.Repository, ID: name}, "SetRepositoryPolicy", risks(open...))
		},
		meddle: func(w *world, f detect.Finding) { set(w, f.Resource.ID, resourcePolicy(open[1])) },
		remove: func(w *world, f detect.Finding) {
			must(api(w).DeleteRepository(w.t.Context(), &ecr.DeleteRepositoryInput{RepositoryName: &f.Resource.ID, Force: true}))(w)
		},
	}
}

func secretScenario(name string, neighbours bool) scenario {
	api := func(w *world) *secretsmanager.Client { return secretsmanager.NewFromConfig(w.cfg) }
	open := []string{
		statement("open", "*", "secretsmanager:GetSecretValue", "*"),
		statement("stranger", "arn:aws:iam::"+stranger+":root", "secretsmanager:*", "*"),
	}
	set := func(w *world, name, document string) {
		must(api(w).PutResourcePolicy(w.t.Context(), &secretsmanager.PutResourcePolicyInput{SecretId: &name, ResourcePolicy: &document}))(w)
	}
	return scenario{
		name: name, action: "remove-secret-policy-statements",
		seed: func(w *world, name string) detect.Finding {
			must(api(w).CreateSecret(w.t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: aws.String("x")}))(w)
			all := open
			if neighbours {
				all = []string{open[0], statement("partner", "arn:aws:iam::"+partner+":root", "secretsmanager:GetSecretValue", "*"), open[1]}
			}
			set(w, name, resourcePolicy(all...))
			return w.finding(detect.Resource{Type: detect.Secret, ID: name}, "PutResourcePolicy", risks(open...))
		},
		meddle: func(w *world, f detect.Finding) { set(w, f.Resource.ID, resourcePolicy(open[0])) },
		remove: func(w *world, f detect.Finding) {
			must(api(w).DeleteSecret(w.t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &f.Resource.ID, ForceDeleteWithoutRecovery: aws.Bool(true)}))(w)
		},
	}
}

// keyScenario is a key that a stranger may use since an event. There is no removing it: KMS deletes after a week.
func keyScenario(name string) scenario {
	owner := statement("owner", "arn:aws:iam::"+account+":root", "kms:*", "*")
	open := statement("stranger", "arn:aws:iam::"+stranger+":root", "kms:Decrypt", "*")
	put := func(w *world, key, document string) {
		must(w.kms().PutKeyPolicy(w.t.Context(), &kms.PutKeyPolicyInput{KeyId: &key, PolicyName: aws.String("default"), Policy: &document}))(w)
	}
	return scenario{
		name: name, action: "restore-key-policy",
		seed: func(w *world, _ string) detect.Finding {
			key, document := createKey(w), resourcePolicy(owner, open)
			put(w, key, document)
			params := risks(open)
			params[detect.ParamDocumentHash] = detect.DocumentHash([]byte(document))
			return w.finding(detect.Resource{Type: detect.Key, ID: key}, "PutKeyPolicy", params)
		},
		meddle: func(w *world, f detect.Finding) {
			put(w, f.Resource.ID, resourcePolicy(owner, statement("other", "arn:aws:iam::"+partner+":root", "kms:Decrypt", "*"), open))
		},
	}
}

func keyStatementsScenario() scenario { return keyScenario("statements of a key's policy") }

func keyPolicyScenario() scenario {
	s := keyScenario("key policy that was known")
	s.good = func(*world, detect.Finding) any {
		return resourcePolicy(statement("owner", "arn:aws:iam::"+account+":root", "kms:*", "*"),
			statement("partner", "arn:aws:iam::"+partner+":root", "kms:Encrypt", "*"))
	}
	return s
}

func keyGrantScenario() scenario {
	grant := func(w *world, key, who string) (id string) {
		out := must(w.kms().CreateGrant(w.t.Context(), &kms.CreateGrantInput{
			KeyId: &key, GranteePrincipal: &who, Operations: []kmstypes.GrantOperation{kmstypes.GrantOperationDecrypt},
		}))(w)
		return *out.GrantId
	}
	return scenario{
		name: "grant on a key", action: "revoke-key-grant",
		seed: func(w *world, _ string) detect.Finding {
			key := createKey(w)
			grant(w, key, "arn:aws:iam::"+partner+":role/reader")
			id := grant(w, key, "arn:aws:iam::"+stranger+":role/reader")
			return w.finding(detect.Resource{Type: detect.Key, ID: key}, "CreateGrant", map[string]string{detect.ParamGrantID: id})
		},
	}
}

// setting is a finding about a setting of the account, which nothing can remove.
func (w *world) setting(event string) detect.Finding {
	return w.finding(detect.Resource{Type: detect.Account, ID: account}, event, nil)
}

func encryptionScenario() scenario {
	return scenario{
		name: "encryption by default", action: "enable-ebs-encryption-default",
		seed: func(w *world, _ string) detect.Finding {
			must(w.ec2.DisableEbsEncryptionByDefault(w.t.Context(), &ec2.DisableEbsEncryptionByDefaultInput{}))(w)
			return w.setting("DisableEbsEncryptionByDefault")
		},
	}
}

func serialConsoleScenario() scenario {
	return scenario{
		name: "serial console", action: "disable-serial-console", simulated: "moto does not implement the serial console",
		seed: func(w *world, _ string) detect.Finding {
			must(w.ec2.EnableSerialConsoleAccess(w.t.Context(), &ec2.EnableSerialConsoleAccessInput{}))(w)
			return w.setting("EnableSerialConsoleAccess")
		},
	}
}

func imageBlockScenario() scenario {
	return scenario{
		name: "block of public images", action: "block-public-images", simulated: "moto does not implement the blocks of public access",
		seed: func(w *world, _ string) detect.Finding {
			must(w.ec2.DisableImageBlockPublicAccess(w.t.Context(), &ec2.DisableImageBlockPublicAccessInput{}))(w)
			return w.setting("DisableImageBlockPublicAccess")
		},
	}
}

func snapshotBlockScenario() scenario {
	return scenario{
		name: "block of public snapshots", action: "block-public-snapshots", simulated: "moto does not implement the blocks of public access",
		seed: func(w *world, _ string) detect.Finding {
			must(w.ec2.DisableSnapshotBlockPublicAccess(w.t.Context(), &ec2.DisableSnapshotBlockPublicAccessInput{}))(w)
			return w.setting("DisableSnapshotBlockPublicAccess")
		},
		meddle: func(w *world, _ detect.Finding) {
			must(w.ec2.EnableSnapshotBlockPublicAccess(w.t.Context(), &ec2.EnableSnapshotBlockPublicAccessInput{
				State: ec2types.SnapshotBlockPublicAccessStateBlockAllSharing,
			}))(w)
		},
	}
}

func formerBlockScenario() scenario {
	s := snapshotBlockScenario()
	s.name = "block of public snapshots that was known"
	s.good = func(*world, detect.Finding) any { return ec2types.SnapshotBlockPublicAccessStateBlockAllSharing }
	s.meddle = func(w *world, _ detect.Finding) {
		must(w.ec2.EnableSnapshotBlockPublicAccess(w.t.Context(), &ec2.EnableSnapshotBlockPublicAccessInput{
			State: ec2types.SnapshotBlockPublicAccessStateBlockNewSharing,
		}))(w)
	}
	return s
}
