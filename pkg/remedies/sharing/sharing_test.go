package sharing

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const account = "111122223333"

func newAccount() (*simaws.Account, access.Accounts) {
	sim := simaws.New(account, func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) })
	return sim, access.HomeAccount(sim.Config("us-east-1"), access.Known(account))
}

func finding(kind detect.ResourceType, id, event string, params map[string]string) detect.Finding {
	return detect.Finding{
		Rule: "EXP-1", Resource: detect.Resource{Type: kind, ID: id}, Params: params,
		Event: detect.EventRef{Name: event, Account: account, Region: "us-east-1", Partition: "aws"},
	}
}

// TestRefusesBeforeAccess holds what no remedy even looks at.
func TestRefusesBeforeAccess(t *testing.T) {
	noAccess := func(context.Context, remedy.Target) (aws.Config, error) {
		return aws.Config{}, errors.New("access was asked for")
	}
	who := map[string]string{detect.ParamGrantees: `["all"]`}
	open := map[string]string{detect.ParamStatements: strings.Repeat("a", 64)}
	for name, tt := range map[string]struct {
		remedy remedy.Remedy
		f      detect.Finding
	}{
		"snapshot without an id":            {UnshareEBSSnapshot(noAccess), finding(detect.Snapshot, "backup", "", who)},
		"snapshot shared with nobody":       {UnshareEBSSnapshot(noAccess), finding(detect.Snapshot, "snap-1", "", nil)},
		"snapshot shared with no list":      {UnshareEBSSnapshot(noAccess), finding(detect.Snapshot, "snap-1", "", map[string]string{detect.ParamGrantees: "all"})},
		"snapshot shared with an empty one": {UnshareEBSSnapshot(noAccess), finding(detect.Snapshot, "snap-1", "", map[string]string{detect.ParamGrantees: "[]"})},
		"snapshot shared with a name":       {UnshareEBSSnapshot(noAccess), finding(detect.Snapshot, "snap-1", "", map[string]string{detect.ParamGrantees: `["all","bob"]`})},
		"snapshot shared with an organisation": {UnshareEBSSnapshot(noAccess), finding(detect.Snapshot, "snap-1", "", map[string]string{
			detect.ParamGrantees: `["arn:aws:organizations::444455556666:organization/o-a1b2c3d4e5"]`,
		})},
		"image without an id":                 {UnshareImage(noAccess), finding(detect.Image, "snap-1", "", who)},
		"image shared with a role":            {UnshareImage(noAccess), finding(detect.Image, "ami-1", "", map[string]string{detect.ParamGrantees: `["arn:aws:iam::444455556666:role/x"]`})},
		"another account's snapshot":          {UnshareDBSnapshot(noAccess), finding(detect.DBSnapshot, "arn:aws:rds:us-east-1:444455556666:snapshot:x", "", who)},
		"another region's snapshot":           {UnshareDBClusterSnapshot(noAccess), finding(detect.DBClusterSnapshot, "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:x", "", who)},
		"document of AWS":                     {UnshareSSMDocument(noAccess), finding(detect.Document, "AWS-RunShellScript", "", who)},
		"topic by its name":                   {RemoveTopicPolicyStatements(noAccess), finding(detect.Topic, "orders", "", open)},
		"topic of another account":            {RemoveTopicPolicyStatements(noAccess), finding(detect.Topic, "arn:aws:sns:us-east-1:444455556666:orders", "", open)},
		"topic without statements":            {RemoveTopicPolicyStatements(noAccess), finding(detect.Topic, "arn:aws:sns:us-east-1:111122223333:orders", "", nil)},
		"queue by its name":                   {RemoveQueuePolicyStatements(noAccess), finding(detect.Queue, "orders", "", open)},
		"queue of another account":            {RemoveQueuePolicyStatements(noAccess), finding(detect.Queue, "https://sqs.us-east-1.amazonaws.com/444455556666/orders", "", open)},
		"queue deep in an address":            {RemoveQueuePolicyStatements(noAccess), finding(detect.Queue, "https://example.com/444455556666/111122223333/orders", "", open)},
		"secret without statements":           {RemoveSecretPolicyStatements(noAccess), finding(detect.Secret, "db", "", nil)},
		"repository for a secret's":           {RemoveRepositoryPolicyStatements(noAccess), finding(detect.Secret, "db", "", open)},
		"key without a document":              {RestoreKeyPolicy(noAccess), finding(detect.Key, "1234abcd", "", open)},
		"key of AWS":                          {RestoreKeyPolicy(noAccess), finding(detect.Key, "alias/aws/s3", "", map[string]string{detect.ParamDocumentHash: "x"})},
		"permission without an id":            {RemoveFunctionPermission(noAccess), finding(detect.Function, "f", "", who)},
		"permission of a layer":               {RemoveFunctionPermission(noAccess), finding(detect.LayerVersion, "l:1", "", map[string]string{detect.ParamStatementID: "x"})},
		"function of another account":         {RestrictFunctionURL(noAccess), finding(detect.Function, "arn:aws:lambda:us-east-1:444455556666:function:f", "", nil)},
		"cluster made public":                 {MakeDBInstancePrivate(noAccess), finding(detect.DBCluster, "orders", "", nil)},
		"encryption after another call":       {EnableEBSEncryptionDefault(noAccess), finding(detect.Account, account, "EnableSerialConsoleAccess", nil)},
		"encryption of another account":       {EnableEBSEncryptionDefault(noAccess), finding(detect.Account, "444455556666", "DisableEbsEncryptionByDefault", nil)},
		"console after a key was sent":        {DisableSerialConsole(noAccess), finding(detect.Instance, "i-1", "SendSerialConsoleSSHPublicKey", nil)},
		"images after the block of snapshots": {BlockPublicImages(noAccess), finding(detect.Account, account, "DisableSnapshotBlockPublicAccess", nil)},
		"snapshots after the block of images": {BlockPublicSnapshots(noAccess), finding(detect.Account, account, "DisableImageBlockPublicAccess", nil)},
	} {
		t.Run(name, func(t *testing.T) {
			c, nothing, err := tt.remedy.Plan(t.Context(), tt.f, nil)
			var refusal *remedy.Refusal
			if c != nil || nothing != "" || !errors.As(err, &refusal) {
				t.Errorf("plan: %v, %q, %v; want a refusal", c, nothing, err)
			}
		})
	}
}

// TestFunctionPermission holds that a statement is removed only where it is the event's and can be put back.
func TestFunctionPermission(t *testing.T) {
	for name, tt := range map[string]struct {
		live    lambda.AddPermissionInput
		event   string // the grantees
		refused string
	}{
		"the event's":          {lambda.AddPermissionInput{Principal: aws.String("*")}, `["*"]`, ""},
		"an account's":         {lambda.AddPermissionInput{Principal: aws.String("arn:aws:iam::444455556666:root")}, `["444455556666"]`, ""},
		"another principal's":  {lambda.AddPermissionInput{Principal: aws.String("s3.amazonaws.com")}, `["*"]`, "somebody has changed it"},
		"with a source":        {lambda.AddPermissionInput{Principal: aws.String("s3.amazonaws.com"), SourceArn: aws.String("arn:aws:s3:::b")}, `["s3.amazonaws.com"]`, ""},
		"nobody said for whom": {lambda.AddPermissionInput{Principal: aws.String("*")}, ``, "does not say whom"},
	} {
		t.Run(name, func(t *testing.T) {
			sim, accounts := newAccount()
			api := lambda.NewFromConfig(sim.Config("us-east-1"))
			_, err := api.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
				FunctionName: aws.String("f"), Role: aws.String("r"), Code: &types.FunctionCode{},
			})
			if err != nil {
				t.Fatal(err)
			}
			tt.live.FunctionName, tt.live.StatementId, tt.live.Action = aws.String("f"), aws.String("x"), aws.String("lambda:InvokeFunction")
			if _, err := api.AddPermission(t.Context(), &tt.live); err != nil {
				t.Fatal(err)
			}
			f := finding(detect.Function, "f", "AddPermission20150331v2", map[string]string{detect.ParamStatementID: "x", detect.ParamGrantees: tt.event})
			c, _, err := RemoveFunctionPermission(accounts).Plan(t.Context(), f, nil)
			if tt.refused == "" && (c == nil || err != nil) || tt.refused != "" && (err == nil || !strings.Contains(err.Error(), tt.refused)) {
				t.Errorf("plan: %v, %v; want %q", c, err, tt.refused)
			}
		})
	}
}

// TestPermissionOf holds which statements AddPermission can write again.
func TestPermissionOf(t *testing.T) {
	for statement, want := range map[string]bool{
		`{"Sid":"x","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}}`:                                             true,
		`{"Sid":"x","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}`:                                                      true,
		`{"Sid":"x","Effect":"Allow","Principal":{"AWS":"*"},"Action":"lambda:InvokeFunction","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}`:                                                 true,
		`{"Sid":"x","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Condition":{"StringEquals":{"AWS:SourceAccount":"1"},"ArnLike":{"AWS:SourceArn":"a"}}}`: true,
		`{"Sid":"x","Effect":"Deny","Principal":"*","Action":"lambda:InvokeFunction"}`:                                                                                                                    false,
		`{"Sid":"x","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.1/32"}}}`:                                                         false,
		`{"Sid":"x","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Condition":{"StringEquals":{"AWS:SourceAccount":["1","2"]}}}`:                                                      false,
		`{"Sid":"x","Effect":"Allow","Principal":{"AWS":["*","1"]},"Action":"lambda:InvokeFunction"}`:                                                                                                     false,
		`{"Sid":"x","Effect":"Allow","Principal":{"AWS":"1","Service":"s"},"Action":"lambda:InvokeFunction"}`:                                                                                             false,
		`{"Sid":"x","Effect":"Allow","Principal":"*","Action":["a","b"]}`:                                                                                                                                 false,
		`{`: false,
	} {
		if in, err := permissionOf(statement); (err == nil) != want {
			t.Errorf("%s: %+v, %v; want %v", statement, in, err, want)
		}
	}
}

// TestKeyNeverLocked holds that no policy is written under which the own account cannot manage its key.
func TestKeyNeverLocked(t *testing.T) {
	const (
		owner = `{"Sid":"owner","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}`
		open  = `{"Sid":"open","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"kms:*","Resource":"*"}`
		admin = `{"Sid":"admin","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/admin"},"Action":"kms:*","Resource":"*"}`
		mfa   = `{"Sid":"mfa","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`
		deny  = `{"Sid":"deny","Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*"}`
	)
	document := func(statements ...string) string {
		return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
	}
	for name, tt := range map[string]struct {
		live, good string
		want       string // the policy after, or a part of the refusal
		refused    bool
	}{
		"the owner stays":                {document(owner, open), "", document(owner), false},
		"nobody stays":                   {document(open), "", "no statement would be left", true},
		"a single role stays":            {document(admin, open), "", "lock account", true},
		"the owner only with MFA":        {document(mfa, open), "", "lets account 111122223333 manage it", true},
		"a deny of everybody stays":      {document(owner, open, deny), "", "lock account", true},
		"back to a good one":             {document(open), document(owner, admin), document(owner, admin), false},
		"a good one that would lock":     {document(owner, open), document(admin), document(owner), false},
		"a good one that cannot be read": {document(owner, open), `x`, document(owner), false},
		"a good one that cannot help":    {document(open), document(admin), "no statement would be left", true},
	} {
		t.Run(name, func(t *testing.T) {
			sim, accounts := newAccount()
			api := kms.NewFromConfig(sim.Config("us-east-1"))
			made, err := api.CreateKey(t.Context(), &kms.CreateKeyInput{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := api.PutKeyPolicy(t.Context(), &kms.PutKeyPolicyInput{KeyId: made.KeyMetadata.KeyId, Policy: &tt.live}); err != nil {
				t.Fatal(err)
			}
			f := finding(detect.Key, *made.KeyMetadata.KeyId, "PutKeyPolicy", map[string]string{
				detect.ParamStatements: detect.StatementHash([]byte(open)), detect.ParamDocumentHash: detect.DocumentHash([]byte(tt.live)),
			})
			var known remedy.Known
			if tt.good != "" {
				known = func(context.Context, string, remedy.Target) (json.RawMessage, bool, error) {
					return quote(t, tt.good), true, nil
				}
			}
			c, _, err := RestoreKeyPolicy(accounts).Plan(t.Context(), f, known)
			if tt.refused {
				if c != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("plan: %v, %v; want a refusal: %s", c, err, tt.want)
				}
				return
			}
			if err != nil || c == nil || !sameDocument(unquote(t, c.After), tt.want) {
				t.Errorf("plan: %+v, %v; want %s", c, err, tt.want)
			}
		})
	}
}

// TestKeyUndoNeverLocks holds that undo refuses to bring a lock-out back.
func TestKeyUndoNeverLocks(t *testing.T) {
	const owner = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}`
	locked := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"kms:*","Resource":"*"}]}`
	sim, accounts := newAccount()
	api := kms.NewFromConfig(sim.Config("us-east-1"))
	made, err := api.CreateKey(t.Context(), &kms.CreateKeyInput{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := api.PutKeyPolicy(t.Context(), &kms.PutKeyPolicyInput{KeyId: made.KeyMetadata.KeyId, Policy: &locked}); err != nil {
		t.Fatal(err)
	}
	f := finding(detect.Key, *made.KeyMetadata.KeyId, "PutKeyPolicy", map[string]string{detect.ParamDocumentHash: detect.DocumentHash([]byte(locked))})
	r := RestoreKeyPolicy(accounts)
	c, _, err := r.Plan(t.Context(), f, func(context.Context, string, remedy.Target) (json.RawMessage, bool, error) {
		return quote(t, owner), true, nil
	})
	if err != nil || c == nil {
		t.Fatalf("plan: %v, %v", c, err)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	sim.ForgetCalls()
	var refusal *remedy.Refusal
	if err := r.Undo(t.Context(), *c); !errors.As(err, &refusal) || len(sim.Writes()) > 0 {
		t.Errorf("undo: %v after %d writes; want a refusal", err, len(sim.Writes()))
	}
}

// TestTopicEmptied holds that a topic whose last statement goes is left to its owner, and gets its policy back by undo.
func TestTopicEmptied(t *testing.T) {
	sim, accounts := newAccount()
	api := sns.NewFromConfig(sim.Config("us-east-1"))
	made, err := api.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("orders")})
	if err != nil {
		t.Fatal(err)
	}
	open := `{"Sid":"open","Effect":"Allow","Principal":"*","Action":"SNS:Publish","Resource":"` + *made.TopicArn + `"}`
	policy := `{"Version":"2008-10-17","Id":"mine","Statement":[` + open + `]}`
	live := func() string {
		out, err := api.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: made.TopicArn})
		if err != nil {
			t.Fatal(err)
		}
		return out.Attributes["Policy"]
	}
	_, err = api.SetTopicAttributes(t.Context(), &sns.SetTopicAttributesInput{
		TopicArn: made.TopicArn, AttributeName: aws.String("Policy"), AttributeValue: &policy,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := RemoveTopicPolicyStatements(accounts)
	c, _, err := r.Plan(t.Context(), finding(detect.Topic, *made.TopicArn, "SetTopicAttributes", map[string]string{
		detect.ParamStatements: detect.StatementHash([]byte(open)),
	}), nil)
	if err != nil || c == nil {
		t.Fatalf("plan: %v, %v", c, err)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	if got := live(); !strings.Contains(got, ownerOnly) || !strings.Contains(got, "arn:aws:iam::111122223333:root") || strings.Contains(got, "open") {
		t.Errorf("after: %s", got)
	}
	if err := r.Undo(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	if got := live(); !sameDocument(got, policy) {
		t.Errorf("undone: %s, want %s", got, policy)
	}
}

func quote(t *testing.T, text string) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func unquote(t *testing.T, raw json.RawMessage) (text string) {
	t.Helper()
	if err := json.Unmarshal(raw, &text); err != nil {
		t.Fatal(err)
	}
	return text
}
