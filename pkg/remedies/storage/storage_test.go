package storage

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"riposte/internal/simaws"
	"riposte/internal/testkit/loopback"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const account = "111122223333"

type bound func(access.Accounts) remedy.Remedy

// A stage is a simulated account with one bucket.
type stage struct {
	*testing.T
	sim *simaws.Account
	api *s3.Client
}

func newStage(t *testing.T) *stage {
	sim := simaws.New(account, func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) })
	s := &stage{T: t, sim: sim, api: s3.NewFromConfig(sim.Config("eu-west-1"))}
	_, err := s.api.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("reports")})
	s.ok(err)
	return s
}

func (s *stage) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stage) remedy(bind bound) remedy.Remedy {
	return bind(access.HomeAccount(s.sim.Config("eu-west-1"), access.Known(account)))
}

func (s *stage) policy(text string) {
	s.Helper()
	_, err := s.api.PutBucketPolicy(s.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("reports"), Policy: &text})
	s.ok(err)
}

func (s *stage) livePolicy() string {
	s.Helper()
	out, err := s.api.GetBucketPolicy(s.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String("reports")})
	if access.Coded(err, "NoSuchBucketPolicy") {
		return ""
	}
	s.ok(err)
	return *out.Policy
}

func finding(params map[string]string) detect.Finding {
	return detect.Finding{
		Rule: "EXP-001", Resource: detect.Resource{Type: detect.Bucket, ID: "reports"}, Params: params,
		Event: detect.EventRef{Account: account, Region: "eu-west-1", Partition: "aws"},
	}
}

// knowing returns what the ledger would say of any aspect.
func knowing(state string) remedy.Known {
	return func(context.Context, string, remedy.Target) (json.RawMessage, bool, error) {
		return json.RawMessage(state), true, nil
	}
}

func refusal(err error) string {
	if r, ok := errors.AsType[*remedy.Refusal](err); ok {
		return r.Reason
	}
	return ""
}

const (
	open   = `{"Sid":"Open","Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::reports/*"}`
	narrow = `{"Sid":"Open","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["s3:GetObject"],"Resource":"arn:aws:s3:::reports/*"}`
	tls    = `{ "Sid":"TLS",  "Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::reports/*","Condition":{"Bool":{"aws:SecureTransport":"false"}} }`
	web    = `{"Sid":"Web","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/web/*"}`
)

func policyText(statements ...string) string {
	return "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [" + strings.Join(statements, ", ") + "],\n  \"Id\": \"ours\"\n}"
}

func opened(live string) map[string]string {
	return map[string]string{
		detect.ParamStatements: detect.StatementHash([]byte(open)), detect.ParamDocumentHash: detect.DocumentHash([]byte(live)),
	}
}

// TestNeighboursSurvive holds that a statement which appears between the plan and the write stays, both ways, and that
// statements which stay keep every byte.
func TestNeighboursSurvive(t *testing.T) {
	s := newStage(t)
	live := policyText(tls, open)
	s.policy(live)
	r := s.remedy(RemoveBucketPolicyStatements)
	c, _, err := r.Plan(t.Context(), finding(opened(live)), nil)
	s.ok(err)
	s.policy(policyText(tls, strings.Replace(narrow, "Open", "Mine", 1), open))
	s.ok(r.Apply(t.Context(), *c))
	if got := s.livePolicy(); !strings.Contains(got, tls) || !strings.Contains(got, `"Mine"`) || strings.Contains(got, open) || !strings.Contains(got, "\n  \"Id\": \"ours\"\n") {
		t.Errorf("after apply the policy is %s", got)
	}
	s.policy(policyText(tls))
	s.ok(r.Undo(t.Context(), *c))
	if got := s.livePolicy(); got != strings.Replace(live, ", ", ",", 1) && got != live {
		t.Errorf("after undo the policy is %s, want %s", got, live)
	}
}

// TestFormerPolicy holds that a policy which is known comes back to the byte, and that undo puts back the event's.
func TestFormerPolicy(t *testing.T) {
	s := newStage(t)
	live, former := policyText(open), policyText(tls, narrow)
	s.policy(live)
	good, err := json.Marshal(policyState{Has: []statement{}, Document: former})
	s.ok(err)
	r := s.remedy(RemoveBucketPolicyStatements)
	c, _, err := r.Plan(t.Context(), finding(opened(live)), knowing(string(good)))
	s.ok(err)
	s.ok(r.Apply(t.Context(), *c))
	if got := s.livePolicy(); got != former {
		t.Errorf("after apply the policy is %s, want %s", got, former)
	}
	if _, err := r.Verify(t.Context(), *c); err != nil {
		t.Error(err)
	}
	s.ok(r.Undo(t.Context(), *c))
	if got := s.livePolicy(); got != live {
		t.Errorf("after undo the policy is %s, want %s", got, live)
	}
}

// TestPolicyTwice holds that statements which stand in a policy twice are taken out and put back as they stood.
func TestPolicyTwice(t *testing.T) {
	for name, good := range map[string]string{"nobody knows": "", "known": policyText(tls)} {
		s := newStage(t)
		live := policyText(tls, open, tls, open)
		s.policy(live)
		raw, err := json.Marshal(policyState{Has: []statement{}, Document: good})
		s.ok(err)
		r := s.remedy(RemoveBucketPolicyStatements)
		c, _, err := r.Plan(t.Context(), finding(opened(live)), knowing(string(raw)))
		s.ok(err)
		s.ok(r.Apply(t.Context(), *c))
		if got := s.livePolicy(); strings.Contains(got, open) || good != "" && got != good {
			t.Errorf("%s: after apply the policy is %s", name, got)
		}
		s.ok(r.Undo(t.Context(), *c))
		if got := s.livePolicy(); got != live {
			t.Errorf("%s: after undo the policy is %s, want %s", name, got, live)
		}
	}
}

// TestPolicyDrift holds that people read which statement was changed and how, and that forcing an undo leaves one of an id.
func TestPolicyDrift(t *testing.T) {
	s := newStage(t)
	live := policyText(tls, open)
	s.policy(live)
	r := s.remedy(RemoveBucketPolicyStatements)
	c, _, err := r.Plan(t.Context(), finding(opened(live)), nil)
	s.ok(err)
	s.ok(r.Apply(t.Context(), *c))
	s.policy(policyText(tls, narrow)) // under the same id
	var drift *remedy.DriftError
	if err := r.Undo(t.Context(), *c); !errors.As(err, &drift) || !strings.Contains(err.Error(), "statement 2 (Open) with another content: Principal: expected") {
		t.Errorf("undo: %v; want a drift that names the statement", err)
	}
	forced := *c
	forced.After, err = r.Read(t.Context(), c.Target)
	s.ok(err)
	s.ok(r.Undo(t.Context(), forced))
	if got := s.livePolicy(); !strings.Contains(got, open) || strings.Contains(got, narrow) {
		t.Errorf("after a forced undo the policy is %s", got)
	}
}

func TestPolicyPlans(t *testing.T) {
	event := policyText(tls, open)
	for name, tt := range map[string]struct {
		live    string
		good    string // the document that was known
		params  map[string]string
		after   string // what apply leaves
		nothing bool
		refused string
	}{
		"another spelling of S3's own": {live: policyText(tls, strings.Replace(open, `["s3:GetObject"]`, `"s3:GetObject"`, 1)), after: policyText(tls)},
		"the only statement":           {live: policyText(open), after: ""},
		"a single one without a list":  {live: `{"Statement":` + open + `}`, after: ""},
		"narrowed since":               {live: policyText(tls, narrow), nothing: true},
		"deleted since":                {live: "", nothing: true},
		"public by another statement":  {live: policyText(web), refused: "still lets everyone in"},
		"without a statement's hash":   {live: event, params: map[string]string{detect.ParamDocumentHash: "x"}, refused: "has no statements"},
		"a website that was there":     {live: policyText(open, web), after: policyText(web)},
		"stood there before the event": {live: event, good: policyText(open), nothing: true},
		"changed since, known before":  {live: policyText(tls, web, open), good: policyText(narrow), after: policyText(tls, web)},
		"replaced, known before":       {live: event, good: policyText(narrow), after: policyText(narrow)},
		"nothing there before":         {live: event, good: "none", after: policyText(tls)},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			if tt.live != "" {
				s.policy(tt.live)
			}
			params := tt.params
			if params == nil {
				params = opened(event)
			}
			var known remedy.Known
			if tt.good != "" {
				good, err := json.Marshal(policyState{Document: strings.TrimPrefix(tt.good, "none")})
				s.ok(err)
				known = knowing(string(good))
			}
			r := s.remedy(RemoveBucketPolicyStatements)
			c, nothing, err := r.Plan(t.Context(), finding(params), known)
			if reason := refusal(err); (reason == "") != (tt.refused == "") || !strings.Contains(reason, tt.refused) || err != nil && reason == "" {
				t.Fatalf("refused with %v, want %q", err, tt.refused)
			}
			if (nothing != "") != tt.nothing || c == nil != (tt.nothing || tt.refused != "") {
				t.Fatalf("planned %v, nothing %q", c, nothing)
			}
			if c == nil {
				return
			}
			s.ok(r.Apply(t.Context(), *c))
			if got := s.livePolicy(); detect.DocumentHash([]byte(got)) != detect.DocumentHash([]byte(tt.after)) {
				t.Errorf("after apply the policy is %s, want %s", got, tt.after)
			}
			s.ok(r.Undo(t.Context(), *c))
			if got := s.livePolicy(); detect.DocumentHash([]byte(got)) != detect.DocumentHash([]byte(tt.live)) && !strings.HasPrefix(tt.live, `{"Statement":{`) {
				t.Errorf("after undo the policy is %s, want %s", got, tt.live)
			}
		})
	}
}

// TestBlocked holds that a policy which stays public, or comes back public, is explained where the bucket blocks such.
func TestBlocked(t *testing.T) {
	s := newStage(t)
	live := policyText(open)
	s.policy(live)
	r := s.remedy(RemoveBucketPolicyStatements)
	c, _, err := r.Plan(t.Context(), finding(opened(live)), nil)
	s.ok(err)
	s.ok(r.Apply(t.Context(), *c))
	_, err = s.api.PutPublicAccessBlock(t.Context(), &s3.PutPublicAccessBlockInput{
		Bucket: aws.String("reports"), PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{BlockPublicPolicy: aws.Bool(true)},
	})
	s.ok(err)
	if err := r.Undo(t.Context(), *c); !strings.Contains(refusal(err), "blocks public policies") {
		t.Errorf("undo against a block: %v; want a refusal that explains it", err)
	}
}

func TestFind(t *testing.T) {
	off := map[string]string{detect.ParamSettings: `{"BlockPublicPolicy":"false"}`}
	grants := map[string]string{detect.ParamBucketGrants: `["READ AllUsers"]`}
	with := func(r detect.Resource, params map[string]string) detect.Finding {
		f := finding(params)
		f.Resource = r
		return f
	}
	for name, tt := range map[string]struct {
		bind bound
		f    detect.Finding
		want string
	}{
		"an access point in place of a bucket": {RestoreBucketPublicAccessBlock, with(detect.Resource{Type: detect.Bucket, ID: "arn:aws:s3:us-east-1:111122223333:accesspoint/x"}, off), "not the name of a bucket"},
		"a path":                               {RestoreBucketPublicAccessBlock, with(detect.Resource{Type: detect.Bucket, ID: "../reports"}, off), "not the name of a bucket"},
		"an alias":                             {RestoreBucketPublicAccessBlock, with(detect.Resource{Type: detect.Bucket, ID: "finance-x-s3alias"}, off), "no general purpose bucket"},
		"a directory bucket":                   {EnableBucketVersioning, with(detect.Resource{Type: detect.Bucket, ID: "fast--use1-az4--x-s3"}, nil), "no general purpose bucket"},
		"no settings":                          {RestoreBucketPublicAccessBlock, finding(nil), "has no settings"},
		"a setting that is none":               {RestoreBucketPublicAccessBlock, finding(map[string]string{detect.ParamSettings: `{"Everything":"false"}`}), "does not say which settings"},
		"another account":                      {RestoreAccountPublicAccessBlock, with(detect.Resource{Type: detect.Account, ID: "444455556666"}, off), "not the account of the event"},
		"an account without settings":          {RestoreAccountPublicAccessBlock, with(detect.Resource{Type: detect.Account, ID: account}, nil), "does not say which settings"},
		"a grant to a single account":          {RemoveBucketACLGrants, finding(map[string]string{detect.ParamBucketGrants: `["READ 444455556666"]`}), "does not say what was granted"},
		"an object without a bucket":           {RemoveObjectACLGrants, with(detect.Resource{Type: detect.Object, ID: "a"}, grants), "not the name of a bucket"},
		"an object without a key":              {RemoveObjectACLGrants, with(detect.Resource{Type: detect.Object, Parent: "reports"}, grants), "no object"},
		"MFA delete that was disabled":         {EnableBucketVersioning, finding(nil), "does not say that its versioning was suspended"},
		"no word about encryption":             {RestoreBucketEncryption, finding(nil), "does not say what became of its encryption"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.sim.ForgetCalls()
			c, _, err := s.remedy(tt.bind).Plan(t.Context(), tt.f, nil)
			if c != nil || !strings.Contains(refusal(err), tt.want) || len(s.sim.Calls()) > 0 {
				t.Errorf("planned %v, %v after %d calls; want a refusal with %q", c, err, len(s.sim.Calls()), tt.want)
			}
		})
	}
}

// TestForeignOwner holds that a bucket which has come to belong to somebody else is left alone.
func TestForeignOwner(t *testing.T) {
	sim := simaws.New(account, func() time.Time { return time.Time{} })
	f := finding(opened(policyText(open)))
	f.Event.Account = "444455556666"
	_, err := s3.NewFromConfig(sim.Config("eu-west-1")).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("reports")})
	if err != nil {
		t.Fatal(err)
	}
	r := RemoveBucketPolicyStatements(access.HomeAccount(sim.Config("eu-west-1"), access.Known("444455556666")))
	if c, nothing, err := r.Plan(t.Context(), f, nil); c != nil || nothing != "" || !access.Coded(err, accessDenied) {
		t.Errorf("planned %v, %q, %v for somebody else's bucket; want the denial", c, nothing, err)
	}
}

// TestSettingsApart holds that a setting which is none of the event's stays as somebody sets it meanwhile, both ways.
func TestSettingsApart(t *testing.T) {
	s := newStage(t)
	put := func(acls, policy bool) {
		_, err := s.api.PutPublicAccessBlock(t.Context(), &s3.PutPublicAccessBlockInput{
			Bucket: aws.String("reports"), PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{BlockPublicAcls: &acls, BlockPublicPolicy: &policy},
		})
		s.ok(err)
	}
	live := func() (acls, policy bool) {
		out, err := s.api.GetPublicAccessBlock(t.Context(), &s3.GetPublicAccessBlockInput{Bucket: aws.String("reports")})
		s.ok(err)
		c := out.PublicAccessBlockConfiguration
		return *c.BlockPublicAcls, *c.BlockPublicPolicy
	}
	put(false, false)
	r := s.remedy(RestoreBucketPublicAccessBlock)
	f := finding(map[string]string{detect.ParamSettings: `{"BlockPublicPolicy":"false"}`})
	c, _, err := r.Plan(t.Context(), f, nil)
	s.ok(err)
	put(true, false)
	s.ok(r.Apply(t.Context(), *c))
	if acls, policy := live(); !acls || !policy {
		t.Errorf("after apply the settings are %v, %v", acls, policy)
	}
	s.ok(r.Undo(t.Context(), *c))
	if acls, policy := live(); !acls || policy {
		t.Errorf("after undo the settings are %v, %v", acls, policy)
	}
	// What was off before the event is not the event's doing.
	known := knowing(`{"configured":"true","BlockPublicAcls":"true","BlockPublicPolicy":"false"}`)
	if c, nothing, err := r.Plan(t.Context(), f, known); c != nil || nothing == "" || err != nil {
		t.Errorf("planned %v, %q, %v where the setting was off before; want nothing to do", c, nothing, err)
	}
}

// TestGoverned holds that a denial of the organization is explained and not tried for ever.
func TestGoverned(t *testing.T) {
	s := newStage(t)
	r := s.remedy(RestoreAccountPublicAccessBlock)
	f := finding(map[string]string{detect.ParamSettings: `{"BlockPublicPolicy":"false"}`})
	f.Resource = detect.Resource{Type: detect.Account, ID: account}
	c, _, err := r.Plan(t.Context(), f, nil)
	s.ok(err)
	s.sim.OnCall(func(c simaws.Call, _ simaws.Moment) error {
		if c.Writes {
			return &smithy.GenericAPIError{Code: accessDenied, Message: "Access Denied"}
		}
		return nil
	})
	if err := r.Apply(t.Context(), *c); !strings.Contains(refusal(err), "a policy of the organization governs") {
		t.Errorf("apply under the organization's policy: %v; want a refusal that explains it", err)
	}
}

// TestListsApart holds that grants to others stay, and that a bucket with its lists switched off needs nothing.
func TestListsApart(t *testing.T) {
	s := newStage(t)
	const world, logs, partner = `uri="http://acs.amazonaws.com/groups/global/AllUsers"`, `uri="http://acs.amazonaws.com/groups/s3/LogDelivery"`, `id="partner"`
	_, err := s.api.PutBucketAcl(t.Context(), &s3.PutBucketAclInput{
		Bucket: aws.String("reports"), GrantRead: aws.String(world + "," + partner), GrantWrite: aws.String(logs), GrantReadACP: aws.String(world),
	})
	s.ok(err)
	r := s.remedy(RemoveBucketACLGrants)
	f := finding(map[string]string{detect.ParamBucketGrants: `["READ AllUsers"]`})
	c, _, err := r.Plan(t.Context(), f, nil)
	s.ok(err)
	s.ok(r.Apply(t.Context(), *c))
	out, err := s.api.GetBucketAcl(t.Context(), &s3.GetBucketAclInput{Bucket: aws.String("reports")})
	s.ok(err)
	var got []string
	for _, g := range out.Grants {
		got = append(got, string(g.Permission)+" "+aws.ToString(g.Grantee.ID)+aws.ToString(g.Grantee.URI))
	}
	if want := "READ partner, READ_ACP http://acs.amazonaws.com/groups/global/AllUsers, WRITE http://acs.amazonaws.com/groups/s3/LogDelivery"; strings.Join(got, ", ") != want {
		t.Errorf("the grants are %s, want %s", strings.Join(got, ", "), want)
	}
	_, err = s.api.PutBucketOwnershipControls(t.Context(), &s3.PutBucketOwnershipControlsInput{
		Bucket: aws.String("reports"), OwnershipControls: &types.OwnershipControls{
			Rules: []types.OwnershipControlsRule{{ObjectOwnership: types.ObjectOwnershipBucketOwnerEnforced}},
		},
	})
	s.ok(err)
	f.Params = map[string]string{detect.ParamBucketGrants: `["READ_ACP AllUsers"]`}
	if c, nothing, err := r.Plan(t.Context(), f, nil); c != nil || nothing == "" || err != nil {
		t.Errorf("planned %v, %q, %v with lists switched off; want nothing to do", c, nothing, err)
	}
	if err := r.Undo(t.Context(), *c); !strings.Contains(refusal(err), "switched off") {
		t.Errorf("undo with lists switched off: %v; want a refusal that explains it", err)
	}
}

func TestVersioning(t *testing.T) {
	suspended := finding(map[string]string{detect.ParamVersioning: "Suspended"})
	s := newStage(t)
	r := s.remedy(EnableBucketVersioning)
	if c, nothing, err := r.Plan(t.Context(), suspended, nil); c != nil || nothing == "" || err != nil {
		t.Errorf("planned %v, %q, %v for a bucket that never kept versions", c, nothing, err)
	}
	put := func(v *types.VersioningConfiguration, device *string) {
		_, err := s.api.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String("reports"), VersioningConfiguration: v, MFA: device})
		s.ok(err)
	}
	put(&types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}, nil)
	if c, nothing, err := r.Plan(t.Context(), suspended, knowing(`{"status":"Suspended"}`)); c != nil || nothing == "" || err != nil {
		t.Errorf("planned %v, %q, %v where it was suspended before", c, nothing, err)
	}
	put(&types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended, MFADelete: types.MFADeleteEnabled}, aws.String("device 123456"))
	if c, _, err := r.Plan(t.Context(), suspended, nil); c != nil || !strings.Contains(refusal(err), "MFA device") {
		t.Errorf("planned %v, %v for a bucket with MFA delete; want a refusal", c, err)
	}
}

func TestEncryptionPlans(t *testing.T) {
	const own, stranger = "arn:aws:kms:eu-west-1:111122223333:key/1", "arn:aws:kms:eu-west-1:999988887777:key/2"
	kms := func(key string) *types.ServerSideEncryptionByDefault {
		return &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: &key}
	}
	s3Own := &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAes256}
	for name, tt := range map[string]struct {
		live *types.ServerSideEncryptionByDefault
		made string
		good string
		want string // the summary's end, "" for nothing to do
	}{
		"deleted, S3's own by default":      {s3Own, detect.EncryptionDeleted, "", ""},
		"deleted, known":                    {s3Own, detect.EncryptionDeleted, `{"algorithm":"aws:kms","key":"` + own + `","bucket_key":true}`, "AES256 → aws:kms with key " + own},
		"deleted, set again since":          {kms(own), detect.EncryptionDeleted, `{"algorithm":"AES256"}`, ""},
		"a stranger's key":                  {kms(stranger), stranger, "", "→ AES256"},
		"a stranger's key, known":           {kms(stranger), stranger, `{"algorithm":"aws:kms","key":"` + own + `"}`, "→ aws:kms with key " + own},
		"a stranger's key that stood there": {kms(stranger), stranger, `{"algorithm":"aws:kms","key":"` + stranger + `"}`, ""},
		"another key since":                 {kms(own), stranger, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			blocked := &types.BlockedEncryptionTypes{EncryptionType: []types.EncryptionType{types.EncryptionTypeSseC}}
			_, err := s.api.PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{
				Bucket: aws.String("reports"), ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
					Rules: []types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: tt.live, BlockedEncryptionTypes: blocked}},
				},
			})
			s.ok(err)
			var known remedy.Known
			if tt.good != "" {
				known = knowing(tt.good)
			}
			r := s.remedy(RestoreBucketEncryption)
			c, nothing, err := r.Plan(t.Context(), finding(map[string]string{detect.ParamEncryption: tt.made}), known)
			s.ok(err)
			if c == nil {
				if tt.want != "" || nothing == "" {
					t.Errorf("nothing to do: %q, want %q", nothing, tt.want)
				}
				return
			}
			if tt.want == "" || !strings.HasSuffix(c.Summary, tt.want) {
				t.Errorf("planned %q, want %q", c.Summary, tt.want)
			}
			s.ok(r.Apply(t.Context(), *c))
			out, err := s.api.GetBucketEncryption(t.Context(), &s3.GetBucketEncryptionInput{Bucket: aws.String("reports")})
			s.ok(err)
			if kept := out.ServerSideEncryptionConfiguration.Rules[0].BlockedEncryptionTypes; kept == nil || len(kept.EncryptionType) != 1 {
				t.Error("which kinds of encryption are blocked is lost")
			}
		})
	}
}

// TestElsewhere holds that a bucket is followed into its region, by the answer of S3, and no further.
func TestElsewhere(t *testing.T) {
	for home, want := range map[string]string{"ap-southeast-2": "ap-southeast-2", "": "eu-west-1", "evil.example/": "eu-west-1"} {
		var asked []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			region := strings.Split(r.Header.Get("Authorization"), "/")[2]
			asked = append(asked, region)
			if region != "ap-southeast-2" {
				w.Header().Set("X-Amz-Bucket-Region", home)
				w.WriteHeader(http.StatusMovedPermanently)
				_, _ = w.Write([]byte(`<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>`))
				return
			}
			_, _ = w.Write([]byte(`<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>`))
		}))
		cfg := aws.Config{
			Region: "eu-west-1", BaseEndpoint: &server.URL, HTTPClient: loopback.Client(),
			Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "test", ""),
		}
		r := EnableBucketVersioning(access.HomeAccount(cfg, access.Known(account)))
		c, _, err := r.Plan(t.Context(), finding(map[string]string{detect.ParamVersioning: "Suspended"}), nil)
		if asked[len(asked)-1] != want || (c != nil) != (want == home) || (err == nil) != (want == home) {
			t.Errorf("sent to %q: asked in %v, planned %v, %v", home, asked, c, err)
		}
		server.Close()
	}
}

func FuzzTakeApart(f *testing.F) {
	f.Add(policyText(tls, open))
	f.Add(`{"Statement":{"Sid":"x"}}`)
	f.Add(`{"Statement":[],"Statement":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := takeApart(text)
		if err != nil || len(d.statements) == 0 {
			return
		}
		again, err := takeApart(d.String())
		if err != nil || !again.sameStatements(d) || again.String() != d.String() {
			t.Errorf("%q comes back as %q, %v", text, d.String(), err)
		}
	})
}
