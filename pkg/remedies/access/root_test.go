package access

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/remedy"
)

const management = "123456789012"

func rootKey(account string) remedy.Target {
	t := target(account, "us-east-1", "aws")
	t.Type, t.ID, t.RootTask = "AccessKey", "AKIAROOTNEW01EXAMPLE", "IAMDeleteRootUserCredentials"
	return t
}

// journal keeps what is written down, in order with the calls that the wire sees.
type journal struct {
	wire  *wire
	lines []string
	err   error
}

func (j *journal) cause() remedy.Cause {
	return remedy.Cause{
		Incident: "inc-1",
		Mark: func(_ context.Context, account, resource string) error {
			if j.wire.made > 0 {
				return errors.New("marked after the call")
			}
			j.lines = append(j.lines, account+" "+resource)
			return j.err
		},
		Session: func(_ context.Context, key string) error {
			j.lines = append(j.lines, key)
			return j.err
		},
	}
}

// TestRoot holds that root is taken on for the one task, at the hub's regional endpoint, and only after the journal knows.
func TestRoot(t *testing.T) {
	w := &wire{management: management}
	j := &journal{wire: w}
	accounts := hub().Accounts(w.config("eu-central-1"))
	ctx := remedy.WithCause(t.Context(), j.cause())
	for range 2 {
		cfg, err := accounts(ctx, rootKey(member))
		if err != nil || keyOf(t, cfg) != "ASIA1" || cfg.Region != "us-east-1" {
			t.Fatalf("%v, key %s in %s", err, keyOf(t, cfg), cfg.Region)
		}
	}
	want := []url.Values{{
		"Action": {"AssumeRoot"}, "Version": {"2011-06-15"}, "TargetPrincipal": {member}, "DurationSeconds": {"900"},
		"TaskPolicyArn.arn": {"arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"},
	}}
	if diff := cmp.Diff(want, w.asked); diff != "" {
		t.Errorf("asked of STS (-want +got):\n%s", diff)
	}
	if w.hosts[len(w.hosts)-1] != "sts.eu-central-1.amazonaws.com" {
		t.Errorf("endpoints %v", w.hosts)
	}
	lines := []string{home + " Account/" + member, home + " OwnCalls/" + home, member + " Account/" + member, "ASIA1"}
	if diff := cmp.Diff(lines, j.lines); diff != "" {
		t.Errorf("written down (-want +got):\n%s", diff)
	}
	cfg, err := accounts(ctx, target(member, "us-east-1", "aws"))
	if err != nil || keyOf(t, cfg) != "ASIA2" {
		t.Errorf("the responder's way after root's: %v, key %s", err, keyOf(t, cfg))
	}
}

// TestRootNeedsTheJournal holds that a session which cannot be written down is neither opened nor used.
func TestRootNeedsTheJournal(t *testing.T) {
	w := &wire{management: management}
	j := &journal{wire: w, err: errors.New("the ledger is out of reach")}
	_, err := hub().Accounts(w.config("us-east-1"))(remedy.WithCause(t.Context(), j.cause()), rootKey(member))
	if !errors.Is(err, j.err) || remedy.Final(err) || w.made != 0 {
		t.Errorf("%v after %d sessions, want none and the cause", err, w.made)
	}
	cause := j.cause()
	cause.Mark = nil
	if _, err := hub().Accounts(w.config("us-east-1"))(remedy.WithCause(t.Context(), cause), rootKey(member)); !errors.Is(err, j.err) {
		t.Errorf("a session that is not written down is used: %v", err)
	}
}

// TestRootRefused holds whose root nobody takes on: the hub's own, the management account's, anybody's where that is not
// known, and anybody's where it was not asked for.
func TestRootRefused(t *testing.T) {
	without := hub()
	without.RootTasks = false
	for name, tt := range map[string]struct {
		organization Organization
		account      string
		management   string
		says         string
	}{
		"not asked for":        {without, member, management, "may not take on root"},
		"the hub":              {hub(), home, management, "that Riposte itself runs in"},
		"the hub that manages": {hub(), home, home, "that Riposte itself runs in"},
		"the management":       {hub(), management, management, "management account"},
		"unknown management":   {hub(), member, "", "does not say which account manages it"},
		"nonsense":             {hub(), member, "root", "does not say which account manages it"},
		"no account":           {hub(), "44445555666x", management, "twelve digits"},
		"an empty account":     {hub(), "", management, "no account"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &wire{management: tt.management}
			_, err := tt.organization.Accounts(w.config("us-east-1"))(t.Context(), rootKey(tt.account))
			if _, refused := errors.AsType[*remedy.Refusal](err); !refused || len(w.asked) != 0 || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v after asking %v; want a refusal that says %q", err, w.asked, tt.says)
			}
		})
	}
	w := &wire{}
	_, err := HomeAccount(w.config("us-east-1"), Known(home))(t.Context(), rootKey(home))
	if _, refused := errors.AsType[*remedy.Refusal](err); !refused || len(w.hosts) != 0 {
		t.Errorf("one account alone: %v; want a refusal", err)
	}
}

func TestRootFails(t *testing.T) {
	for code, final := range map[string]bool{"AccessDenied": true, "ValidationError": true, "Throttling": false, "ExpiredToken": false} {
		w := &wire{management: management, refuses: code}
		_, err := hub().Accounts(w.config("us-east-1"))(t.Context(), rootKey(member))
		if err == nil || remedy.Final(err) != final || final && !strings.Contains(err.Error(), "centralized root access") {
			t.Errorf("%s: %v, final %v", code, err, remedy.Final(err))
		}
	}
	w := &wire{breaks: errors.New("no route")}
	if _, err := hub().Accounts(w.config("us-east-1"))(t.Context(), rootKey(member)); !errors.Is(err, w.breaks) || remedy.Final(err) {
		t.Errorf("nobody answers: %v; want an error that may be tried again", err)
	}
}
