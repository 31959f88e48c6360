package identity

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const (
	account  = "111122223333"
	admin    = "arn:aws:iam::aws:policy/AdministratorAccess"
	policy   = "arn:aws:iam::111122223333:policy/team/reports"
	risky    = `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	harmless = `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/*"}}`
	lesser   = `{"Statement":{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}`
	unclear  = `{"Statement":"?"}`
)

// judgeByLook knows the documents of these tests.
func judgeByLook(document []byte) (Grade, error) {
	switch string(document) {
	case risky:
		return 3, nil
	case lesser:
		return 2, nil
	case harmless:
		return 0, nil
	}
	return 0, errors.New("unclear")
}

type makeRemedy func(access.Accounts) remedy.Remedy

func restore(a access.Accounts) remedy.Remedy { return RestoreDefaultPolicyVersion(a, judgeByLook) }

func finding(event string, r detect.Resource, params ...string) detect.Finding {
	f := detect.Finding{Rule: "IAM-1", Resource: r, Params: map[string]string{}}
	for n := 0; n < len(params); n += 2 {
		f.Params[params[n]] = params[n+1]
	}
	// The event is from another region on purpose: IAM is managed in us-east-1 whatever it says.
	f.Event = detect.EventRef{Name: event, Account: account, Region: "eu-central-1", Partition: "aws"}
	return f
}

func newAccount() *simaws.Account {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	return simaws.New(account, func() time.Time { now = now.Add(time.Minute); return now })
}

func bind(sim *simaws.Account, r makeRemedy) remedy.Remedy {
	return r(access.HomeAccount(sim.Config("us-east-1"), access.Known(account)))
}

// TestPlan holds what each remedy plans: a change, nothing with a sentence, or a refusal.
func TestPlan(t *testing.T) {
	key := func(user string) detect.Finding {
		return finding("CreateAccessKey", detect.Resource{Type: detect.AccessKey, ID: "AKIAIOSFODNN7EXAMPLE", Parent: user})
	}
	attach := func(kind detect.ResourceType, name, arn string) detect.Finding {
		return finding("AttachRolePolicy", detect.Resource{Type: kind, ID: name}, detect.ParamPolicyARN, arn)
	}
	inline := func(name, document string) detect.Finding {
		f := finding("PutRolePolicy", detect.Resource{Type: detect.Role, ID: name}, detect.ParamPolicyName, "extra")
		if document != "" {
			f.Params[detect.ParamDocumentHash] = detect.DocumentHash([]byte(document))
		}
		return f
	}
	created := func(version string) detect.Finding {
		return finding("CreatePolicyVersion", detect.Resource{Type: detect.Policy, ID: policy},
			detect.ParamVersionID, version, detect.ParamDocumentHash, detect.DocumentHash([]byte(risky)))
	}
	chosen := func(version string) detect.Finding {
		return finding("SetDefaultPolicyVersion", detect.Resource{Type: detect.Policy, ID: policy}, detect.ParamVersionID, version)
	}
	versions := func(documents ...string) func(*simaws.Account) {
		return func(sim *simaws.Account) {
			for _, d := range documents { // a document with a star becomes the default
				sim.AddPolicyVersion(policy, strings.TrimPrefix(d, "*"), strings.HasPrefix(d, "*"))
			}
		}
	}
	for name, tt := range map[string]struct {
		remedy  makeRemedy
		seed    func(*simaws.Account)
		finding detect.Finding
		change  string // summary
		nothing string // a part of the sentence
		refused string // a part of the reason
	}{
		"key": {
			DeactivateAccessKey, func(sim *simaws.Account) { sim.AddAccessKey("bob", "AKIAIOSFODNN7EXAMPLE") }, key("bob"),
			"access key AKIAIOSFODNN7EXAMPLE of bob: Active → Inactive", "", "",
		},
		"key of another user": {
			DeactivateAccessKey, func(sim *simaws.Account) {
				sim.AddUser("bob")
				sim.AddAccessKey("eve", "AKIAIOSFODNN7EXAMPLE")
			}, key("bob"), "", "no longer exists", "",
		},
		"key of a user who is gone":        {DeactivateAccessKey, nil, key("bob"), "", "no longer exists", ""},
		"key of root, without a name":      {DeactivateAccessKey, nil, key(""), "", "", "root"},
		"key of root, by name":             {DeactivateAccessKey, nil, key("root"), "", "", "root"},
		"key of root, by account":          {DeactivateAccessKey, nil, key(account), "", "", "root"},
		"key of root, as credentials list": {DeactivateAccessKey, nil, key("<root_account>"), "", "", "root"},

		"attached": {
			DetachPolicy, func(sim *simaws.Account) { sim.AttachPolicy(detect.Role, "app", admin) }, attach(detect.Role, "app", admin),
			"policy " + admin + " of role app: attached → detached", "", "",
		},
		"not attached": {
			DetachPolicy, func(sim *simaws.Account) { sim.AddRole("/", "app") }, attach(detect.Role, "app", admin), "", "is not attached", "",
		},
		"attached to who is gone": {DetachPolicy, nil, attach(detect.Group, "app", admin), "", "no longer exists", ""},
		"attached to a service-linked role": {
			DetachPolicy, nil, attach(detect.Role, "AWSServiceRoleForSupport", admin), "", "", "never changed",
		},
		"attached to Identity Center": {
			DetachPolicy, nil, attach(detect.Role, "AWSReservedSSO_Admin_0123456789abcdef", admin), "", "", "never changed",
		},
		"a user may be called like a role that is protected": {
			DetachPolicy, func(sim *simaws.Account) { sim.AddUser("AWSControlTowerExecution") },
			attach(detect.User, "AWSControlTowerExecution", admin), "", "is not attached", "",
		},
		"quarantine": {
			DetachPolicy, func(sim *simaws.Account) {
				sim.AttachPolicy(detect.User, "bob", "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3")
			}, attach(detect.User, "bob", "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"), "", "", "never detached",
		},
		"attachment without a policy": {DetachPolicy, nil, attach(detect.User, "bob", ""), "", "", detect.ParamPolicyARN},

		"inline": {
			RemoveInlinePolicy, func(sim *simaws.Account) { sim.PutInlinePolicy(detect.Role, "app", "extra", risky) }, inline("app", risky),
			"inline policy extra of role app: removed", "", "",
		},
		"inline, spelled otherwise": {
			RemoveInlinePolicy, func(sim *simaws.Account) { sim.PutInlinePolicy(detect.Role, "app", "extra", risky) },
			inline("app", "{ \"Statement\": {\"Resource\":\"*\",\n\"Action\":\"*\", \"Effect\":\"Allow\"}}"), "inline policy extra of role app: removed", "", "",
		},
		"inline, changed since": {
			RemoveInlinePolicy, func(sim *simaws.Account) { sim.PutInlinePolicy(detect.Role, "app", "extra", harmless) }, inline("app", risky),
			"", "", "changed inline policy extra of role app since",
		},
		"inline, unknown what was put": {
			RemoveInlinePolicy, func(sim *simaws.Account) { sim.PutInlinePolicy(detect.Role, "app", "extra", risky) }, inline("app", ""),
			"", "", "does not say which document",
		},
		"inline, removed since": {
			RemoveInlinePolicy, func(sim *simaws.Account) { sim.AddRole("/", "app") }, inline("app", risky), "", "has no inline policy extra", "",
		},
		"inline, of who is gone": {RemoveInlinePolicy, nil, inline("app", risky), "", "no longer exists", ""},
		"inline, of a bootstrap role": {
			RemoveInlinePolicy, nil, inline("cdk-hnb659fds-deploy-role-111122223333-us-east-1", risky), "", "", "never changed",
		},

		"created version": {
			restore, versions(harmless, harmless, "*"+risky), created("v3"), "default version of policy " + policy + ": v3 → v2", "", "",
		},
		"created version, the one before is risky": {
			restore, versions(harmless, risky, "*"+risky), created("v3"), "default version of policy " + policy + ": v3 → v1", "", "",
		},
		"created version, the one before is unclear": {
			restore, versions(harmless, unclear, "*"+risky), created("v3"), "default version of policy " + policy + ": v3 → v1", "", "",
		},
		"created version, a later one is harmless": {
			restore, versions(risky, "*"+risky, harmless), created("v2"), "", "", "no former version",
		},
		"created version, the one before is less risky": {
			restore, versions(harmless, lesser, "*"+risky), created("v3"), "default version of policy " + policy + ": v3 → v2", "", "",
		},
		"created version, none is harmless": {restore, versions(risky, unclear, "*"+risky), created("v3"), "", "", "no former version"},
		"created version, no longer the default": {
			restore, versions(harmless, risky, "*"+harmless), created("v2"), "", "is v3 and no longer v2", "",
		},
		"chosen version, the newest": {
			restore, versions(harmless, harmless, "*"+risky), chosen("v3"), "default version of policy " + policy + ": v3 → v2", "", "",
		},
		"chosen version, the oldest": {
			restore, versions("*"+risky, harmless, harmless), chosen("v1"), "default version of policy " + policy + ": v1 → v3", "", "",
		},
		"chosen version, harmless": {restore, versions(risky, "*"+harmless), chosen("v2"), "", "grants nothing risky", ""},
		"chosen version, unclear":  {restore, versions(harmless, "*"+unclear), chosen("v2"), "", "", "cannot be judged"},
		"policy that is gone":      {restore, nil, created("v2"), "", "no longer exists", ""},
		"policy of AWS": {
			restore, nil, finding("SetDefaultPolicyVersion", detect.Resource{Type: detect.Policy, ID: admin}, detect.ParamVersionID, "v2"),
			"", "", "belongs to AWS",
		},
		"policy of another account": {
			restore, nil, finding("SetDefaultPolicyVersion",
				detect.Resource{Type: detect.Policy, ID: "arn:aws:iam::444455556666:policy/x"}, detect.ParamVersionID, "v2"),
			"", "", "not the ARN of a policy of account",
		},
		"version without an id": {restore, nil, finding("CreatePolicyVersion", detect.Resource{Type: detect.Policy, ID: policy}), "", "", "which version"},
	} {
		t.Run(name, func(t *testing.T) {
			sim := newAccount()
			sim.PageSize(1)
			if tt.seed != nil {
				tt.seed(sim)
			}
			c, nothing, err := bind(sim, tt.remedy).Plan(t.Context(), tt.finding, nil)
			summary := ""
			if c != nil {
				summary = c.Summary
				if c.Target.Region != "us-east-1" {
					t.Errorf("the target is in %s, but IAM is managed in us-east-1", c.Target.Region)
				}
			}
			reason := ""
			if refusal, ok := errors.AsType[*remedy.Refusal](err); ok {
				reason = refusal.Error()
			} else if err != nil {
				t.Fatal(err)
			}
			if summary != tt.change || (nothing == "") != (tt.nothing == "") || !strings.Contains(nothing, tt.nothing) ||
				(reason == "") != (tt.refused == "") || !strings.Contains(reason, tt.refused) {
				t.Errorf("planned %q, nothing %q, refused %q; want %q, %q, %q", summary, nothing, reason, tt.change, tt.nothing, tt.refused)
			}
			if w := sim.Writes(); len(w) > 0 {
				t.Errorf("planning wrote: %v", w)
			}
		})
	}
}

func TestInactiveKeyIsLeft(t *testing.T) {
	sim := newAccount()
	sim.AddAccessKey("bob", "AKIAIOSFODNN7EXAMPLE")
	r := bind(sim, DeactivateAccessKey)
	f := finding("CreateAccessKey", detect.Resource{Type: detect.AccessKey, ID: "AKIAIOSFODNN7EXAMPLE", Parent: "bob"})
	c, _, err := r.Plan(t.Context(), f, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	if c, nothing, err := r.Plan(t.Context(), f, nil); c != nil || !strings.Contains(nothing, "is Inactive already") || err != nil {
		t.Errorf("plan: %v, %q, %v", c, nothing, err)
	}
}

// TestServiceLinkedRole holds that a role which IAM protects, and whose name does not tell, is refused for good.
func TestServiceLinkedRole(t *testing.T) {
	sim := newAccount()
	sim.AddRole("/aws-service-role/x.amazonaws.com/", "Plain")
	sim.AttachPolicy(detect.Role, "Plain", admin)
	r := bind(sim, DetachPolicy)
	c, _, err := r.Plan(t.Context(), finding("AttachRolePolicy", detect.Resource{Type: detect.Role, ID: "Plain"}, detect.ParamPolicyARN, admin), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(t.Context(), *c); !remedy.Final(err) {
		t.Errorf("apply: %v; want a refusal", err)
	}
}

// TestStaleReads holds that reading too early is a difference for the caller to wait out, and that applying once more
// meanwhile does no harm.
func TestStaleReads(t *testing.T) {
	sim := newAccount()
	sim.AddAccessKey("bob", "AKIAIOSFODNN7EXAMPLE")
	sim.StaleReads(2)
	r := bind(sim, DeactivateAccessKey)
	c, _, err := r.Plan(t.Context(), finding("CreateAccessKey", detect.Resource{Type: detect.AccessKey, ID: "AKIAIOSFODNN7EXAMPLE", Parent: "bob"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	var drift *remedy.DriftError
	if _, err := r.Verify(t.Context(), *c); !errors.As(err, &drift) {
		t.Fatalf("verify: %v; want a drift, since the read is stale", err)
	}
	if err := r.Apply(t.Context(), *c); err != nil { // reads Active and writes once more
		t.Fatal(err)
	}
	for range 2 {
		_, _ = r.Verify(t.Context(), *c)
	}
	live, err := r.Verify(t.Context(), *c)
	if diff := cmp.Diff(`"Inactive"`, string(live)); diff != "" || err != nil {
		t.Errorf("verify: %v\n%s", err, diff)
	}
}

// TestThrottled holds that the SDK's retries ride out a short refusal, and that a long one may be tried again.
func TestThrottled(t *testing.T) {
	sim := newAccount()
	sim.AttachPolicy(detect.User, "bob", admin)
	r := bind(sim, DetachPolicy)
	f := finding("AttachUserPolicy", detect.Resource{Type: detect.User, ID: "bob"}, detect.ParamPolicyARN, admin)
	sim.Throttle(2)
	if c, _, err := r.Plan(t.Context(), f, nil); c == nil || err != nil {
		t.Errorf("plan under two refusals: %v, %v", c, err)
	}
	sim.Throttle(10)
	if c, _, err := r.Plan(t.Context(), f, nil); c != nil || err == nil || remedy.Final(err) {
		t.Errorf("plan under ten refusals: %v, %v; want an error that may be tried again", c, err)
	}
}

// TestVersionVanishes holds that a version which is deleted between planning and applying is no reason to try for ever.
func TestVersionVanishes(t *testing.T) {
	sim := newAccount()
	sim.AddPolicyVersion(policy, harmless, true)
	sim.AddPolicyVersion(policy, risky, true)
	r := bind(sim, restore)
	c, _, err := r.Plan(t.Context(), finding("CreatePolicyVersion", detect.Resource{Type: detect.Policy, ID: policy}, detect.ParamVersionID, "v2"), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.After = []byte(`"v9"`)
	if err := r.Apply(t.Context(), *c); !remedy.Final(err) {
		t.Errorf("apply: %v; want a refusal", err)
	}
}

// TestRaces holds that somebody who is faster in doing the same is no failure, and that one who deletes the holder is
// found out by the verification.
func TestRaces(t *testing.T) {
	attached := finding("AttachUserPolicy", detect.Resource{Type: detect.User, ID: "bob"}, detect.ParamPolicyARN, admin)
	inline := finding("PutUserPolicy", detect.Resource{Type: detect.User, ID: "bob"},
		detect.ParamPolicyName, "extra", detect.ParamDocumentHash, detect.DocumentHash([]byte(risky)))
	for name, tt := range map[string]struct {
		remedy  makeRemedy
		finding detect.Finding
	}{
		"attached": {DetachPolicy, attached}, "inline": {RemoveInlinePolicy, inline},
	} {
		t.Run(name, func(t *testing.T) {
			sim := newAccount()
			sim.AttachPolicy(detect.User, "bob", admin)
			sim.PutInlinePolicy(detect.User, "bob", "extra", risky)
			r, other := bind(sim, tt.remedy), bind(sim, tt.remedy)
			c, _, err := r.Plan(t.Context(), tt.finding, nil)
			if err != nil {
				t.Fatal(err)
			}
			done := false
			sim.OnCall(func(call simaws.Call, m simaws.Moment) error {
				if !call.Writes || m != simaws.Before || done {
					return nil
				}
				done = true
				return other.Apply(t.Context(), *c)
			})
			if err := r.Apply(t.Context(), *c); err != nil {
				t.Errorf("apply, when somebody did the same meanwhile: %v", err)
			}
			if n := len(sim.Writes()); n != 2 {
				t.Errorf("%d writes, want those of both", n)
			}
			if _, err := r.Verify(t.Context(), *c); err != nil {
				t.Error(err)
			}
		})
	}
}
