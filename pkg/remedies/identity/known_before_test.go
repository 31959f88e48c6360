package identity

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// TestTakenBackPrecisely holds that what a finding takes back is what its event changed: statements of a document that may have
// had others, the default version that is known to have been it, and nothing that was there before.
func TestTakenBackPrecisely(t *testing.T) {
	const (
		wide, narrow = `{"Effect":"Allow","Action":"*","Resource":"*"}`, `{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::reports/*"}`
		third        = `{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}`
	)
	app, bob := detect.Resource{Type: detect.Role, ID: "app"}, detect.Resource{Type: detect.User, ID: "bob"}
	mixed := policyOf(narrow, wide)
	put := func(document string) detect.Finding {
		return finding("PutRolePolicy", app, detect.ParamPolicyName, "extra", detect.ParamDocumentHash, detect.DocumentHash([]byte(document)),
			detect.ParamStatements, detect.DocumentHash([]byte(wide)))
	}
	extra := func(document string) func(*simaws.Account) {
		return func(sim *simaws.Account) { sim.PutInlinePolicy(detect.Role, "app", "extra", document) }
	}
	version := func(event, id string) detect.Finding {
		return finding(event, detect.Resource{Type: detect.Policy, ID: policy}, detect.ParamVersionID, id)
	}
	versions := func(documents ...string) func(*simaws.Account) {
		return func(sim *simaws.Account) {
			for n, d := range documents { // the last one is the default
				sim.AddPolicyVersion(policy, d, n == len(documents)-1)
			}
		}
	}
	member := func(sim *simaws.Account) {
		sim.AddUser("bob")
		api := iamOf(sim)
		if _, err := api.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String("admins")}); err != nil {
			t.Fatal(err)
		}
		if _, err := api.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{UserName: aws.String("bob"), GroupName: aws.String("admins")}); err != nil {
			t.Fatal(err)
		}
	}
	restore := func(accounts access.Accounts) remedy.Remedy {
		return RestoreDefaultPolicyVersion(accounts, judgeByLook)
	}
	added := finding("AddUserToGroup", bob, detect.ParamGroupName, "admins")
	attached := finding("AttachUserPolicy", bob, detect.ParamPolicyARN, admin)
	attach := func(sim *simaws.Account) { sim.AttachPolicy(detect.User, "bob", admin) }
	for name, tt := range map[string]struct {
		remedy  makeRemedy
		seed    func(*simaws.Account)
		finding detect.Finding
		good    any
		change  string // the summary; empty where nothing is to be done
		after   string // what the state after holds
		nothing string
		refused string
	}{
		"a statement beside others": {RemoveInlinePolicy, extra(mixed), put(mixed), nil, "inline policy extra of role app: 1 of 2 statements taken out", "reports", "", ""},
		"no other statement":        {RemoveInlinePolicy, extra(policyOf(wide)), put(policyOf(wide)), nil, "inline policy extra of role app: removed", `""`, "", ""},
		"no such policy before":     {RemoveInlinePolicy, extra(mixed), put(mixed), "", "inline policy extra of role app: removed", `""`, "", ""},
		"another document before":   {RemoveInlinePolicy, extra(mixed), put(mixed), policyOf(third), "inline policy extra of role app: put back to its last good document", "sqs", "", ""},
		"changed since, still in it": {
			RemoveInlinePolicy, extra(policyOf(wide, third)), put(mixed), policyOf(narrow), "inline policy extra of role app: 1 of 2 statements taken out", "sqs", "", "",
		},
		"changed since, out of it": {RemoveInlinePolicy, extra(policyOf(third)), put(mixed), policyOf(narrow), "", "", "no longer has what the event put there", ""},
		"not to be taken apart":    {RemoveInlinePolicy, extra(`{"Statement":1,"Statement":2}`), put(mixed), nil, "", "", "", "cannot be taken apart"},

		"the default is known": {
			restore, versions(harmless, lesser, risky), version("CreatePolicyVersion", "v3"), "v1", "default version of policy " + policy + ": v3 → v1", "v1", "", "",
		},
		"the known default is gone": {
			restore, versions(harmless, lesser, risky), version("CreatePolicyVersion", "v3"), "v7", "default version of policy " + policy + ": v3 → v2", "v2", "", "",
		},
		"the known default was as risky": {
			restore, versions(risky, lesser, risky), version("CreatePolicyVersion", "v3"), "v1", "default version of policy " + policy + ": v3 → v2", "v2", "", "",
		},
		"a chosen version, known":   {restore, versions(harmless, lesser, risky), version("SetDefaultPolicyVersion", "v3"), "v1", "default version of policy " + policy + ": v3 → v1", "v1", "", ""},
		"a chosen version, unknown": {restore, versions(harmless, lesser, risky), version("SetDefaultPolicyVersion", "v3"), nil, "", "", "", "which of the versions v2, v1"},
		"a harmless version":        {restore, versions(risky, harmless), version("SetDefaultPolicyVersion", "v2"), "v1", "", "", "grants nothing risky", ""},

		"a new member":               {RemoveUserFromGroup, member, added, false, "user bob: removed from group admins", "false", "", ""},
		"a member already":           {RemoveUserFromGroup, member, added, true, "", "", "", "was in group admins before the event already"},
		"a former member":            {RemoveUserFromGroup, func(sim *simaws.Account) { sim.AddUser("bob") }, added, true, "", "", "is not in group", ""},
		"a new attachment":           {DetachPolicy, attach, attached, false, "policy " + admin + " of user bob: attached → detached", "false", "", ""},
		"an attachment of before":    {DetachPolicy, attach, attached, true, "", "", "", "was attached to user bob before the event already"},
		"an attachment that is gone": {DetachPolicy, func(sim *simaws.Account) { sim.AddUser("bob") }, attached, true, "", "", "is not attached", ""},
	} {
		t.Run(name, func(t *testing.T) {
			sim := newAccount()
			tt.seed(sim)
			sim.ForgetCalls()
			c, nothing, err := bind(sim, tt.remedy).Plan(t.Context(), tt.finding, knowing(tt.good))
			summary, after, reason := "", "", ""
			if c != nil {
				summary, after = c.Summary, string(c.After)
			}
			if err != nil {
				reason = err.Error()
			}
			if summary != tt.change || !strings.Contains(after, tt.after) || (nothing == "") != (tt.nothing == "") || !strings.Contains(nothing, tt.nothing) ||
				(reason == "") != (tt.refused == "") || !strings.Contains(reason, tt.refused) {
				t.Errorf("planned %q to %s, nothing %q, refused %q; want %q to %q, %q, %q",
					summary, after, nothing, reason, tt.change, tt.after, tt.nothing, tt.refused)
			}
			if w := sim.Writes(); len(w) > 0 {
				t.Errorf("planning wrote: %v", w)
			}
		})
	}
}

// TestPasswordPolicyIsPutBackWhole holds that a policy which still is the event's becomes what it was, what the event tightened
// included, and that one which somebody has set since stays.
func TestPasswordPolicyIsPutBackWhole(t *testing.T) {
	good := passwordPolicy{Set: true, MinimumLength: 16, Symbols: true, Numbers: true, Uppercase: true, Lowercase: true, UsersMayChange: true, MaximumAge: 90}
	set := &iam.UpdateAccountPasswordPolicyInput{RequireNumbers: true, MaxPasswordAge: aws.Int32(10), HardExpiry: aws.Bool(true)}
	weak := finding("UpdateAccountPasswordPolicy", detect.Resource{Type: detect.Account, ID: account},
		detect.ParamPasswords, `{"set":true,"numbers":true,"maximum_age":10,"hard_expiry":true}`)
	deleted := finding("DeleteAccountPasswordPolicy", detect.Resource{Type: detect.Account, ID: account})
	for name, tt := range map[string]struct {
		live    *iam.UpdateAccountPasswordPolicyInput // nil for none
		finding detect.Finding
		good    any
		after   string
		nothing bool
		refused string
	}{
		"as the event set it":   {set, weak, good, `{"set":true,"minimum_length":16,"symbols":true,"numbers":true,"uppercase":true,"lowercase":true,"users_may_change":true,"maximum_age":90}`, false, ""},
		"set anew since":        {&iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(14)}, weak, good, "", true, ""},
		"set anew, past unsure": {&iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(14)}, weak, nil, "", true, ""},
		"deleted since":         {nil, weak, good, "", true, ""},
		"past unsure":           {set, weak, nil, "", false, "is not known"},
		"set after a deletion":  {set, deleted, good, "", true, ""},
		"deleted":               {nil, deleted, good, `"minimum_length":16`, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			sim := newAccount()
			if tt.live != nil {
				if _, err := iamOf(sim).UpdateAccountPasswordPolicy(t.Context(), tt.live); err != nil {
					t.Fatal(err)
				}
			}
			r := bind(sim, RestorePasswordPolicy)
			c, nothing, err := r.Plan(t.Context(), tt.finding, knowing(tt.good))
			if (nothing != "") != tt.nothing || (c != nil) != (tt.after != "") || (err != nil) != (tt.refused != "") {
				t.Fatalf("planned %v, %q, %v", c, nothing, err)
			}
			if err != nil && !strings.Contains(err.Error(), tt.refused) {
				t.Errorf("refused %q, want %q", err, tt.refused)
			}
			if c == nil {
				return
			}
			if !strings.Contains(string(c.After), tt.after) {
				t.Errorf("becomes %s, want %s", c.After, tt.after)
			}
			if err := r.Apply(t.Context(), *c); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Verify(t.Context(), *c); err != nil {
				t.Error(err)
			}
		})
	}
}
