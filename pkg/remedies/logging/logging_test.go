package logging

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

const (
	account = "111122223333"
	trail   = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"
)

func finding(id string) detect.Finding {
	return detect.Finding{
		Rule: "LOG-1", Resource: detect.Resource{Type: detect.Trail, ID: id},
		Event: detect.EventRef{Account: account, Region: "us-east-1", Partition: "aws"},
	}
}

// newAccount returns an account with a trail of all regions whose home is eu-west-1.
func newAccount(logging bool) *simaws.Account {
	sim := simaws.New(account, func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) })
	sim.AddTrail("eu-west-1", "main", true, logging)
	sim.AddTrail("us-east-1", "other", false, false)
	return sim
}

func bind(sim *simaws.Account) remedy.Remedy {
	return StartCloudTrailLogging(access.HomeAccount(sim.Config("us-east-1"), access.Known(account)))
}

// TestHomeRegion holds that a trail is started where it lives, whether the event names it by ARN or, in a region that
// only shows its shadow, by name.
func TestHomeRegion(t *testing.T) {
	for _, id := range []string{trail, "main"} {
		sim := newAccount(false)
		r := bind(sim)
		c, _, err := r.Plan(t.Context(), finding(id), nil)
		if err != nil || c == nil {
			t.Fatalf("%s: plan: %v, %v", id, c, err)
		}
		if err := r.Apply(t.Context(), *c); err != nil {
			t.Errorf("%s: apply: %v", id, err)
		}
		if _, err := r.Verify(t.Context(), *c); err != nil {
			t.Errorf("%s: verify: %v", id, err)
		}
		writes := sim.Writes()
		if last := writes[len(writes)-1]; last.Region != "eu-west-1" || last.Operation != "StartLogging" || last.Err != nil {
			t.Errorf("%s: the last write is %s in %s: %v", id, last.Operation, last.Region, last.Err)
		} else if in := last.Input.(*cloudtrail.StartLoggingInput); *in.Name != "main" {
			t.Errorf("%s: the trail is started as %q, want its name", id, *in.Name)
		}
		if err := r.Undo(t.Context(), *c); err != nil {
			t.Errorf("%s: undo: %v", id, err)
		}
		if _, err := r.VerifyUndo(t.Context(), *c); err != nil {
			t.Errorf("%s: verify undo: %v", id, err)
		}
	}
}

func TestPlan(t *testing.T) {
	for name, tt := range map[string]struct {
		id      string
		logging bool
		nothing string
		refused string
	}{
		"logging already":                     {trail, true, "is logging", ""},
		"gone, by name":                       {"former", false, "no longer exists", ""},
		"gone, by ARN":                        {"arn:aws:cloudtrail:us-east-1:111122223333:trail/former", false, "no longer exists", ""},
		"gone, by ARN in another region":      {"arn:aws:cloudtrail:eu-west-1:111122223333:trail/other", false, "no longer exists", ""},
		"of the organization, in its account": {"arn:aws:cloudtrail:us-east-1:444455556666:trail/org", false, "", "belongs to account 444455556666"},
		"of another partition":                {"arn:aws-cn:cloudtrail:cn-north-1:111122223333:trail/main", false, "", "not the ARN of a trail"},
		"of another service":                  {"arn:aws:s3:::main", false, "", "not the ARN of a trail"},
	} {
		t.Run(name, func(t *testing.T) {
			sim := newAccount(tt.logging)
			c, nothing, err := bind(sim).Plan(t.Context(), finding(tt.id), nil)
			reason := ""
			if refusal, ok := errors.AsType[*remedy.Refusal](err); ok {
				reason = refusal.Reason
			} else if err != nil {
				t.Fatal(err)
			}
			if c != nil || !strings.Contains(nothing, tt.nothing) || !strings.Contains(reason, tt.refused) ||
				(nothing == "") != (tt.nothing == "") || (reason == "") != (tt.refused == "") {
				t.Errorf("planned %v, nothing %q, refused %q; want %q, %q", c, nothing, reason, tt.nothing, tt.refused)
			}
			if len(sim.Writes()) > 0 {
				t.Error("planning wrote")
			}
		})
	}
}
