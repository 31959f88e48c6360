package simaws_test

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	ssotypes "github.com/aws/aws-sdk-go-v2/service/ssoadmin/types"

	"riposte/pkg/detect"
)

func dataGenerators() []generator {
	return []generator{
		{action: "cancel-key-deletion", make: deletionScheduled},
		{action: "enable-key", make: keyDisabled},
		{action: "enable-key-rotation", make: rotationDisabled},
		{action: "enable-deletion-protection", make: instanceUnprotected},
		{action: "enable-deletion-protection", name: "of a cluster", make: clusterUnprotected},
		{action: "enable-point-in-time-recovery", make: recoveryDisabled},
		{action: "attach-organization-policy", make: organizationPolicyDetached},
		{action: "delete-account-assignment", make: assigned, simulated: "moto lists no permission sets that were not made"},
	}
}

// key makes a key among others, and returns it by its id or its ARN as events have it.
func (g *gen) key() (id, named string) {
	for range g.IntN(3) {
		createKey(g.world)
	}
	id = createKey(g.world)
	return id, pick(g, id, "arn:aws:kms:"+region+":"+account+":key/"+id)
}

func (g *gen) rotate(id string, days int32) {
	must(g.kms().EnableKeyRotation(g.t.Context(), &kms.EnableKeyRotationInput{KeyId: &id, RotationPeriodInDays: &days}))(g.world)
}

func (g *gen) disable(id string) {
	must(g.kms().DisableKey(g.t.Context(), &kms.DisableKeyInput{KeyId: &id}))(g.world)
}

func deletionScheduled(g *gen) *episode {
	id, named := g.key()
	f := g.finding(detect.Resource{Type: detect.Key, ID: named}, "ScheduleKeyDeletion", nil)
	e := &episode{change: func() detect.Finding { scheduleDeletion(g.world, id); return f }}
	switch g.IntN(3) {
	case 0:
		g.disable(id)
		e.expected = &f
	case 1:
		g.disable(id)
	default:
		e.expected = &f
		if g.coin() {
			e.expected, e.differs = nil, "nobody knows that the key was enabled: it is left disabled"
			e.ideal = func() {
				must(g.kms().CancelKeyDeletion(g.t.Context(), &kms.CancelKeyDeletionInput{KeyId: &id}))(g.world)
			}
		}
	}
	return e
}

func keyDisabled(g *gen) *episode {
	id, named := g.key()
	return &episode{
		change: func() detect.Finding {
			g.disable(id)
			return g.finding(detect.Resource{Type: detect.Key, ID: named}, "DisableKey", nil)
		},
		meddle: func() { scheduleDeletion(g.world, id) },
	}
}

func rotationDisabled(g *gen) *episode {
	id, named := g.key()
	days := pick[int32](g, 365, 90, 2560)
	g.rotate(id, days)
	f := g.finding(detect.Resource{Type: detect.Key, ID: named}, "DisableKeyRotation", nil)
	e := &episode{expected: &f}
	if g.coin() {
		e.expected = nil
		if days != 365 {
			e.differs = "nobody knows how often the key was rotated: once a year it is"
			e.ideal = func() { g.rotate(id, 365) }
		}
	}
	e.change = func() detect.Finding {
		must(g.kms().DisableKeyRotation(g.t.Context(), &kms.DisableKeyRotationInput{KeyId: &id}))(g.world)
		return f
	}
	e.meddle = func() { g.rotate(id, 1234) }
	return e
}

func instanceUnprotected(g *gen) *episode {
	name, other := g.called("-x"), g.called("-x")
	createDatabase(g.world, name, g.coin())
	createDatabase(g.world, other, g.coin())
	modify := func(in *rds.ModifyDBInstanceInput) {
		in.DBInstanceIdentifier = &name
		must(g.rds().ModifyDBInstance(g.t.Context(), in))(g.world)
	}
	modify(&rds.ModifyDBInstanceInput{DeletionProtection: aws.Bool(true)})
	f := g.finding(detect.Resource{Type: detect.DBInstance, ID: name}, "ModifyDBInstance", nil)
	return &episode{
		expected: g.knows(f),
		change: func() detect.Finding {
			modify(&rds.ModifyDBInstanceInput{DeletionProtection: aws.Bool(false)})
			return f
		},
		beside: func() { modify(&rds.ModifyDBInstanceInput{PubliclyAccessible: aws.Bool(true)}) },
	}
}

func clusterUnprotected(g *gen) *episode {
	g.cluster()
	name := g.cluster()
	protect := func(on bool) {
		must(g.rds().ModifyDBCluster(g.t.Context(), &rds.ModifyDBClusterInput{DBClusterIdentifier: &name, DeletionProtection: &on}))(g.world)
	}
	protect(true)
	f := g.finding(detect.Resource{Type: detect.DBCluster, ID: name}, "ModifyDBCluster", nil)
	return &episode{expected: g.knows(f), change: func() detect.Finding { protect(false); return f }}
}

func recoveryDisabled(g *gen) *episode {
	api := dynamodb.NewFromConfig(g.cfg)
	create := func() string {
		name := g.called("-x", "_y", ".z")
		must(api.CreateTable(g.t.Context(), &dynamodb.CreateTableInput{
			TableName: &name, BillingMode: dynamotypes.BillingModePayPerRequest,
			AttributeDefinitions: []dynamotypes.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: dynamotypes.ScalarAttributeTypeS}},
			KeySchema:            []dynamotypes.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: dynamotypes.KeyTypeHash}},
		}))(g.world)
		return name
	}
	other, name := create(), create()
	set := func(name string, on bool, days *int32) {
		must(api.UpdateContinuousBackups(g.t.Context(), &dynamodb.UpdateContinuousBackupsInput{
			TableName: &name, PointInTimeRecoverySpecification: &dynamotypes.PointInTimeRecoverySpecification{
				PointInTimeRecoveryEnabled: &on, RecoveryPeriodInDays: days,
			},
		}))(g.world)
	}
	days := pick[int32](g, 35, 7)
	set(name, true, &days)
	f := g.finding(detect.Resource{Type: detect.Table, ID: name}, "UpdateContinuousBackups", nil)
	e := &episode{expected: &f}
	if g.coin() {
		e.expected = nil
		if days != 35 {
			e.differs = "nobody knows how far back the table could be put: as far as DynamoDB lets it is"
			e.ideal = func() { set(name, true, nil) }
		}
	}
	e.change = func() detect.Finding { set(name, false, nil); return f }
	e.beside = func() { set(other, true, nil) }
	e.meddle = func() { set(name, true, aws.Int32(3)) }
	return e
}

func organizationPolicyDetached(g *gen) *episode {
	api := g.organizations()
	_, err := api.CreateOrganization(g.t.Context(), &organizations.CreateOrganizationInput{})
	if _, there := errors.AsType[*orgtypes.AlreadyInOrganizationException](err); err != nil && !there {
		g.t.Fatal(err)
	}
	create := func() *string {
		name := g.called(" x", "+y")
		return must(api.CreatePolicy(g.t.Context(), &organizations.CreatePolicyInput{
			Name: &name, Description: aws.String("test"), Type: orgtypes.PolicyTypeServiceControlPolicy,
			Content: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"cloudtrail:*","Resource":"*"}]}`),
		}))(g.world).Policy.PolicySummary.Id
	}
	attach := func(id *string) {
		must(api.AttachPolicy(g.t.Context(), &organizations.AttachPolicyInput{PolicyId: id, TargetId: aws.String(account)}))(g.world)
	}
	other, id, later := create(), create(), create()
	attach(other)
	attach(id)
	return &episode{
		change: func() detect.Finding {
			must(api.DetachPolicy(g.t.Context(), &organizations.DetachPolicyInput{PolicyId: id, TargetId: aws.String(account)}))(g.world)
			return g.finding(detect.Resource{Type: detect.OrganizationPolicy, ID: *id}, "DetachPolicy", map[string]string{detect.ParamTargetID: account})
		},
		beside: func() { attach(later) },
	}
}

func assigned(g *gen) *episode {
	const instance = "arn:aws:sso:::instance/ssoins-0a1b2c3d4e5f6a7b"
	set := "arn:aws:sso:::permissionSet/ssoins-0a1b2c3d4e5f6a7b/ps-" + g.called()
	assign := func(set, target, who string, kind ssotypes.PrincipalType) {
		must(ssoadmin.NewFromConfig(g.cfg).CreateAccountAssignment(g.t.Context(), &ssoadmin.CreateAccountAssignmentInput{
			InstanceArn: aws.String(instance), PermissionSetArn: &set, TargetId: &target, TargetType: ssotypes.TargetTypeAwsAccount,
			PrincipalId: &who, PrincipalType: kind,
		}))(g.world)
	}
	const bob, staff, ann = "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "2b3c4d5e-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "9f8e7d6c-5b4a-4938-8271-605f4e3d2c1b"
	for _, who := range some(g, bob) {
		assign(set, partner, who, ssotypes.PrincipalTypeUser)
	}
	assign(set, partner, staff, ssotypes.PrincipalTypeGroup)
	assign(set, stranger, ann, ssotypes.PrincipalTypeUser) // the same of another account
	kind := pick(g, ssotypes.PrincipalTypeUser, ssotypes.PrincipalTypeGroup)
	f := g.finding(detect.Resource{Type: detect.PermissionSet, ID: set}, "CreateAccountAssignment", map[string]string{
		detect.ParamTargetID: partner, detect.ParamInstanceARN: instance,
		detect.ParamPrincipalType: string(kind), detect.ParamPrincipalID: ann,
	})
	return &episode{
		expected: g.knows(f),
		change:   func() detect.Finding { assign(set, partner, ann, kind); return f },
		beside:   func() { assign(set, partner, "3c4d5e6f-5e6f-4a7b-8c9d-0e1f2a3b4c5d", ssotypes.PrincipalTypeUser) },
	}
}
