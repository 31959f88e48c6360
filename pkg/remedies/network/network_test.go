package network

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const (
	account = "111122223333"
	group   = "sg-0123456789abcdef0"
)

func ssh(id string) detect.SecurityGroupRule {
	return detect.SecurityGroupRule{ID: id, Protocol: "tcp", FromPort: 22, ToPort: 22, CIDRIPv4: "0.0.0.0/0", Description: "temporary"}
}

func ssh6(id string) detect.SecurityGroupRule {
	return detect.SecurityGroupRule{ID: id, Protocol: "tcp", FromPort: 22, ToPort: 22, CIDRIPv6: "::/0"}
}

func narrow(r detect.SecurityGroupRule) detect.SecurityGroupRule {
	r.CIDRIPv4 = "192.0.2.0/24"
	return r
}

func finding(t *testing.T, list ...detect.SecurityGroupRule) detect.Finding {
	t.Helper()
	raw, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return detect.Finding{
		Rule: "NET-1", Resource: detect.Resource{Type: detect.SecurityGroup, ID: group}, Params: map[string]string{detect.ParamRules: string(raw)},
		Event: detect.EventRef{Account: account, Region: "eu-central-1", Partition: "aws"},
	}
}

func newAccount(list ...detect.SecurityGroupRule) (*simaws.Account, remedy.Remedy) {
	sim := simaws.New(account, func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) })
	sim.AddSecurityGroup("eu-central-1", group, "web")
	for _, r := range list {
		sim.AddSecurityGroupRule("eu-central-1", group, r)
	}
	sim.PageSize(1)
	return sim, RevokeSecurityGroupRules(access.HomeAccount(sim.Config("us-east-1"), access.Known(account)))
}

// TestRevokes holds which live rules are revoked for which rules of the event: those, and no others.
func TestRevokes(t *testing.T) {
	web := detect.SecurityGroupRule{ID: "sgr-web", Protocol: "tcp", FromPort: 443, ToPort: 443, CIDRIPv4: "0.0.0.0/0"}
	everything := detect.SecurityGroupRule{ID: "sgr-all", Protocol: "-1", FromPort: -1, ToPort: -1, CIDRIPv4: "0.0.0.0/0"}
	egress := ssh("sgr-out")
	egress.Egress = true
	spelled := ssh("sgr-1")
	spelled.Protocol, spelled.CIDRIPv4 = "6", "208.236.235.254/0"
	padded := ssh("")
	padded.Protocol, padded.CIDRIPv4 = "TCP", " 0.0.0.0/00"
	flat := everything
	flat.FromPort, flat.ToPort = 0, 0 // the event leaves ports out where every protocol is let in
	for name, tt := range map[string]struct {
		live, event []detect.SecurityGroupRule
		revoked     []string // ids
		nothing     string
	}{
		"one of the event's":           {[]detect.SecurityGroupRule{web, ssh("sgr-1")}, []detect.SecurityGroupRule{ssh("sgr-1")}, []string{"sgr-1"}, ""},
		"two of the event's":           {[]detect.SecurityGroupRule{ssh("sgr-1"), web, ssh6("sgr-2")}, []detect.SecurityGroupRule{ssh("sgr-1"), ssh6("sgr-2")}, []string{"sgr-1", "sgr-2"}, ""},
		"one is gone already":          {[]detect.SecurityGroupRule{ssh6("sgr-2")}, []detect.SecurityGroupRule{ssh("sgr-1"), ssh6("sgr-2")}, []string{"sgr-2"}, ""},
		"spelled otherwise":            {[]detect.SecurityGroupRule{ssh("sgr-1")}, []detect.SecurityGroupRule{spelled}, []string{"sgr-1"}, ""},
		"spelled in no usual way":      {[]detect.SecurityGroupRule{ssh("sgr-1"), web}, []detect.SecurityGroupRule{padded}, []string{"sgr-1"}, ""},
		"every protocol":               {[]detect.SecurityGroupRule{everything, web}, []detect.SecurityGroupRule{flat}, []string{"sgr-all"}, ""},
		"by value, for want of an id":  {[]detect.SecurityGroupRule{ssh("sgr-7"), web}, []detect.SecurityGroupRule{ssh("")}, []string{"sgr-7"}, ""},
		"narrowed since":               {[]detect.SecurityGroupRule{narrow(ssh("sgr-1"))}, []detect.SecurityGroupRule{ssh("sgr-1")}, nil, "no longer has the rules"},
		"added again by another call":  {[]detect.SecurityGroupRule{ssh("sgr-9")}, []detect.SecurityGroupRule{ssh("sgr-1")}, nil, "(sgr-9) was added by another call"},
		"one by another call, one not": {[]detect.SecurityGroupRule{ssh("sgr-9"), ssh6("sgr-2")}, []detect.SecurityGroupRule{ssh("sgr-1"), ssh6("sgr-2")}, []string{"sgr-2"}, ""},
		"egress of the same value":     {[]detect.SecurityGroupRule{egress}, []detect.SecurityGroupRule{ssh("sgr-out")}, nil, "no longer has the rules"},
		"all are gone":                 {nil, []detect.SecurityGroupRule{ssh("sgr-1")}, nil, "no longer has the rules"},
	} {
		t.Run(name, func(t *testing.T) {
			sim, r := newAccount(tt.live...)
			c, nothing, err := r.Plan(t.Context(), finding(t, tt.event...), nil)
			if err != nil || !strings.Contains(nothing, tt.nothing) || (nothing == "") != (tt.nothing == "") {
				t.Fatalf("plan: %q, %v; want %q", nothing, err, tt.nothing)
			}
			var revoked []string
			if c != nil {
				if err := r.Apply(t.Context(), *c); err != nil {
					t.Fatal(err)
				}
				if _, err := r.Verify(t.Context(), *c); err != nil {
					t.Error(err)
				}
			}
			for _, w := range sim.Writes() {
				in := w.Input.(*ec2.RevokeSecurityGroupIngressInput)
				if len(in.IpPermissions) > 0 || *in.GroupId != group || w.Region != "eu-central-1" {
					t.Errorf("revoked by value, or elsewhere: %+v in %s", in, w.Region)
				}
				revoked = append(revoked, in.SecurityGroupRuleIds...)
			}
			if diff := cmp.Diff(tt.revoked, revoked); diff != "" {
				t.Errorf("revoked rules (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUndoGivesBack holds that undo adds what was there with its description, under an id that Riposte does not choose.
func TestUndoGivesBack(t *testing.T) {
	sim, r := newAccount(ssh("sgr-1"))
	c, _, err := r.Plan(t.Context(), finding(t, ssh("sgr-1")), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "security group " + group + ": revoked tcp 22 from 0.0.0.0/0 (sgr-1)"; c.Summary != want {
		t.Errorf("summary %q, want %q", c.Summary, want)
	}
	if err := errors.Join(r.Apply(t.Context(), *c), r.Undo(t.Context(), *c)); err != nil {
		t.Fatal(err)
	}
	raw, err := r.VerifyUndo(t.Context(), *c)
	if err != nil {
		t.Fatal(err)
	}
	var live []detect.SecurityGroupRule
	if err := json.Unmarshal(raw, &live); err != nil || len(live) != 1 {
		t.Fatalf("read back %s: %v", raw, err)
	}
	if live[0].ID == "sgr-1" || live[0].ID == "" {
		t.Errorf("the rule has id %q", live[0].ID)
	}
	live[0].ID = "sgr-1"
	if diff := cmp.Diff(ssh("sgr-1"), live[0]); diff != "" {
		t.Errorf("undo gave back another rule (-before +after):\n%s", diff)
	}
	if n := len(sim.Writes()); n != 2 {
		t.Errorf("%d writes, want 2", n)
	}
}

// TestRaces holds what happens when somebody is faster between the reading and the writing.
func TestRaces(t *testing.T) {
	f := finding(t, ssh("sgr-1"))
	sim, r := newAccount(ssh("sgr-1"))
	c, _, err := r.Plan(t.Context(), f, nil)
	if err != nil {
		t.Fatal(err)
	}
	other := RevokeSecurityGroupRules(access.HomeAccount(sim.Config("us-east-1"), access.Known(account)))
	once := func(operation string, meanwhile func() error) {
		done := false
		sim.OnCall(func(call simaws.Call, m simaws.Moment) error {
			if call.Operation != operation || m != simaws.Before || done {
				return nil
			}
			done = true
			return meanwhile()
		})
	}
	once("RevokeSecurityGroupIngress", func() error { return other.Apply(t.Context(), *c) })
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Errorf("apply, when somebody revoked the rule meanwhile: %v", err)
	}
	once("AuthorizeSecurityGroupIngress", func() error { return other.Undo(t.Context(), *c) })
	if err := r.Undo(t.Context(), *c); err != nil {
		t.Errorf("undo, when somebody added the rule meanwhile: %v", err)
	}
	if _, err := r.VerifyUndo(t.Context(), *c); err != nil {
		t.Error(err)
	}
}

func TestRefuses(t *testing.T) {
	egress := ssh("sgr-1")
	egress.Egress = true
	reference := ssh("sgr-1")
	reference.CIDRIPv4 = ""
	unreadable := ssh("sgr-1")
	unreadable.CIDRIPv4 = "0.0.0/7"
	for name, f := range map[string]detect.Finding{
		"egress":          finding(t, egress),
		"one of them":     finding(t, ssh("sgr-1"), egress),
		"no addresses":    finding(t, reference),
		"unreadable":      finding(t, unreadable),
		"no rules":        finding(t),
		"no list at all":  {Resource: detect.Resource{Type: detect.SecurityGroup, ID: group}},
		"a group by name": {Resource: detect.Resource{Type: detect.SecurityGroup, ID: "web"}, Params: finding(t, ssh("sgr-1")).Params},
	} {
		sim, r := newAccount(ssh("sgr-1"))
		f.Event = detect.EventRef{Account: account, Region: "eu-central-1", Partition: "aws"}
		c, _, err := r.Plan(t.Context(), f, nil)
		var refusal *remedy.Refusal
		if c != nil || !errors.As(err, &refusal) || len(sim.Calls()) > 0 {
			t.Errorf("%s: %v, %v after %d calls; want a refusal", name, c, err, len(sim.Calls()))
		}
	}
}

func TestGroupIsGone(t *testing.T) {
	sim := simaws.New(account, func() time.Time { return time.Time{} })
	r := RevokeSecurityGroupRules(access.HomeAccount(sim.Config("us-east-1"), access.Known(account)))
	c, nothing, err := r.Plan(t.Context(), finding(t, ssh("sgr-1")), nil)
	if c != nil || !strings.Contains(nothing, "no longer exists") || err != nil {
		t.Errorf("plan: %v, %q, %v; want nothing left to do", c, nothing, err)
	}
}
