package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

func session(role, name, source string) cloudtrail.Identity {
	short := role[strings.LastIndexByte(role, '/')+1:]
	return cloudtrail.Identity{
		Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/" + short + "/" + name, AccountID: "111122223333",
		Session: cloudtrail.Session{IssuerARN: role, SourceIdentity: source},
	}
}

// TestWhoBelongsTogether holds which callers count as one actor.
func TestWhoBelongsTogether(t *testing.T) {
	const (
		deploy = "arn:aws:iam::111122223333:role/ci/deploy"
		sso    = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
		linked = "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
	)
	user := func(account, name string) cloudtrail.Identity {
		return cloudtrail.Identity{Type: "IAMUser", UserName: name, ARN: "arn:aws:iam::" + account + ":user/" + name, AccountID: account}
	}
	root := func(account string) cloudtrail.Identity {
		return cloudtrail.Identity{Type: "Root", ARN: "arn:aws:iam::" + account + ":root", AccountID: account}
	}
	bare := cloudtrail.Identity{Type: "AssumedRole", ARN: "arn:aws:sts::111122223333:assumed-role/deploy/job-9"}
	long := strings.Repeat("x\n\xff", 2000)
	for name, tt := range map[string]struct {
		a, b cloudtrail.Identity
		want bool
	}{
		"one user":                      {user("111122223333", "bob"), user("111122223333", "bob"), true},
		"one user, another path":        {user("111122223333", "bob"), user("111122223333", "ops/bob"), true},
		"namesakes in two accounts":     {user("111122223333", "bob"), user("444455556666", "bob"), false},
		"two sessions of a role":        {session(deploy, "job-1", ""), session(deploy, "job-2", ""), true},
		"a session without its role":    {session(deploy, "job-1", ""), bare, true},
		"two roles, one session name":   {session(deploy, "job", ""), session("arn:aws:iam::111122223333:role/other", "job", ""), false},
		"two people behind a role":      {session(deploy, "a", "ann"), session(deploy, "a", "bob"), false},
		"one person behind a role":      {session(deploy, "a", "ann"), session(deploy, "b", "ann"), true},
		"two people of Identity Center": {session(sso, "ann", ""), session(sso, "bob", ""), false},
		"one person of Identity Center": {session(sso, "ann", ""), session(sso, "ann", ""), true},
		"a service-linked role":         {session(linked, "AutoScaling", ""), session(linked, "AutoScaling", ""), false},
		"root":                          {root("111122223333"), root("111122223333"), true},
		"two accounts' roots":           {root("111122223333"), root("444455556666"), false},
		"root without an ARN":           {root("111122223333"), cloudtrail.Identity{Type: "Root"}, true},
		"services":                      {cloudtrail.Identity{Type: "AWSService", InvokedBy: "config.amazonaws.com"}, cloudtrail.Identity{Type: "AWSService", InvokedBy: "config.amazonaws.com"}, false},
		"nobody known":                  {cloudtrail.Identity{}, cloudtrail.Identity{Type: "Unknown"}, false},
		"a hostile name":                {user("111122223333", long), user("111122223333", long), true},
		"two hostile names":             {user("111122223333", long+"a"), user("111122223333", long+"b"), false},
	} {
		w := newWorld(t)
		d := w.detector()
		d.Index = deeds()
		first, second := event("1", "StopLogging", "", w.now, ""), event("2", "StopLogging", "", w.now, "")
		first.Identity, second.Identity = tt.a, tt.b
		got := process(t, w, d, first, second)
		if together := got["2 LOG-001"].PartOf == got["1 LOG-001"].ID; together != tt.want || len(got) != 2 {
			t.Errorf("%s: together %t, want %t", name, together, tt.want)
		}
	}
}

// TestOneCallerInTwoAccounts holds that a chain follows its actor from account to account.
func TestOneCallerInTwoAccounts(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = deeds()
	here, there := event("1", "StopLogging", "", w.now, "bob"), event("2", "AttachAdmin", "ann", w.now, "bob")
	there.Account = "444455556666"
	if got := process(t, w, d, here, there); got["2 ADM-001"].PartOf != got["1 LOG-001"].ID {
		t.Errorf("not together: %+v", got)
	}
}

// TestNoTimeNoChain holds that events which do not say when they happened belong to nothing, and are told.
func TestNoTimeNoChain(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = watched()
	first, second := event("1", "StopLogging", "", w.now, "bob"), event("2", "CreateKey", "bob", w.now, "bob")
	read := event("3", "Read", "a b c", w.now, "bob")
	for _, e := range []*cloudtrail.Event{first, second, read} {
		e.Time = time.Time{}
	}
	got := process(t, w, d, first, second, read)
	if len(got) != 4 || len(w.told()) != 4 {
		t.Errorf("%d incidents and %d messages, want 4", len(got), len(w.told()))
	}
	for _, in := range got {
		if in.PartOf != "" || in.Chain != nil {
			t.Errorf("%s is in a chain", in.Rule)
		}
	}
}

// TestLongChain holds that an actor who does more than a timeline holds is told of each time, as part of one chain.
func TestLongChain(t *testing.T) {
	w := newWorld(t)
	d := w.detector()
	d.Index = deeds()
	var events []*cloudtrail.Event
	for n := range ledger.MaxSteps + 20 {
		events = append(events, event(fmt.Sprint(n), "Look", "", w.now, "bob"))
	}
	events = append(events, event("x", "StopLogging", "", w.now, "bob"), event("y", "AttachAdmin", "ann", w.now, "bob"), event("z", "CreateKey", "ann", w.now, "bob"))
	got := process(t, w, d, events...)
	lead := got["0 LOW-001"]
	if lead.Chain == nil || lead.Chain.Severity.String() != "CRITICAL" || len(lead.Chain.Timeline) != ledger.MaxSteps {
		t.Fatalf("the lead is %s with %d steps", lead.Severity, len(lead.Chain.Timeline))
	}
	for _, in := range got {
		if in.ID != lead.ID && in.PartOf != lead.ID {
			t.Errorf("%s is part of %q", in.EventIDs, in.PartOf)
		}
	}
	if n := w.toldOf(notify.IncidentOpened); n != len(events) {
		t.Errorf("%d incidents told, want %d", n, len(events))
	}
	if n := w.toldOf(notify.IncidentRaised); n != 2 { // LOW → HIGH → CRITICAL
		t.Errorf("the lead is told to be graver %d times, want 2", n)
	}
}
