package decide

import (
	"testing"
	"time"

	"riposte/pkg/config"
	"riposte/pkg/detect"
)

func TestOwn(t *testing.T) {
	p := policy(t, "", Options{OwnRoles: []string{
		"", "no ARN", "arn:aws:iam::111122223333:user/bob", "arn:aws-cn:iam::444455556666:role/Plain",
		"arn:aws:iam::*:role/Riposte-responder", "arn:aws:iam::*:role/deep/Other", "arn:aws:iam::1111*:role/Part", "arn:*:iam::111122223333:role/Any",
	}})
	for _, c := range []struct {
		name  string
		actor detect.Actor
		want  bool
	}{
		{"role", detect.Actor{ARN: ownRole1}, true},
		{"session with its issuer", detect.Actor{ARN: "arn:aws:sts::111122223333:assumed-role/Riposte-Remediate/x", Role: ownRole1}, true},
		{"session without its issuer", detect.Actor{ARN: "arn:aws:sts::111122223333:assumed-role/Riposte-Remediate/x"}, true},
		{"role without a path", detect.Actor{ARN: "arn:aws-cn:sts::444455556666:assumed-role/Plain/x", Role: "arn:aws-cn:iam::444455556666:role/Plain"}, true},
		{"nobody", detect.Actor{}, false},
		{"another path", detect.Actor{ARN: "arn:aws:sts::111122223333:assumed-role/Riposte-Remediate/x", Role: "arn:aws:iam::111122223333:role/Riposte-Remediate"}, false},
		{"another account", detect.Actor{ARN: "arn:aws:sts::444455556666:assumed-role/Riposte-Remediate/x"}, false},
		{"another partition", detect.Actor{ARN: "arn:aws-cn:sts::111122223333:assumed-role/Riposte-Remediate/x"}, false},
		{"another case", detect.Actor{ARN: "arn:aws:sts::111122223333:assumed-role/riposte-remediate/x"}, false},
		{"longer name", detect.Actor{ARN: "arn:aws:sts::111122223333:assumed-role/Riposte-Remediate2/x"}, false},
		{"longer role", detect.Actor{ARN: ownRole1 + "2"}, false},
		{"no session", detect.Actor{ARN: "arn:aws:sts::111122223333:assumed-role/Riposte-Remediate/"}, false},
		{"user of that name", detect.Actor{ARN: "arn:aws:iam::111122223333:user/Riposte-Remediate"}, false},
		{"user is no role", detect.Actor{ARN: "arn:aws:iam::111122223333:user/bob"}, false},
		{"any account", detect.Actor{ARN: "arn:aws:sts::444455556666:assumed-role/Riposte-responder/x", Role: "arn:aws:iam::444455556666:role/Riposte-responder"}, true},
		{"any account without its issuer", detect.Actor{ARN: "arn:aws:sts::444455556666:assumed-role/Riposte-responder/x"}, true},
		{"any account, the role", detect.Actor{ARN: "arn:aws:iam::444455556666:role/Riposte-responder"}, true},
		{"any account, with its path", detect.Actor{Role: "arn:aws:iam::444455556666:role/deep/Other"}, true},
		{"any account, without its path", detect.Actor{Role: "arn:aws:iam::444455556666:role/Other"}, false},
		{"any account, another path", detect.Actor{Role: "arn:aws:iam::444455556666:role/x/Riposte-responder"}, false},
		{"any account, another partition", detect.Actor{Role: "arn:aws-cn:iam::444455556666:role/Riposte-responder"}, false},
		{"any account, longer name", detect.Actor{ARN: "arn:aws:sts::444455556666:assumed-role/Riposte-responder2/x"}, false},
		{"any account, longer role", detect.Actor{Role: "arn:aws:iam::444455556666:role/Riposte-responder2"}, false},
		{"no account", detect.Actor{Role: "arn:aws:iam::*:role/Riposte-responder"}, true},
		{"no digits for an account", detect.Actor{Role: "arn:aws:iam::44445555666x:role/Riposte-responder"}, false},
		{"too many digits", detect.Actor{ARN: "arn:aws:sts::4444555566667:assumed-role/Riposte-responder/x"}, false},
		{"more hidden in the account", detect.Actor{Role: "arn:aws:iam::444455556666:role/x:role/Riposte-responder"}, false},
		{"a part of an account is no pattern", detect.Actor{Role: "arn:aws:iam::111122223333:role/Part"}, false},
		{"nothing but the account is a pattern", detect.Actor{Role: "arn:aws:iam::111122223333:role/Any"}, false},
		{"session named like it", detect.Actor{ARN: "arn:aws:sts::111122223333:assumed-role/x/Riposte-Remediate", Role: "arn:aws:iam::111122223333:role/x"}, false},
	} {
		if got := p.Own(c.actor); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestBreakGlass(t *testing.T) {
	key := func(id, parent string) func(*detect.Finding) {
		return func(f *detect.Finding) {
			f.Resource = detect.Resource{Type: detect.AccessKey, ID: id, Parent: parent}
		}
	}
	credential := func(kind detect.ResourceType, parent string) func(*detect.Finding) {
		return func(f *detect.Finding) { f.Resource = detect.Resource{Type: kind, ID: "ACCAEXAMPLE", Parent: parent} }
	}
	resource := func(kind detect.ResourceType, id string) func(*detect.Finding) {
		return func(f *detect.Finding) { f.Resource = detect.Resource{Type: kind, ID: id} }
	}
	actor := func(arn, role string) func(*detect.Finding) {
		return func(f *detect.Finding) { f.Actor.ARN, f.Actor.Role = arn, role }
	}
	const (
		user    = "arn:aws:iam::111122223333:user/ops/break-*"
		role    = "arn:aws:iam::111122223333:role/ops/Emergency"
		anyRole = "arn:aws:iam::*:role/Emergency"
		root    = "arn:aws:iam::111122223333:root"
		session = "arn:aws:sts::111122223333:assumed-role/Ops/ann"
	)
	for _, c := range []struct {
		name, principal string
		edit            func(*detect.Finding)
		held            bool
	}{
		{"user acts", user, actor("arn:aws:iam::111122223333:user/ops/break-glass", ""), true},
		{"user acts, other case", user, actor("arn:aws:iam::111122223333:user/ops/BREAK-glass", ""), true},
		{"user of another path acts", user, actor("arn:aws:iam::111122223333:user/break-glass", ""), false},
		{"user is changed", user, resource(detect.User, "break-glass"), true},
		{"user is changed, other case", user, resource(detect.User, "Break-Glass"), true},
		{"its key is changed", user, key("AKIAIOSFODNN7EXAMPLE", "break-glass"), true},
		{"its service-specific credential is changed", user, credential(detect.ServiceCredential, "break-glass"), true},
		{"its SSH key is changed", user, credential(detect.SSHPublicKey, "break-glass"), true},
		{"its certificate is changed", user, credential(detect.SigningCertificate, "break-glass"), true},
		{"another's certificate is changed", user, credential(detect.SigningCertificate, "bob"), false},
		{"another's key is changed", user, key("AKIAIOSFODNN7EXAMPLE", "bob"), false},
		{"role of that name is changed", user, resource(detect.Role, "break-glass"), false},
		{"group of that name is changed", user, resource(detect.Group, "break-glass"), false},
		{"user in another account is changed", user, func(f *detect.Finding) {
			f.Resource, f.Event.Account = detect.Resource{Type: detect.User, ID: "break-glass"}, "444455556666"
		}, false},
		{"role acts", role, actor("arn:aws:sts::111122223333:assumed-role/Emergency/ann", "arn:aws:iam::111122223333:role/ops/Emergency"), true},
		{"role acts, issuer unknown", role, actor("arn:aws:sts::111122223333:assumed-role/Emergency/ann", ""), true},
		{"role acts in another account", role, actor("arn:aws:sts::444455556666:assumed-role/Emergency/ann", ""), false},
		{"role of any account acts", anyRole, actor("arn:aws:sts::444455556666:assumed-role/Emergency/ann", ""), true},
		{"longer role acts", role, actor("arn:aws:sts::111122223333:assumed-role/EmergencyNot/ann", ""), false},
		{"role is changed", role, resource(detect.Role, "Emergency"), true},
		{"role is changed, by ARN", role, resource(detect.Role, "arn:aws:iam::111122223333:role/ops/Emergency"), true},
		{"root acts", root, actor("arn:aws:iam::111122223333:root", ""), true},
		{"root's key is changed", root, key("AKIAIOSFODNN7EXAMPLE", ""), true},
		{"root's key is changed, named", root, key("AKIAIOSFODNN7EXAMPLE", "root"), true},
		{"a user's key is changed", root, key("AKIAIOSFODNN7EXAMPLE", "bob"), false},
		{"session acts", session, actor("arn:aws:sts::111122223333:assumed-role/Ops/ann", "arn:aws:iam::111122223333:role/Ops"), true},
		{"another session acts", session, actor("arn:aws:sts::111122223333:assumed-role/Ops/bob", "arn:aws:iam::111122223333:role/Ops"), false},
		{"a session's role is changed", session, resource(detect.Role, "Ops"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := policy(t, "stance: enforce\nbreak_glass: ['"+c.principal+"']", Options{})
			d := p.Decide(finding(c.edit), facts())
			if got := d.Mode == Alert; got != c.held {
				t.Errorf("got %s (%s), want it held back: %v", d.Mode, d.Reason, c.held)
			}
		})
	}
}

func TestExceptions(t *testing.T) {
	session := func(f *detect.Finding) {
		f.Actor.Kind, f.Actor.ARN = "AssumedRole", "arn:aws:sts::111122223333:assumed-role/ci-build/job"
		f.Actor.Role = "arn:aws:iam::111122223333:role/team/ci-build"
	}
	for _, c := range []struct {
		name, rule, other string
		edit              func(*detect.Finding)
		suppressed        bool
	}{
		{"rule and account", "IAM-002", "account: '111122223333'", nil, true},
		{"class", "access-key-created", "account: '111122223333'", nil, true},
		{"every rule", `"*"`, "account: '111122223333'", nil, true},
		{"another rule", "IAM-003", "account: '111122223333'", nil, false},
		{"another account", "IAM-002", "account: '444455556666'", nil, false},
		{"principal", "IAM-002", "principal: arn:aws:iam::111122223333:user/alice", nil, true},
		{"principal, other case", "IAM-002", "principal: arn:aws:iam::111122223333:user/Alice", nil, false},
		{"role with its path", "IAM-002", "principal: arn:aws:iam::111122223333:role/team/ci-*", session, true},
		{"role without its path", "IAM-002", "principal: arn:aws:iam::111122223333:role/ci-*", session, false},
		{"session", "IAM-002", "principal: arn:aws:sts::111122223333:assumed-role/ci-build/*", session, true},
		{"role where the record names none", "IAM-002", "principal: arn:aws:iam::111122223333:role/ci-build", func(f *detect.Finding) {
			f.Actor.ARN = "arn:aws:sts::111122223333:assumed-role/ci-build/job"
		}, false},
		{"resource", "IAM-002", "resource: AccessKey/AKIAIOSFODNN7EXAMPLE", nil, true},
		{"resource by wildcard", "IAM-002", "resource: AccessKey/AKIAIOSF*", nil, true},
		{"key by its user", "IAM-002", "resource: User/bob", nil, true},
		{"key by another user", "IAM-002", "resource: User/alice", nil, false},
		{"key without a user", "IAM-002", "resource: User/b*", func(f *detect.Finding) { f.Resource.Parent = "" }, false},
		{"all keys match", "IAM-002", "account: '111122223333'\n    principal: arn:aws:iam::111122223333:user/alice\n    resource: User/bob", nil, true},
		{"one key does not match", "IAM-002", "account: '111122223333'\n    principal: arn:aws:iam::111122223333:user/eve\n    resource: User/bob", nil, false},
		{"resource of what could not be judged", "IAM-002", "resource: User/bob", func(f *detect.Finding) {
			f.Unjudged, f.Resource = "payload omitted", detect.Resource{Type: detect.Account, ID: "111122223333"}
		}, false},
		{"resource that is named by what could not be judged", "IAM-002", "resource: User/bob", func(f *detect.Finding) {
			f.Unjudged = "the document is not valid JSON"
		}, false},
		{"principal of what could not be judged", "IAM-002", "principal: arn:aws:iam::111122223333:user/alice", func(f *detect.Finding) {
			f.Unjudged = "payload omitted"
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := policy(t, "exceptions:\n  - rule: "+c.rule+"\n    "+c.other+"\n    owner: ann\n    reason: because\n    expires: 2027-01-31\n", Options{})
			f := finding()
			if c.edit != nil {
				c.edit(&f)
			}
			if d := p.Decide(f, facts()); d.Suppressed != c.suppressed {
				t.Errorf("suppressed %v (%s), want %v", d.Suppressed, d.Reason, c.suppressed)
			}
		})
	}
}

// TestExceptionWithoutExpiry holds that an exception whose end is not known covers nothing: it counts as expired, and alerts.
func TestExceptionWithoutExpiry(t *testing.T) {
	cfg, err := config.Parse("riposte.yaml", []byte("stance: enforce"+exceptionForAlice))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Exceptions[0].Expires = time.Time{}
	d := New(cfg, Options{}).Decide(finding(), facts())
	if d.Suppressed || d.Mode != Alert || d.Held != HeldByException {
		t.Errorf("got %+v, want an alert about an exception that has expired", d)
	}
}

// TestExceptedIsNotContained holds that nobody is contained for whom there is an exception, whichever rule it is about and
// whether or not it has expired: containing stops what it is for, too. It changes nothing about what is reversed.
func TestExceptedIsNotContained(t *testing.T) {
	for _, c := range []struct {
		name, exception string
		contained       bool
	}{
		{"no exception", "", true},
		{"of another rule", "rule: NET-001\n    principal: arn:aws:iam::111122223333:user/alice\n    expires: 2027-01-31", false},
		{"that has expired", "rule: NET-001\n    principal: arn:aws:iam::111122223333:user/alice\n    expires: 2025-01-31", false},
		{"of several people", "rule: NET-001\n    principal: arn:aws:iam::111122223333:user/a*\n    expires: 2027-01-31", false},
		{"of this account", "rule: NET-001\n    account: '111122223333'\n    principal: arn:aws:iam::111122223333:user/alice\n    expires: 2027-01-31", false},
		{"of another account", "rule: NET-001\n    account: '444455556666'\n    principal: arn:aws:iam::111122223333:user/alice\n    expires: 2027-01-31", true},
		{"of somebody else", "rule: NET-001\n    principal: arn:aws:iam::111122223333:user/ann\n    expires: 2027-01-31", true},
		{"of a resource", "rule: NET-001\n    resource: User/eve\n    expires: 2027-01-31", true},
	} {
		text := "stance: enforce"
		if c.exception != "" {
			text += "\nexceptions:\n  - " + c.exception + "\n    owner: ann\n    reason: because\n"
		}
		p := policy(t, text, Options{})
		if d := p.Decide(finding(), facts(func(f *Facts) { f.CameBack = true })); d.Mode.Acts() != c.contained {
			t.Errorf("%s: %s (%s), want them contained: %v", c.name, d.Mode, d.Reason, c.contained)
		}
		if d := p.Decide(finding(), facts()); !d.Mode.Acts() {
			t.Errorf("%s: what they did is not reversed: %s (%s)", c.name, d.Mode, d.Reason)
		}
	}
	made := config.Exception{
		Rule: "NET-001", Account: "111122223333", Principal: config.Principal{Pattern: "arn:aws:iam::111122223333:user/alice"},
		Owner: "ann", Reason: "because", Expires: now.Add(time.Hour),
	}
	p := policy(t, "stance: enforce", Options{})
	if d := p.Decide(finding(), facts(func(f *Facts) { f.CameBack, f.Exceptions = true, []config.Exception{made} })); d.Mode.Acts() {
		t.Errorf("an exception made at run time: %s (%s)", d.Mode, d.Reason)
	}
	if d := p.Decide(finding(), facts(func(f *Facts) { f.Exceptions = []config.Exception{made} })); !d.Mode.Acts() {
		t.Errorf("an exception made at run time of another rule: %s (%s)", d.Mode, d.Reason)
	}
}
