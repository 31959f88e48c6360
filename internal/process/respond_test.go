package process_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/internal/testkit/moto"
	"riposte/pkg/ledger"
)

const (
	adminPolicy = "arn:aws:iam::aws:policy/AdministratorAccess"
	allowAll    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	allowOne    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::app/*"}]}`
)

// TestRespondKilled attacks an account in six ways and runs "riposte respond" over the records, killing it at random
// moments until it gets through. Every attack ends reversed once, and only the attack; undo puts each back.
func TestRespondKilled(t *testing.T) {
	a := newAccount(t)
	v := a.attacked()
	dir := t.TempDir()
	records, ledgerFile := filepath.Join(dir, "records.jsonl"), filepath.Join(dir, "ledger.db")
	if err := os.WriteFile(records, v.records(), 0o600); err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	respond := []string{"respond", "--stance", "enforce", "--ledger", ledgerFile, records}
	for range 12 {
		cmd, _ := a.riposte(respond...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(random.IntN(400))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
	}
	incidents := a.run(0, respond...)
	if len(incidents) != 6 {
		t.Fatalf("%d incidents, want 6", len(incidents))
	}
	for _, in := range incidents {
		if in.State != ledger.Remediated || len(in.Changes) != 1 || in.Changes[0].State != ledger.Verified {
			t.Errorf("%s on %s is %s with %+v: %s", in.Rule, in.Resource, in.State, in.Changes, in.Error)
		}
	}
	v.check(t, true)
	if again := a.run(0, respond...); len(again) != 6 || again[0].Version != incidents[0].Version {
		t.Errorf("the same records again: %d incidents, version %d, want nothing new", len(again), again[0].Version)
	}
	if listed := a.run(0, "incidents", "--ledger", ledgerFile, "--state", "remediated"); len(listed) != 6 {
		t.Errorf("the ledger lists %d remediated incidents, want 6", len(listed))
	}

	for _, in := range incidents {
		undone := a.run(0, "undo", in.ID, "--ledger", ledgerFile, "--by", "ann")
		if len(undone) != 1 || undone[0].State != ledger.Undone {
			t.Errorf("undo of %s: %+v", in.Resource, undone)
		}
		a.run(1, "undo", in.ID, "--ledger", ledgerFile)
	}
	v.check(t, false)
}

// TestRespondObserves holds that the default stance tells and changes nothing.
func TestRespondObserves(t *testing.T) {
	a := newAccount(t)
	v := a.attacked()
	records := filepath.Join(t.TempDir(), "records.jsonl")
	if err := os.WriteFile(records, v.records(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, in := range a.run(0, "respond", "--ledger", filepath.Join(t.TempDir(), "l.db"), records) {
		if in.State != ledger.Open || in.Mode != "alert" {
			t.Errorf("%s is %s in mode %s, want open in mode alert", in.Resource, in.State, in.Mode)
		}
	}
	v.check(t, false)
}

// TestRespondOutOfReach holds that what happens while AWS cannot be reached is recorded, and reversed when it can be again.
func TestRespondOutOfReach(t *testing.T) {
	a := newAccount(t)
	v := a.attacked()
	dir := t.TempDir()
	records, ledgerFile := filepath.Join(dir, "records.jsonl"), filepath.Join(dir, "ledger.db")
	if err := os.WriteFile(records, []byte(v.lines[1]+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	respond := []string{"respond", "--stance", "enforce", "--ledger", ledgerFile, records}
	cmd, out := a.riposte(respond...)
	cmd.Env = append(cmd.Env, "AWS_ENDPOINT_URL=http://127.0.0.1:1")
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("%v, want exit status 1\n%s", err, out)
	}
	var in ledger.Incident
	if err := json.Unmarshal(out.Bytes(), &in); err != nil || in.State.Finished() || len(in.Changes) != 0 {
		t.Fatalf("%v: %s", err, out)
	}
	again := a.run(0, respond...)
	if len(again) != 1 || again[0].ID != in.ID || again[0].State != ledger.Remediated {
		t.Errorf("when AWS is back: %+v", again)
	}
}

// riposte is the command line as its own process, against the simulated account.
func (a *account) riposte(args ...string) (*exec.Cmd, *bytes.Buffer) {
	var out bytes.Buffer
	cmd := exec.CommandContext(a.t.Context(), filepath.Join(*bootstraps, "riposte"), args...)
	cmd.Env = append(a.server.Environ(), "HOME="+a.t.TempDir(), "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null")
	cmd.Dir = a.t.TempDir()
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	return cmd, &out
}

// run runs the command line to its end, holds its exit status and returns the incidents that it wrote.
func (a *account) run(status int, args ...string) []ledger.Incident {
	a.t.Helper()
	cmd, out := a.riposte(args...)
	err := cmd.Run()
	if cmd.ProcessState.ExitCode() != status {
		a.t.Fatalf("riposte %s: %v, want exit status %d\n%s", strings.Join(args, " "), err, status, out)
	}
	var incidents []ledger.Incident
	for dec := json.NewDecoder(out); dec.More(); {
		var in ledger.Incident
		if err := dec.Decode(&in); err != nil {
			a.t.Fatalf("riposte %s wrote %s: %v", strings.Join(args, " "), out, err)
		}
		incidents = append(incidents, in)
	}
	return incidents
}

// victim is an account after six attacks.
type victim struct {
	*account
	key, policyARN, groupID, openRule, webRule string
	lines                                      []string
}

func (a *account) attacked() *victim {
	a.t.Helper()
	v := &victim{account: a}
	ctx, iamAPI := a.t.Context(), iam.NewFromConfig(a.cfg)
	v.key = a.createAccessKey("bob")
	_, err1 := iamAPI.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("bob"), PolicyArn: aws.String(adminPolicy)})
	_, err2 := iamAPI.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{
		UserName: aws.String("bob"), PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess"),
	})
	_, err3 := iamAPI.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
		UserName: aws.String("bob"), PolicyName: aws.String("helper"), PolicyDocument: aws.String(allowAll),
	})
	_, err4 := iamAPI.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
		UserName: aws.String("bob"), PolicyName: aws.String("reports"), PolicyDocument: aws.String(allowOne),
	})
	a.must(err1, err2, err3, err4)
	policy, err := iamAPI.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("app"), PolicyDocument: aws.String(allowOne)})
	a.must(err)
	v.policyARN = aws.ToString(policy.Policy.Arn)
	_, err = iamAPI.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{
		PolicyArn: policy.Policy.Arn, PolicyDocument: aws.String(allowAll), SetAsDefault: true,
	})
	a.must(err)
	v.stopTrail()
	v.openGroup()

	v.add("iam", "CreateAccessKey", map[string]any{"userName": "bob"},
		map[string]any{"accessKey": map[string]any{"accessKeyId": v.key, "userName": "bob", "status": "Active"}})
	v.add("iam", "AttachUserPolicy", map[string]any{"userName": "bob", "policyArn": adminPolicy}, nil)
	v.add("iam", "PutUserPolicy", map[string]any{"userName": "bob", "policyName": "helper", "policyDocument": allowAll}, nil)
	v.add("iam", "CreatePolicyVersion", map[string]any{"policyArn": v.policyARN, "policyDocument": allowAll, "setAsDefault": true},
		map[string]any{"policyVersion": map[string]any{"versionId": "v2", "isDefaultVersion": true}})
	v.add("cloudtrail", "StopLogging", map[string]any{"name": "main"}, nil)
	v.add("ec2", "AuthorizeSecurityGroupIngress",
		map[string]any{"groupId": v.groupID, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "cidrIp": "0.0.0.0/0", "ipPermissions": map[string]any{}},
		map[string]any{"_return": true, "securityGroupRuleSet": map[string]any{"items": []any{map[string]any{
			"groupId": v.groupID, "securityGroupRuleId": v.openRule, "isEgress": false, "ipProtocol": "tcp", "fromPort": 22, "toPort": 22,
			"cidrIpv4": "0.0.0.0/0",
		}}}})
	return v
}

func (a *account) must(errs ...error) {
	a.t.Helper()
	for _, err := range errs {
		if err != nil {
			a.t.Fatal(err)
		}
	}
}

func (v *victim) stopTrail() {
	v.t.Helper()
	ctx, api := v.t.Context(), cloudtrail.NewFromConfig(v.cfg)
	v.server.CreateBucket(v.t, "main-logs")
	_, err := api.CreateTrail(ctx, &cloudtrail.CreateTrailInput{Name: aws.String("main"), S3BucketName: aws.String("main-logs")})
	v.must(err)
}

func (v *victim) openGroup() {
	v.t.Helper()
	ctx, api := v.t.Context(), ec2.NewFromConfig(v.cfg)
	group, err := api.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{
		GroupName: aws.String("web"), Description: aws.String("web servers"),
	})
	v.must(err)
	v.groupID = aws.ToString(group.GroupId)
	rule := func(port int32) string {
		out, err := api.AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{
			GroupId: group.GroupId, IpPermissions: []ec2types.IpPermission{{
				IpProtocol: aws.String("tcp"), FromPort: aws.Int32(port), ToPort: aws.Int32(port),
				IpRanges: []ec2types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}},
			}},
		})
		v.must(err)
		return aws.ToString(out.SecurityGroupRules[0].SecurityGroupRuleId)
	}
	v.webRule, v.openRule = rule(443), rule(22)
}

// add adds a record, as a line of a CloudTrail export.
func (v *victim) add(service, name string, request, response map[string]any) {
	v.t.Helper()
	raw, err := json.Marshal(map[string]any{
		"eventVersion": "1.11", "eventID": fmt.Sprintf("00000000-0000-4000-8000-%012d", len(v.lines)), "eventTime": "2026-11-20T10:00:00Z",
		"eventSource": service + ".amazonaws.com", "eventName": name, "awsRegion": "us-east-1", "recipientAccountId": moto.Account,
		"sourceIPAddress": "203.0.113.7", "eventType": "AwsApiCall", "readOnly": false,
		"userIdentity": map[string]any{
			"type": "IAMUser", "userName": "mallory", "arn": "arn:aws:iam::" + moto.Account + ":user/mallory", "accountId": moto.Account,
		},
		"requestParameters": request, "responseElements": response,
	})
	if err != nil {
		v.t.Fatal(err)
	}
	v.lines = append(v.lines, string(raw))
}

func (v *victim) records() []byte { return []byte(strings.Join(v.lines, "\n") + "\n") }

// check holds that every attack is reversed, or that every one stands, and that what is beside them is as it was.
func (v *victim) check(t *testing.T, reversed bool) {
	t.Helper()
	ctx, api := t.Context(), iam.NewFromConfig(v.cfg)
	is := func(what string, attack bool) {
		if attack == reversed {
			t.Errorf("%s: the attack stands %v, want reversed %v", what, attack, reversed)
		}
	}
	is("access key", v.keyStatus("bob", v.key) == "Active")
	attached, err := api.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: aws.String("bob")})
	v.must(err)
	var arns []string
	for _, p := range attached.AttachedPolicies {
		arns = append(arns, aws.ToString(p.PolicyArn))
	}
	is("attached policy", strings.Contains(strings.Join(arns, " "), adminPolicy))
	inline, err := api.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: aws.String("bob")})
	v.must(err)
	is("inline policy", strings.Contains(strings.Join(inline.PolicyNames, " "), "helper"))
	if !strings.Contains(strings.Join(arns, " "), "ReadOnlyAccess") || !strings.Contains(strings.Join(inline.PolicyNames, " "), "reports") {
		t.Errorf("bob has %v and %v: a neighbour was touched", arns, inline.PolicyNames)
	}
	policy, err := api.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(v.policyARN)})
	v.must(err)
	is("policy version", aws.ToString(policy.Policy.DefaultVersionId) == "v2")
	trail, err := cloudtrail.NewFromConfig(v.cfg).GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: aws.String("main")})
	v.must(err)
	is("trail", !aws.ToBool(trail.IsLogging))
	rules, err := ec2.NewFromConfig(v.cfg).DescribeSecurityGroupRules(ctx, &ec2.DescribeSecurityGroupRulesInput{
		Filters: []ec2types.Filter{{Name: aws.String("group-id"), Values: []string{v.groupID}}},
	})
	v.must(err)
	open, web := false, false
	for _, r := range rules.SecurityGroupRules {
		open = open || aws.ToInt32(r.FromPort) == 22
		web = web || aws.ToString(r.SecurityGroupRuleId) == v.webRule
	}
	is("security group rule", open)
	if !web {
		t.Error("the rule for HTTPS is gone: a neighbour was touched")
	}
}
