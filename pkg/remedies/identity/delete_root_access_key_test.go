package identity

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

func rootKeyFinding(change func(*detect.Finding)) detect.Finding {
	f := detect.Finding{
		Rule: "IAM-002", Resource: detect.Resource{Type: detect.AccessKey, ID: "AKIAROOTNEW01EXAMPLE", Parent: "Root"},
		Actor: detect.Actor{Kind: "Root", ARN: "arn:aws:iam::444455556666:root"},
		Event: detect.EventRef{ID: "e-1", Name: "CreateAccessKey", Account: "444455556666", Region: "us-east-1", Partition: "aws"},
	}
	if change != nil {
		change(&f)
	}
	return f
}

// TestRootKeyRefusals holds that only what root made for itself is looked at, as root, and nothing is asked otherwise.
func TestRootKeyRefusals(t *testing.T) {
	asked := errors.New("access was asked for")
	var target remedy.Target
	r := DeleteRootAccessKey(func(_ context.Context, t remedy.Target) (aws.Config, error) {
		target = t
		return aws.Config{}, asked
	})
	if _, _, err := r.Plan(t.Context(), rootKeyFinding(nil), nil); !errors.Is(err, asked) || target.RootTask != "IAMDeleteRootUserCredentials" {
		t.Errorf("%v for %+v: want the way in as root", err, target)
	}
	for name, change := range map[string]func(*detect.Finding){
		"somebody else's":  func(f *detect.Finding) { f.Actor.Kind = "IAMUser" },
		"nobody's":         func(f *detect.Finding) { f.Actor = detect.Actor{} },
		"a session's":      func(f *detect.Finding) { f.Resource.ID = "ASIAASSUMEROOEXAMPLE" },
		"no key":           func(f *detect.Finding) { f.Resource.Type = detect.Account },
		"an unnamed key":   func(f *detect.Finding) { f.Resource.ID = "" },
		"an attempt":       func(f *detect.Finding) { f.Attempt = true },
		"nothing to judge": func(f *detect.Finding) { f.Unjudged = "the payload was omitted" },
	} {
		_, _, err := r.Plan(t.Context(), rootKeyFinding(change), nil)
		if _, refused := errors.AsType[*remedy.Refusal](err); !refused {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
	change := remedy.Change{Target: target, Before: []byte(`"2026-11-24T12:00:00Z"`), After: []byte(`""`)}
	change.Target.RootTask = "" // what an entry that was tampered with, or is of another version, may lack
	for name, move := range map[string]func(context.Context, remedy.Change) error{"apply": r.Apply, "undo": r.Undo} {
		if err := move(t.Context(), change); errors.Is(err, asked) || !remedy.Final(err) {
			t.Errorf("%s without the task: %v, want a refusal before anybody's own keys are looked at", name, err)
		}
	}
}

// TestRootKeyLeavesOthers holds that nothing but the key of the event is deleted, and that what is gone is no error.
func TestRootKeyLeavesOthers(t *testing.T) {
	sim := newAccount()
	root := func() *iam.Client {
		cfg := sim.Config("us-east-1")
		cfg.Credentials = simaws.RootOf("444455556666")
		return iam.NewFromConfig(cfg)
	}()
	var ids []string
	for range 2 {
		out, err := root.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, *out.AccessKey.AccessKeyId)
	}
	r := DeleteRootAccessKey(access.Organization{Home: access.Known(account), RootTasks: true, Now: time.Now}.Accounts(sim.Config("us-east-1")))
	f := rootKeyFinding(func(f *detect.Finding) { f.Resource.ID = ids[1] })
	c, _, err := r.Plan(t.Context(), f, nil)
	if err != nil || c == nil || !strings.Contains(c.Summary, ids[1]) {
		t.Fatalf("plan: %+v, %v", c, err)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	out, err := root.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{})
	if err != nil || len(out.AccessKeyMetadata) != 1 || *out.AccessKeyMetadata[0].AccessKeyId != ids[0] {
		t.Errorf("left: %+v, %v; want %s", out.AccessKeyMetadata, err, ids[0])
	}
	if again, nothing, err := r.Plan(t.Context(), f, nil); again != nil || nothing == "" || err != nil {
		t.Errorf("plan for what is gone: %+v, %q, %v", again, nothing, err)
	}
	if err := r.Undo(t.Context(), *c); !remedy.Final(err) {
		t.Errorf("undo: %v, want a refusal", err)
	}
}

// TestIAMHome holds where IAM is looked for, whatever region an event names.
func TestIAMHome(t *testing.T) {
	for partition, want := range map[string]string{
		"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1", "aws-eusc": "eusc-de-east-1", "aws-iso-b": "us-isob-east-1",
		"aws-new": "somewhere-1", // a partition that is not known here has to tell itself
	} {
		f := rootKeyFinding(func(f *detect.Finding) { f.Event.Partition, f.Event.Region = partition, "somewhere-1" })
		if got := targetOf(f).Region; got != want {
			t.Errorf("%s: %s, want %s", partition, got, want)
		}
	}
}
