package simaws_test

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"riposte/pkg/detect"
)

func sharingGenerators() []generator {
	const noBlocks = "moto does not implement the blocks of public access"
	return []generator{
		{action: "unshare-ebs-snapshot", make: snapshotShared},
		{action: "unshare-image", make: imageShared},
		{action: "unshare-db-snapshot", make: dbSnapshotShared},
		{action: "unshare-db-cluster-snapshot", make: clusterSnapshotShared},
		{action: "unshare-ssm-document", make: documentShared},
		{action: "make-db-instance-private", make: databasePublic},
		{action: "remove-topic-policy-statements", make: topicOpened},
		{action: "remove-queue-policy-statements", make: queueOpened},
		{action: "remove-queue-policy-statements", name: "of a permission", make: queuePermitted},
		{action: "remove-repository-policy-statements", make: repositoryOpened},
		{action: "remove-secret-policy-statements", make: secretOpened},
		{action: "restore-key-policy", make: keyOpened},
		{action: "revoke-key-grant", make: keyGranted},
		{action: "remove-function-permission", make: functionPermitted},
		{action: "restrict-function-url", make: functionOpened},
		{action: "enable-ebs-encryption-default", alone: true, make: func(g *gen) *episode {
			return switched(g, "DisableEbsEncryptionByDefault", func() {
				must(g.ec2.EnableEbsEncryptionByDefault(g.t.Context(), &ec2.EnableEbsEncryptionByDefaultInput{}))(g.world)
			}, func() {
				must(g.ec2.DisableEbsEncryptionByDefault(g.t.Context(), &ec2.DisableEbsEncryptionByDefaultInput{}))(g.world)
			})
		}},
		{action: "disable-serial-console", alone: true, simulated: "moto does not implement the serial console", make: func(g *gen) *episode {
			return switched(g, "EnableSerialConsoleAccess", func() {
				must(g.ec2.DisableSerialConsoleAccess(g.t.Context(), &ec2.DisableSerialConsoleAccessInput{}))(g.world)
			}, func() {
				must(g.ec2.EnableSerialConsoleAccess(g.t.Context(), &ec2.EnableSerialConsoleAccessInput{}))(g.world)
			})
		}},
		{action: "block-public-images", alone: true, simulated: noBlocks, make: func(g *gen) *episode {
			return switched(g, "DisableImageBlockPublicAccess", func() {
				must(g.ec2.EnableImageBlockPublicAccess(g.t.Context(), &ec2.EnableImageBlockPublicAccessInput{
					ImageBlockPublicAccessState: ec2types.ImageBlockPublicAccessEnabledStateBlockNewSharing,
				}))(g.world)
			}, func() {
				must(g.ec2.DisableImageBlockPublicAccess(g.t.Context(), &ec2.DisableImageBlockPublicAccessInput{}))(g.world)
			})
		}},
		{action: "block-public-snapshots", alone: true, forbids: []string{"unshare-ebs-snapshot"}, simulated: noBlocks, make: snapshotsUnblocked},
	}
}

// switched is a setting of the account in one region. The same setting of another region stays.
func switched(g *gen, event string, good, bad func()) *episode {
	good()
	return &episode{change: func() detect.Finding { bad(); return g.setting(event) }}
}

func snapshotsUnblocked(g *gen) *episode {
	enable := func(to ec2types.SnapshotBlockPublicAccessState) {
		must(g.ec2.EnableSnapshotBlockPublicAccess(g.t.Context(), &ec2.EnableSnapshotBlockPublicAccessInput{State: to}))(g.world)
	}
	all, fresh := ec2types.SnapshotBlockPublicAccessStateBlockAllSharing, ec2types.SnapshotBlockPublicAccessStateBlockNewSharing
	was := pick(g, all, fresh)
	enable(was)
	f := g.setting("DisableSnapshotBlockPublicAccess")
	e := &episode{change: func() detect.Finding {
		must(g.ec2.DisableSnapshotBlockPublicAccess(g.t.Context(), &ec2.DisableSnapshotBlockPublicAccessInput{}))(g.world)
		return f
	}}
	third := all
	if g.coin() {
		e.expected = &f
		if was == all {
			third = fresh
		}
	} else if was == all {
		e.differs = "nobody knows that everything was blocked: what breaks nothing is"
		e.ideal = func() { enable(fresh) }
	}
	e.meddle = func() { enable(third) }
	return e
}

// shared is a list of grantees that a change makes longer.
func shared(g *gen, resource detect.Resource, event string, can []string, modify func(add, remove []string)) *episode {
	own, bad := []string{}, []string{}
	for _, who := range shuffled(g, can...) {
		if g.coin() {
			own = append(own, who)
		} else {
			bad = append(bad, who)
		}
	}
	own = append(own, partner)
	if len(bad) == 0 {
		own, bad = []string{partner}, can
	}
	modify(own, nil)
	named := bad
	known := g.coin()
	if known { // the call names some again with whom the resource was shared before
		named = shuffled(g, append(some(g, own[1:]...), bad...)...)
	}
	f := g.finding(resource, event, shareWith(named...))
	e := &episode{
		change: func() detect.Finding { modify(bad, nil); return f },
		beside: func() {
			modify(nil, own[:1])
			modify([]string{"222233334445"}, nil)
		},
	}
	if known {
		e.expected = &f
	}
	if len(bad) > 1 {
		e.meddle = func() {
			modify(bad, nil)
			modify(nil, bad[:1])
		}
	}
	return e
}

func snapshotShared(g *gen) *episode {
	create := func() string {
		volume := must(g.ec2.CreateVolume(g.t.Context(), &ec2.CreateVolumeInput{AvailabilityZone: aws.String(region + "a"), Size: aws.Int32(1)}))(g.world)
		id := *must(g.ec2.CreateSnapshot(g.t.Context(), &ec2.CreateSnapshotInput{VolumeId: volume.VolumeId}))(g.world).SnapshotId
		g.snapshots = append(g.snapshots, id)
		return id
	}
	create()
	id := create()
	split := func(who []string) (groups, users []string) {
		for _, w := range who {
			if w == "all" {
				groups = append(groups, w)
			} else {
				users = append(users, w)
			}
		}
		return groups, users
	}
	modify := func(operation ec2types.OperationType, who []string) {
		if groups, users := split(who); len(who) > 0 {
			must(g.ec2.ModifySnapshotAttribute(g.t.Context(), &ec2.ModifySnapshotAttributeInput{
				SnapshotId: &id, OperationType: operation, GroupNames: groups, UserIds: users,
			}))(g.world)
		}
	}
	return shared(g, detect.Resource{Type: detect.Snapshot, ID: id}, "ModifySnapshotAttribute", []string{"all", stranger, "222233334444"},
		func(add, remove []string) {
			modify(ec2types.OperationTypeAdd, add)
			modify(ec2types.OperationTypeRemove, remove)
		})
}

func imageShared(g *gen) *episode {
	create := func() string {
		name := g.called("-x", "/y", " (z)", "'q")
		return *must(g.ec2.RegisterImage(g.t.Context(), &ec2.RegisterImageInput{Name: &name}))(g.world).ImageId
	}
	create()
	id := create()
	permissions := func(who []string) (list []ec2types.LaunchPermission) {
		for _, w := range who {
			switch {
			case w == "all":
				list = append(list, ec2types.LaunchPermission{Group: ec2types.PermissionGroupAll})
			case strings.Contains(w, ":ou/"):
				list = append(list, ec2types.LaunchPermission{OrganizationalUnitArn: &w})
			case strings.HasPrefix(w, "arn:"):
				list = append(list, ec2types.LaunchPermission{OrganizationArn: &w})
			default:
				list = append(list, ec2types.LaunchPermission{UserId: &w})
			}
		}
		return list
	}
	return shared(g, detect.Resource{Type: detect.Image, ID: id}, "ModifyImageAttribute",
		[]string{
			"all", stranger, "arn:aws:organizations::999988887777:organization/o-a1b2c3d4e5",
			"arn:aws:organizations::999988887777:ou/o-a1b2c3d4e5/ou-ab12-c3d4e5f6",
		},
		func(add, remove []string) {
			must(g.ec2.ModifyImageAttribute(g.t.Context(), &ec2.ModifyImageAttributeInput{
				ImageId: &id, LaunchPermission: &ec2types.LaunchPermissionModifications{Add: permissions(add), Remove: permissions(remove)},
			}))(g.world)
		})
}

func dbSnapshotShared(g *gen) *episode {
	name, id := g.called("-x"), g.called("-s")
	createDatabase(g.world, name, g.coin())
	for _, s := range []string{id, id + "-other"} {
		must(g.rds().CreateDBSnapshot(g.t.Context(), &rds.CreateDBSnapshotInput{DBInstanceIdentifier: &name, DBSnapshotIdentifier: &s}))(g.world)
	}
	return shared(g, detect.Resource{Type: detect.DBSnapshot, ID: id}, "ModifyDBSnapshotAttribute", []string{"all", stranger, "222233334444"},
		func(add, remove []string) {
			must(g.rds().ModifyDBSnapshotAttribute(g.t.Context(), &rds.ModifyDBSnapshotAttributeInput{
				DBSnapshotIdentifier: &id, AttributeName: aws.String("restore"), ValuesToAdd: add, ValuesToRemove: remove,
			}))(g.world)
		})
}

func (g *gen) cluster() string {
	name := g.called("-x")
	must(g.rds().CreateDBCluster(g.t.Context(), &rds.CreateDBClusterInput{
		DBClusterIdentifier: &name, Engine: aws.String("aurora-postgresql"),
		MasterUsername: aws.String("root"), MasterUserPassword: aws.String("hunter2hunter2"),
	}))(g.world)
	return name
}

func clusterSnapshotShared(g *gen) *episode {
	name, id := g.cluster(), g.called("-s")
	for _, s := range []string{id, id + "-other"} {
		must(g.rds().CreateDBClusterSnapshot(g.t.Context(), &rds.CreateDBClusterSnapshotInput{
			DBClusterIdentifier: &name, DBClusterSnapshotIdentifier: &s,
		}))(g.world)
	}
	return shared(g, detect.Resource{Type: detect.DBClusterSnapshot, ID: id}, "ModifyDBClusterSnapshotAttribute", []string{"all", stranger, "222233334444"},
		func(add, remove []string) {
			must(g.rds().ModifyDBClusterSnapshotAttribute(g.t.Context(), &rds.ModifyDBClusterSnapshotAttributeInput{
				DBClusterSnapshotIdentifier: &id, AttributeName: aws.String("restore"), ValuesToAdd: add, ValuesToRemove: remove,
			}))(g.world)
		})
}

func documentShared(g *gen) *episode {
	api := ssm.NewFromConfig(g.cfg)
	create := func() string {
		name := g.called("-x", "_y", ".z")
		must(api.CreateDocument(g.t.Context(), &ssm.CreateDocumentInput{
			Name: &name, DocumentType: ssmtypes.DocumentTypeCommand, DocumentFormat: ssmtypes.DocumentFormatJson,
			Content: aws.String(`{"schemaVersion":"2.2","description":"x","parameters":{},"mainSteps":[]}`),
		}))(g.world)
		return name
	}
	create()
	name := create()
	return shared(g, detect.Resource{Type: detect.Document, ID: name}, "ModifyDocumentPermission", []string{stranger, "222233334444", "333344445555"},
		func(add, remove []string) {
			must(api.ModifyDocumentPermission(g.t.Context(), &ssm.ModifyDocumentPermissionInput{
				Name: &name, PermissionType: ssmtypes.DocumentPermissionTypeShare, AccountIdsToAdd: add, AccountIdsToRemove: remove,
			}))(g.world)
		})
}

func databasePublic(g *gen) *episode {
	name, other := g.called("-x"), g.called("-x")
	createDatabase(g.world, name, false)
	createDatabase(g.world, other, g.coin())
	modify := func(in *rds.ModifyDBInstanceInput) {
		in.DBInstanceIdentifier = &name
		must(g.rds().ModifyDBInstance(g.t.Context(), in))(g.world)
	}
	modify(&rds.ModifyDBInstanceInput{DeletionProtection: aws.Bool(g.coin())})
	return &episode{
		change: func() detect.Finding {
			modify(&rds.ModifyDBInstanceInput{PubliclyAccessible: aws.Bool(true)})
			return g.finding(detect.Resource{Type: detect.DBInstance, ID: name}, "ModifyDBInstance", nil)
		},
		beside: func() { modify(&rds.ModifyDBInstanceInput{DeletionProtection: aws.Bool(true)}) },
	}
}

// opened is a resource policy that a change puts risky statements into. What was in the policy before stays in it.
func opened(g *gen, resource detect.Resource, event string, own, bad []string, get func() string, put func(string)) *episode {
	after := g.document(placedAmong(g, own, bad)...)
	params := risks(bad...)
	params[detect.ParamDocumentHash] = detect.DocumentHash([]byte(after))
	f := g.finding(resource, event, params)
	e := &episode{change: func() detect.Finding { put(after); return f }}
	known, framed := g.coin(), g.coin() // the change kept what stands around the statements
	if known {
		e.expected = &f
	}
	shared := known && len(bad) > 1 && g.coin()
	if shared {
		own = left(g.world, after, bad[1:]...) // one was there before
	}
	if known && g.coin() { // the change drops a statement too
		own = placedAmong(g, own, []string{g.allows("Dropped", g.aws("arn:aws:iam::"+account+":root"), "", "dropped:Act")})
		e.late = droppedByWhom
	}
	switch {
	case len(own) > 0 && framed:
		put(framedAs(g.world, after, own...))
	case len(own) > 0:
		was, ideal := g.document(own...), cut(g.world, after, bad...)
		put(was)
		if !known {
			e.differs, e.ideal = spelledAnew(was, ideal), func() { put(ideal) }
		}
	}
	if len(own) > 0 && (framed || !known) { // otherwise what others add after the action is in another frame
		e.beside = func() {
			put(withStatement(g, get(), g.allows("Later", g.aws("arn:aws:iam::"+account+":root"), "", "later:Act")))
		}
	}
	if len(bad) > 1 && !shared {
		e.meddle = func() { put(g.document(placedAmong(g, own, bad[:1])...)) }
	}
	return e
}

const droppedByWhom = "in a policy that others have changed since, nobody knows who dropped a statement"

// strangers are statements that let strangers in, and partners those that let in a partner.
func (g *gen) strangers(resource string, actions ...string) []string {
	bad := []string{g.allows(pick(g, "", "Open"), g.aws("*"), resource, actions...)}
	if g.coin() {
		bad = append(bad, g.allows("Stranger", g.aws("arn:aws:iam::"+stranger+":root", "arn:aws:iam::222233334444:role/é"), resource, actions[0]))
	}
	return bad
}

func (g *gen) partners(resource string, actions ...string) []string {
	return some(g, g.allows("Partner", g.aws("arn:aws:iam::"+partner+":root"), resource, actions...), g.allows("", g.aws("arn:aws:iam::"+account+":root"), resource, actions[0]))
}

func topicOpened(g *gen) *episode {
	api := sns.NewFromConfig(g.cfg)
	create := func() string {
		name := g.called("-x", "_y")
		return *must(api.CreateTopic(g.t.Context(), &sns.CreateTopicInput{Name: &name}))(g.world).TopicArn
	}
	create()
	arn := create()
	put := func(document string) {
		must(api.SetTopicAttributes(g.t.Context(), &sns.SetTopicAttributesInput{
			TopicArn: &arn, AttributeName: aws.String("Policy"), AttributeValue: &document,
		}))(g.world)
	}
	get := func() string {
		return must(api.GetTopicAttributes(g.t.Context(), &sns.GetTopicAttributesInput{TopicArn: &arn}))(g.world).Attributes["Policy"]
	}
	own := g.partners(arn, "SNS:Publish")
	e := opened(g, detect.Resource{Type: detect.Topic, ID: arn}, "SetTopicAttributes", own, g.strangers(arn, "SNS:Publish", "SNS:Subscribe"), get, put)
	if len(own) == 0 && e.expected == nil {
		e.differs = "a topic always has a policy, and that of a new one is not known to have been there"
		e.ideal = func() { put(ownerOnly(g.world, arn)) }
	}
	return e
}

// ownerOnly is what a topic has in place of an empty policy.
func ownerOnly(w *world, topic string) string {
	return string(must(json.Marshal(map[string]any{
		"Version": "2012-10-17",
		"Statement": []any{map[string]any{
			"Sid": "RiposteOwnerOnly", "Effect": "Allow", "Principal": map[string]any{"AWS": "arn:aws:iam::" + account + ":root"},
			"Action": []string{
				"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic",
				"SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish",
			},
			"Resource": topic,
		}},
	}))(w))
}

func queueOpened(g *gen) *episode {
	other, name := g.called("-x", "_y"), g.called("-x", "_y")
	createQueue(g.world, other)
	url := createQueue(g.world, name)
	arn := "arn:aws:sqs:" + region + ":" + account + ":" + name
	put := func(document string) {
		must(g.sqs().SetQueueAttributes(g.t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: &url, Attributes: map[string]string{"Policy": document}}))(g.world)
	}
	return opened(g, detect.Resource{Type: detect.Queue, ID: url}, "SetQueueAttributes", g.partners(arn, "SQS:SendMessage"),
		g.strangers(arn, "SQS:SendMessage", "SQS:ReceiveMessage"), func() string { return g.queuePolicy(url) }, put)
}

func (g *gen) queuePolicy(url string) string {
	return must(g.sqs().GetQueueAttributes(g.t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNamePolicy}}))(g.world).Attributes["Policy"]
}

func queuePermitted(g *gen) *episode {
	name := g.called("-x", "_y")
	url := createQueue(g.world, name)
	add := func(label string, who ...string) {
		must(g.sqs().AddPermission(g.t.Context(), &sqs.AddPermissionInput{
			QueueUrl: &url, Label: &label, AWSAccountIds: who, Actions: []string{pick(g, "ReceiveMessage", "SendMessage", "DeleteMessage")},
		}))(g.world)
	}
	for _, label := range some(g, "partner", "a-b_c", "zz") {
		add(label, partner)
	}
	bad := append(some(g, stranger), "222233334444")
	return &episode{
		change: func() detect.Finding {
			add("strangers", bad...)
			return g.finding(detect.Resource{Type: detect.Queue, ID: url}, "AddPermission", map[string]string{
				detect.ParamStatementID: "strangers", detect.ParamGrantees: param(bad),
			})
		},
		beside: func() { add("later", partner) },
	}
}

func repositoryOpened(g *gen) *episode {
	api := ecr.NewFromConfig(g.cfg)
	create := func() string {
		name := g.called("-x", "/y", "_z", "/a/b.c")
		must(api.CreateRepository(g.t.Context(), &ecr.CreateRepositoryInput{RepositoryName: &name}))(g.world)
		return name
	}
	create()
	name := create()
	put := func(document string) {
		must(api.SetRepositoryPolicy(g.t.Context(), &ecr.SetRepositoryPolicyInput{RepositoryName: &name, PolicyText: &document}))(g.world)
	}
	get := func() string {
		out, err := api.GetRepositoryPolicy(g.t.Context(), &ecr.GetRepositoryPolicyInput{RepositoryName: &name})
		if err != nil {
			return ""
		}
		return *out.PolicyText
	}
	return opened(g, detect.Resource{Type: detect.Repository, ID: name}, "SetRepositoryPolicy", g.partners("", "ecr:BatchGetImage"),
		g.strangers("", "ecr:BatchGetImage", "ecr:PutImage"), get, put)
}

func secretOpened(g *gen) *episode {
	api := secretsmanager.NewFromConfig(g.cfg)
	create := func() string {
		name := g.called("-x", "/y", "_z", "+a", "=b", ".c", "@d")
		must(api.CreateSecret(g.t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: aws.String("x")}))(g.world)
		return name
	}
	create()
	name := create()
	put := func(document string) {
		must(api.PutResourcePolicy(g.t.Context(), &secretsmanager.PutResourcePolicyInput{SecretId: &name, ResourcePolicy: &document}))(g.world)
	}
	get := func() string {
		return aws.ToString(must(api.GetResourcePolicy(g.t.Context(), &secretsmanager.GetResourcePolicyInput{SecretId: &name}))(g.world).ResourcePolicy)
	}
	return opened(g, detect.Resource{Type: detect.Secret, ID: name}, "PutResourcePolicy", g.partners("*", "secretsmanager:GetSecretValue"),
		g.strangers("*", "secretsmanager:GetSecretValue", "secretsmanager:*"), get, put)
}

func keyOpened(g *gen) *episode {
	createKey(g.world)
	key := createKey(g.world)
	put := func(document string) {
		must(g.kms().PutKeyPolicy(g.t.Context(), &kms.PutKeyPolicyInput{KeyId: &key, PolicyName: aws.String("default"), Policy: &document}))(g.world)
	}
	owner := g.spelled("Sid", `"owner"`, "Effect", `"Allow"`, "Principal", g.aws("arn:aws:iam::"+account+":root"), "Action", g.listed("kms:*"), "Resource", g.listed("*"))
	own := placedAmong(g, []string{owner}, g.partners("*", "kms:Decrypt", "kms:Encrypt"))
	bad := g.strangers("*", "kms:Decrypt", "kms:CreateGrant")
	after := g.document(placedAmong(g, own, bad)...)
	framed := g.coin()
	was := framedAs(g.world, after, own...)
	if !framed {
		was = g.document(own...)
	}
	put(was)
	params := risks(bad...)
	params[detect.ParamDocumentHash] = detect.DocumentHash([]byte(after))
	f := g.finding(detect.Resource{Type: detect.Key, ID: pick(g, key, "arn:aws:kms:"+region+":"+account+":key/"+key)}, "PutKeyPolicy", params)
	e := &episode{
		change: func() detect.Finding { put(after); return f },
		ideal:  func() { put(cut(g.world, after, bad...)) },
		beside: func() {
			live := must(g.kms().GetKeyPolicy(g.t.Context(), &kms.GetKeyPolicyInput{KeyId: &key, PolicyName: aws.String("default")}))(g.world)
			put(withStatement(g, *live.Policy, g.allows("Later", g.aws("arn:aws:iam::"+account+":role/later"), "*", "kms:DescribeKey")))
		},
		whole:  "the aspect is the whole document: whether an account can still manage its key depends on all of it",
		meddle: func() { put(resourcePolicy(owner)) },
	}
	e.expected = g.knows(f)
	switch {
	case framed:
	case e.expected == nil:
		e.differs = spelledAnew(was, cut(g.world, after, bad...))
	default:
		e.beside = nil // what others have changed before the plan is in the frame of the change
	}
	return e
}

func keyGranted(g *gen) *episode {
	key := createKey(g.world)
	grant := func(in kms.CreateGrantInput, operations ...kmstypes.GrantOperation) string {
		in.KeyId, in.Operations = &key, operations
		return *must(g.kms().CreateGrant(g.t.Context(), &in))(g.world).GrantId
	}
	to := func(who string) kms.CreateGrantInput { return kms.CreateGrantInput{GranteePrincipal: &who} }
	for range g.IntN(3) {
		grant(to("arn:aws:iam::"+partner+":role/reader"), kmstypes.GrantOperationDecrypt)
	}
	operations := []kmstypes.GrantOperation{kmstypes.GrantOperationDecrypt, kmstypes.GrantOperationEncrypt}[:1+g.IntN(2)]
	in, parts := to("arn:aws:iam::"+stranger+":role/reader"), map[string]string{"team": "a&b <é>", "site": "x"}
	switch g.IntN(4) {
	case 0:
		in.Constraints = &kmstypes.GrantConstraints{EncryptionContextSubset: parts}
	case 1:
		in.Constraints, in.RetiringPrincipal = &kmstypes.GrantConstraints{EncryptionContextEquals: parts}, aws.String("arn:aws:iam::"+stranger+":root")
	case 2:
		if g.cfg.BaseEndpoint == nil { // moto drops services
			in.GranteePrincipal, in.GranteeServicePrincipal = nil, aws.String("rds.amazonaws.com")
			in.RetiringServicePrincipal = aws.String("rds.amazonaws.com")
			in.Constraints = &kmstypes.GrantConstraints{SourceArn: aws.String("arn:aws:rds:" + region + ":" + stranger + ":db:a")}
		}
	}
	return &episode{
		change: func() detect.Finding {
			return g.finding(detect.Resource{Type: detect.Key, ID: key}, "CreateGrant", map[string]string{detect.ParamGrantID: grant(in, operations...)})
		},
		beside: func() { grant(to("arn:aws:iam::"+partner+":role/later"), kmstypes.GrantOperationEncrypt) },
	}
}

func (g *gen) function() string {
	createFunction(g.world, g.called("-x", "_y"))
	name := g.called("-x", "_y")
	createFunction(g.world, name)
	return name
}

func functionPermitted(g *gen) *episode {
	name := g.function()
	var qualifier *string
	if g.cfg.BaseEndpoint == nil {
		qualifier = pick(g, nil, nil, aws.String("live"), aws.String("3"))
	}
	put := func(in *lambda.AddPermissionInput) {
		in.FunctionName, in.Qualifier = &name, qualifier
		must(g.lambda().AddPermission(g.t.Context(), in))(g.world)
	}
	add := func(sid, principal string, source *string) {
		put(&lambda.AddPermissionInput{StatementId: &sid, Principal: &principal, Action: aws.String("lambda:InvokeFunction"), SourceArn: source})
	}
	for _, sid := range some(g, "partner", "a-b_c", "zz") {
		add(sid, "arn:aws:iam::"+partner+":root", nil)
	}
	sid, who := g.called("-x", "_y"), pick(g, "*", "arn:aws:iam::"+stranger+":root", stranger)
	bad := lambda.AddPermissionInput{StatementId: &sid, Principal: &who, Action: aws.String("lambda:InvokeFunction")}
	if who == "*" {
		bad.SourceArn = pick(g, nil, aws.String("arn:aws:s3:::strangers"))
		if g.cfg.BaseEndpoint == nil { // moto writes these down in ways of its own
			bad.SourceAccount, bad.PrincipalOrgID = pick(g, nil, aws.String(stranger)), pick(g, nil, aws.String("o-a1b2c3d4e5"))
			bad.EventSourceToken = pick(g, nil, aws.String("amzn1.ask.skill.1"))
			if g.coin() {
				bad.Action, bad.FunctionUrlAuthType = aws.String("lambda:InvokeFunctionUrl"), lambdatypes.FunctionUrlAuthTypeNone
			}
			bad.InvokedViaFunctionUrl = pick(g, nil, aws.Bool(true), aws.Bool(false))
		}
	}
	plain := who
	if strings.HasPrefix(who, "arn:") {
		plain = stranger
	}
	return &episode{
		change: func() detect.Finding {
			put(&bad)
			params := map[string]string{detect.ParamStatementID: sid, detect.ParamGrantees: param([]string{plain})}
			if qualifier != nil {
				params[detect.ParamQualifier] = *qualifier
			}
			return g.finding(detect.Resource{Type: detect.Function, ID: name}, "AddPermission20150331v2", params)
		},
		beside: func() { add("later", "s3.amazonaws.com", aws.String("arn:aws:s3:::own")) },
		meddle: func() {
			_, _ = g.lambda().RemovePermission(g.t.Context(), &lambda.RemovePermissionInput{FunctionName: &name, Qualifier: qualifier, StatementId: &sid})
			add(sid, "sns.amazonaws.com", nil)
		},
	}
}

func functionOpened(g *gen) *episode {
	name, other := g.function(), g.function()
	var qualifier *string
	params := map[string]string{}
	create := func(name string, auth lambdatypes.FunctionUrlAuthType) {
		must(g.lambda().CreateFunctionUrlConfig(g.t.Context(), &lambda.CreateFunctionUrlConfigInput{FunctionName: &name, Qualifier: qualifier, AuthType: auth}))(g.world)
	}
	if g.cfg.BaseEndpoint == nil && g.coin() {
		create(name, lambdatypes.FunctionUrlAuthTypeNone) // the function's own, beside its alias's
		qualifier, params[detect.ParamQualifier] = aws.String("live"), "live"
	}
	create(other, pick(g, lambdatypes.FunctionUrlAuthTypeNone, lambdatypes.FunctionUrlAuthTypeAwsIam))
	e := &episode{}
	event := pick(g, "CreateFunctionUrlConfig", "UpdateFunctionUrlConfig")
	if event == "UpdateFunctionUrlConfig" {
		create(name, lambdatypes.FunctionUrlAuthTypeAwsIam)
	} else {
		e.differs = "a URL that was made stays, for principals of the account alone"
		e.ideal = func() {
			must(g.lambda().UpdateFunctionUrlConfig(g.t.Context(), &lambda.UpdateFunctionUrlConfigInput{
				FunctionName: &name, Qualifier: qualifier, AuthType: lambdatypes.FunctionUrlAuthTypeAwsIam,
			}))(g.world)
		}
	}
	e.change = func() detect.Finding {
		if event == "CreateFunctionUrlConfig" {
			create(name, lambdatypes.FunctionUrlAuthTypeNone)
		} else {
			must(g.lambda().UpdateFunctionUrlConfig(g.t.Context(), &lambda.UpdateFunctionUrlConfigInput{
				FunctionName: &name, Qualifier: qualifier, AuthType: lambdatypes.FunctionUrlAuthTypeNone,
			}))(g.world)
		}
		return g.finding(detect.Resource{Type: detect.Function, ID: name}, event, params)
	}
	e.beside = func() {
		must(g.lambda().AddPermission(g.t.Context(), &lambda.AddPermissionInput{
			FunctionName: &name, StatementId: aws.String("later"), Principal: aws.String("s3.amazonaws.com"), Action: aws.String("lambda:InvokeFunction"),
		}))(g.world)
	}
	return e
}
