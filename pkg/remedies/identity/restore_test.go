package identity

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"riposte/internal/simaws"
	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

const (
	ownTrust  = `{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}`
	openTrust = `{"Effect":"Allow", "Principal":{"AWS":"*"}, "Action":"sts:AssumeRole"}`
	denyTrust = `{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
	boundary  = "arn:aws:iam::aws:policy/PowerUserAccess"
)

// eventTime is when the events of these tests happened: shortly before the first seed of newAccount.
var eventTime = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func at(f detect.Finding) detect.Finding {
	f.Event.Time = eventTime
	return f
}

func policyOf(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// knowing returns a ledger that knows one good state; nil where it is nil.
func knowing(good any) remedy.Known {
	if good == nil {
		return nil
	}
	return func(context.Context, string, remedy.Target) (json.RawMessage, bool, error) {
		raw, err := json.Marshal(good)
		return raw, true, err
	}
}

func iamOf(sim *simaws.Account) *iam.Client { return iam.NewFromConfig(sim.Config("us-east-1")) }

// role makes a role with a trust policy.
func role(name, document string) func(*testing.T, *simaws.Account) {
	return func(t *testing.T, sim *simaws.Account) {
		_, err := iamOf(sim).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &document})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestPlanRestores holds what the remedies that look into the past plan, and what the others refuse.
func TestPlanRestores(t *testing.T) {
	trusted := func(event, put string) detect.Finding {
		return finding(event, detect.Resource{Type: detect.Role, ID: "app"},
			detect.ParamDocumentHash, detect.DocumentHash([]byte(put)), detect.ParamStatements, detect.DocumentHash([]byte(openTrust)))
	}
	opened := policyOf(ownTrust, openTrust)
	bounded := func(r detect.Resource, put string) detect.Finding {
		f := finding("PutUserPermissionsBoundary", r)
		if put != "" {
			f.Params[detect.ParamBoundary] = put
		}
		return f
	}
	bob := detect.Resource{Type: detect.User, ID: "bob"}
	user := func(arn string) func(*testing.T, *simaws.Account) {
		return func(t *testing.T, sim *simaws.Account) {
			sim.AddUser("bob")
			if arn == "" {
				return
			}
			if _, err := iamOf(sim).PutUserPermissionsBoundary(t.Context(), &iam.PutUserPermissionsBoundaryInput{
				UserName: aws.String("bob"), PermissionsBoundary: &arn,
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	password := func(t *testing.T, sim *simaws.Account) {
		sim.AddUser("bob")
		if _, err := iamOf(sim).CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
			UserName: aws.String("bob"), Password: aws.String("Correct-horse-4"),
		}); err != nil {
			t.Fatal(err)
		}
	}
	later := at(finding("CreateLoginProfile", bob))
	later.Event.Time = eventTime.Add(-time.Hour)
	inline := finding("PutRolePolicy", detect.Resource{Type: detect.Role, ID: "app"},
		detect.ParamPolicyName, "extra", detect.ParamDocumentHash, detect.DocumentHash([]byte(risky)))
	extra := func(document string) func(*testing.T, *simaws.Account) {
		return func(_ *testing.T, sim *simaws.Account) { sim.PutInlinePolicy(detect.Role, "app", "extra", document) }
	}
	account111 := detect.Resource{Type: detect.Account, ID: account}
	provider := func(event, arn string) detect.Finding {
		return at(finding(event, detect.Resource{Type: detect.IdentityProvider, ID: "okta"}, detect.ParamProviderARN, arn))
	}
	for name, tt := range map[string]struct {
		remedy  makeRemedy
		seed    func(*testing.T, *simaws.Account)
		finding detect.Finding
		good    any
		change  string // summary
		after   string // a part of the state that is wanted
		nothing string // a part of the sentence
		refused string // a part of the reason
	}{
		"trust, known past": {
			RestoreTrustPolicy, role("app", opened), trusted("UpdateAssumeRolePolicy", opened), policyOf(denyTrust, ownTrust),
			"trust policy of role app: put back to its last good state", `SecureTransport`, "", "",
		},
		"trust, known past that is a part": {
			RestoreTrustPolicy, role("app", opened), trusted("UpdateAssumeRolePolicy", opened), policyOf(ownTrust),
			"trust policy of role app: 1 of 2 statements taken out", `ec2.amazonaws.com`, "", "",
		},
		"trust, known past and changed since": {
			RestoreTrustPolicy, role("app", policyOf(openTrust, denyTrust, ownTrust)), trusted("UpdateAssumeRolePolicy", opened), policyOf(ownTrust),
			"trust policy of role app: 1 of 3 statements taken out", `SecureTransport`, "", "",
		},
		"trust, as open before": {
			RestoreTrustPolicy, role("app", opened), trusted("UpdateAssumeRolePolicy", opened), opened, "", "", "", "before the event already",
		},
		"trust, unknown past": {
			RestoreTrustPolicy, role("app", policyOf(denyTrust, openTrust, ownTrust)), trusted("UpdateAssumeRolePolicy", opened), nil,
			"trust policy of role app: 1 of 3 statements taken out", `SecureTransport`, "", "",
		},
		"trust, nothing but the opening": {
			RestoreTrustPolicy, role("app", policyOf(openTrust)), trusted("UpdateAssumeRolePolicy", policyOf(openTrust)), nil,
			"", "", "", "would let in nobody",
		},
		"trust, only a denial beside the opening": {
			RestoreTrustPolicy, role("app", policyOf(openTrust, denyTrust)), trusted("UpdateAssumeRolePolicy", policyOf(openTrust, denyTrust)), nil,
			"", "", "", "would let in nobody",
		},
		"trust, a new role": {
			RestoreTrustPolicy, role("app", policyOf(openTrust)), trusted("CreateRole", policyOf(openTrust)), policyOf(ownTrust),
			"trust policy of the new role app: lets in nobody any more", `RiposteLetsInNobody`, "", "",
		},
		"trust, a new role that was changed since": {
			RestoreTrustPolicy, role("app", policyOf(denyTrust, openTrust)), trusted("CreateRole", policyOf(openTrust)), nil, "", "", "", "would let in nobody",
		},
		"trust, one statement without a list": {
			RestoreTrustPolicy, role("app", `{"Statement":`+openTrust+`}`), trusted("CreateRole", `{"Statement":`+openTrust+`}`), nil,
			"trust policy of the new role app: lets in nobody any more", `RiposteLetsInNobody`, "", "",
		},
		"trust, taken out already": {
			RestoreTrustPolicy, role("app", policyOf(ownTrust)), trusted("UpdateAssumeRolePolicy", opened), nil, "", "", "no longer has", "",
		},
		"trust, back already": {
			RestoreTrustPolicy, role("app", policyOf(ownTrust)), trusted("UpdateAssumeRolePolicy", opened), policyOf(ownTrust), "", "", "no longer has", "",
		},
		"trust, without statements": {
			RestoreTrustPolicy, role("app", `{"Version":"2012-10-17"}`), trusted("UpdateAssumeRolePolicy", opened), nil, "", "", "", "taken apart",
		},
		"trust, a finding without statements": {
			RestoreTrustPolicy, role("app", opened), finding("UpdateAssumeRolePolicy", detect.Resource{Type: detect.Role, ID: "app"}), nil,
			"", "", "", "names no statement",
		},
		"trust of a user": {RestoreTrustPolicy, nil, finding("UpdateAssumeRolePolicy", bob), nil, "", "", "", "is no role"},
		"trust of a role that is protected by its path": {
			RestoreTrustPolicy, func(t *testing.T, sim *simaws.Account) {
				role("app", opened)(t, sim)
				sim.AddRole("/aws-reserved/sso.amazonaws.com/", "app")
			}, trusted("UpdateAssumeRolePolicy", opened), nil, "", "", "", "never changed",
		},
		"trust of a protected role": {
			RestoreTrustPolicy, nil, finding("UpdateAssumeRolePolicy", detect.Resource{Type: detect.Role, ID: "OrganizationAccountAccessRole"}), nil,
			"", "", "", "never changed",
		},
		"trust of a role that is gone": {RestoreTrustPolicy, nil, trusted("UpdateAssumeRolePolicy", opened), nil, "", "", "no longer exists", ""},

		"boundary removed": {
			RestorePermissionsBoundary, user(""), bounded(bob, ""), boundary,
			"permissions boundary of user bob: none → " + boundary, boundary, "", "",
		},
		"boundary replaced": {
			RestorePermissionsBoundary, user(admin), bounded(bob, admin), boundary,
			"permissions boundary of user bob: " + admin + " → " + boundary, boundary, "", "",
		},
		"boundary, unknown past":     {RestorePermissionsBoundary, user(""), bounded(bob, ""), nil, "", "", "", "is not known"},
		"boundary, none before":      {RestorePermissionsBoundary, user(admin), bounded(bob, admin), "", "", "", "", "would widen"},
		"boundary, never had one":    {RestorePermissionsBoundary, user(""), bounded(bob, ""), "", "", "", "is none", ""},
		"boundary, changed since":    {RestorePermissionsBoundary, user(boundary), bounded(bob, admin), admin, "", "", "somebody made it since", ""},
		"boundary, put by now":       {RestorePermissionsBoundary, user(boundary), bounded(bob, ""), nil, "", "", "somebody made it since", ""},
		"boundary of a group":        {RestorePermissionsBoundary, nil, bounded(detect.Resource{Type: detect.Group, ID: "x"}, ""), nil, "", "", "", "is a group"},
		"boundary of who is gone":    {RestorePermissionsBoundary, nil, bounded(bob, ""), boundary, "", "", "no longer exists", ""},
		"boundary of a service role": {RestorePermissionsBoundary, nil, bounded(detect.Resource{Type: detect.Role, ID: "AWSServiceRoleForSupport"}, ""), nil, "", "", "", "never changed"},

		"inline, known past": {
			RemoveInlinePolicy, extra(risky), inline, harmless, "inline policy extra of role app: put back to its last good document", "reports", "", "",
		},
		"inline, no such policy before":  {RemoveInlinePolicy, extra(risky), inline, "", "inline policy extra of role app: removed", `""`, "", ""},
		"inline, the same before":        {RemoveInlinePolicy, extra(risky), inline, risky, "", "", "", "said the same"},
		"inline, back already":           {RemoveInlinePolicy, extra(harmless), inline, harmless, "", "", "is what it was", ""},
		"inline, changed to a third one": {RemoveInlinePolicy, extra(lesser), inline, harmless, "", "", "", "since the event"},

		"login profile":              {DeleteLoginProfile, password, at(finding("CreateLoginProfile", bob)), nil, "login profile of user bob: deleted, and its password with it", `""`, "", ""},
		"login profile, reset":       {DeleteLoginProfile, password, at(finding("UpdateLoginProfile", bob)), nil, "", "", "", "made no login profile"},
		"login profile, made later":  {DeleteLoginProfile, password, later, nil, "", "", "", "is not the one of the event"},
		"login profile, no time":     {DeleteLoginProfile, password, finding("CreateLoginProfile", bob), nil, "", "", "", "is not the one of the event"},
		"login profile, deleted":     {DeleteLoginProfile, user(""), at(finding("CreateLoginProfile", bob)), nil, "", "", "has no login profile", ""},
		"login profile, who is gone": {DeleteLoginProfile, nil, at(finding("CreateLoginProfile", bob)), nil, "", "", "no longer exists", ""},
		"login profile of a role":    {DeleteLoginProfile, nil, finding("CreateLoginProfile", detect.Resource{Type: detect.Role, ID: "app"}), nil, "", "", "", "is no user"},

		"member, not any more":    {RemoveUserFromGroup, user(""), finding("AddUserToGroup", bob, detect.ParamGroupName, "admins"), nil, "", "", "is not in group", ""},
		"member, of which group":  {RemoveUserFromGroup, user(""), finding("AddUserToGroup", bob), nil, "", "", "", detect.ParamGroupName},
		"member, a role is none":  {RemoveUserFromGroup, nil, finding("AddUserToGroup", detect.Resource{Type: detect.Role, ID: "app"}), nil, "", "", "", "is no user"},
		"certificate of root":     {DeactivateSigningCertificate, nil, finding("UploadSigningCertificate", detect.Resource{Type: detect.SigningCertificate, ID: "X", Parent: "root"}), nil, "", "", "", "root"},
		"SSH key of nobody":       {DeactivateSSHPublicKey, nil, finding("UploadSSHPublicKey", detect.Resource{Type: detect.SSHPublicKey, ID: "X"}), nil, "", "", "", "root"},
		"credential of a kind":    {DeactivateServiceSpecificCredential, nil, finding("UploadSSHPublicKey", detect.Resource{Type: detect.SSHPublicKey, ID: "X", Parent: "bob"}), nil, "", "", "", "is no service-specific credential"},
		"credential, gone":        {DeactivateServiceSpecificCredential, user(""), finding("CreateServiceSpecificCredential", detect.Resource{Type: detect.ServiceCredential, ID: "X", Parent: "bob"}), nil, "", "", "no longer exists", ""},
		"all keys, none":          {DeactivateAllKeys, user(""), finding("AttachUserPolicy", bob), nil, "", "", "has no active access key", ""},
		"all keys of root":        {DeactivateAllKeys, nil, finding("AttachUserPolicy", detect.Resource{Type: detect.User, ID: "root"}), nil, "", "", "", "root"},
		"password policy, past":   {RestorePasswordPolicy, nil, finding("DeleteAccountPasswordPolicy", account111), nil, "", "", "", "is not known"},
		"password policy, none":   {RestorePasswordPolicy, nil, finding("DeleteAccountPasswordPolicy", account111), passwordPolicy{}, "", "", "", "had no password policy"},
		"password policy, other":  {RestorePasswordPolicy, nil, finding("ConsoleLogin", account111), nil, "", "", "", "changes no password policy"},
		"password policy, put":    {RestorePasswordPolicy, nil, finding("DeleteAccountPasswordPolicy", account111), passwordPolicy{Set: true, MinimumLength: 14}, "password policy of account 111122223333: put back", `"minimum_length":14`, "", ""},
		"quarantine of a service": {QuarantineRole, nil, finding("CreateRole", detect.Resource{Type: detect.Role, ID: "AWSServiceRoleForSupport"}), nil, "", "", "", "never changed"},
		"quarantine, wrong kind":  {QuarantineRole, nil, finding("CreateUser", bob), nil, "", "", "", "is no role"},
		"quarantine, wrong way":   {QuarantineUser, nil, finding("CreateRole", detect.Resource{Type: detect.Role, ID: "app"}), nil, "", "", "", "is no user"},
		"quarantine, already": {
			QuarantineUser, func(_ *testing.T, sim *simaws.Account) {
				sim.PutInlinePolicy(detect.User, "bob", quarantineName, quarantineDocument)
			}, finding("CreateUser", bob), nil, "", "", "in quarantine already", "",
		},
		"sessions, no time":        {RevokeRoleSessions, role("app", policyOf(ownTrust)), finding("GetSigninToken", detect.Resource{Type: detect.Role, ID: "app"}), nil, "", "", "", "has no time"},
		"sessions of a user":       {RevokeRoleSessions, nil, at(finding("GetSigninToken", bob)), nil, "", "", "", "is no role"},
		"provider of AWS":          {DeleteFederationProvider, nil, provider("CreateSAMLProvider", "arn:aws:iam::111122223333:saml-provider/AWSSSO_0a1b_DO_NOT_DELETE"), nil, "", "", "", "Identity Center"},
		"provider of others":       {DeleteFederationProvider, nil, provider("CreateSAMLProvider", "arn:aws:iam::444455556666:saml-provider/okta"), nil, "", "", "", "names no identity provider"},
		"provider that was there":  {DeleteFederationProvider, nil, provider("UpdateSAMLProvider", "arn:aws:iam::111122223333:saml-provider/okta"), nil, "", "", "", "names no identity provider"},
		"provider, a role instead": {DeleteFederationProvider, nil, provider("CreateSAMLProvider", "arn:aws:iam::111122223333:role/okta"), nil, "", "", "", "names no identity provider"},
		"provider, gone":           {DeleteFederationProvider, nil, provider("CreateSAMLProvider", "arn:aws:iam::111122223333:saml-provider/okta"), nil, "", "", "there is no identity provider", ""},
	} {
		t.Run(name, func(t *testing.T) {
			sim := newAccount()
			if tt.seed != nil {
				tt.seed(t, sim)
			}
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

// TestTrustNeighbours holds that statements beside the one that is taken out come through byte for byte.
func TestTrustNeighbours(t *testing.T) {
	const odd = `{"Effect":"Allow","Sid":"a<b>&c","Principal":{"AWS":"arn:aws:iam::111122223333:role/x"},"Action":["sts:AssumeRole"],"Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":1e3}}}`
	sim := newAccount()
	role("app", `{"Id":"roles","Statement":[`+odd+`,`+openTrust+`,`+ownTrust+`]}`)(t, sim)
	r := bind(sim, RestoreTrustPolicy)
	c, _, err := r.Plan(t.Context(), finding("UpdateAssumeRolePolicy", detect.Resource{Type: detect.Role, ID: "app"},
		detect.ParamStatements, detect.DocumentHash([]byte(openTrust))), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	api := iamOf(sim)
	live, err := readTrust(t.Context(), api, c.Target)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"Id":"roles","Statement":[`+odd+`,`+ownTrust+`]}`, live); diff != "" {
		t.Errorf("the trust policy (-want +got):\n%s", diff)
	}
}

// TestMalformedTrust holds that a document which IAM refuses is no reason to try for ever.
func TestMalformedTrust(t *testing.T) {
	sim := newAccount()
	role("app", policyOf(ownTrust, openTrust))(t, sim)
	r := bind(sim, RestoreTrustPolicy)
	c, _, err := r.Plan(t.Context(), finding("UpdateAssumeRolePolicy", detect.Resource{Type: detect.Role, ID: "app"},
		detect.ParamStatements, detect.DocumentHash([]byte(openTrust))), nil)
	if err != nil {
		t.Fatal(err)
	}
	sim.OnCall(func(call simaws.Call, _ simaws.Moment) error {
		if call.Writes {
			return &types.MalformedPolicyDocumentException{Message: aws.String("Invalid principal in policy: AROAEXAMPLE")}
		}
		return nil
	})
	if err := r.Apply(t.Context(), *c); !remedy.Final(err) || !strings.Contains(err.Error(), "no longer exists") {
		t.Errorf("apply: %v; want a refusal that says why", err)
	}
}

// TestFullPolicies holds that a principal which takes no more policies is refused for good.
func TestFullPolicies(t *testing.T) {
	sim := newAccount()
	sim.AddUser("bob")
	r := bind(sim, QuarantineUser)
	c, _, err := r.Plan(t.Context(), finding("CreateUser", detect.Resource{Type: detect.User, ID: "bob"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	sim.OnCall(func(call simaws.Call, _ simaws.Moment) error {
		if call.Writes {
			return &types.LimitExceededException{Message: aws.String("Maximum policy size of 2048 bytes exceeded")}
		}
		return nil
	})
	if err := r.Apply(t.Context(), *c); !remedy.Final(err) {
		t.Errorf("apply: %v; want a refusal", err)
	}
}

// TestAsStrictAs holds that a password policy gets no laxer anywhere and no stricter than it was.
func TestAsStrictAs(t *testing.T) {
	good := passwordPolicy{Set: true, MinimumLength: 14, Symbols: true, Numbers: true, MaximumAge: 90, ReusePrevention: 5, UsersMayChange: true}
	for name, tt := range map[string]struct{ live, want passwordPolicy }{
		"deleted": {passwordPolicy{}, good},
		"lax":     {passwordPolicy{Set: true, MinimumLength: 6}, good},
		"stricter in part": {
			passwordPolicy{Set: true, MinimumLength: 20, Lowercase: true, MaximumAge: 30, ReusePrevention: 24},
			passwordPolicy{
				Set: true, MinimumLength: 20, Symbols: true, Numbers: true, Lowercase: true, MaximumAge: 30, ReusePrevention: 24, UsersMayChange: true,
			},
		},
		"longer life": {passwordPolicy{Set: true, MinimumLength: 14, Symbols: true, Numbers: true, MaximumAge: 365, ReusePrevention: 5, UsersMayChange: true}, good},
		"same":        {good, good},
	} {
		if diff := cmp.Diff(tt.want, tt.live.asStrictAs(good)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestSessions holds that an older revocation is moved on and comes back, and that a newer one is left alone.
func TestSessions(t *testing.T) {
	sim := newAccount()
	old, err := revocation(eventTime.Add(-24 * time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	sim.PutInlinePolicy(detect.Role, "app", revokeName, old)
	r := bind(sim, RevokeRoleSessions)
	f := at(finding("GetSigninToken", detect.Resource{Type: detect.Role, ID: "app"}))
	c, _, err := r.Plan(t.Context(), f, nil)
	if err != nil || c == nil || c.Summary != "role app: sessions from before 2026-11-24T12:00:30Z revoked" {
		t.Fatalf("plan: %+v, %v", c, err)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	if c, nothing, err := r.Plan(t.Context(), f, nil); c != nil || !strings.Contains(nothing, "revoked already") || err != nil {
		t.Errorf("plan again: %v, %q, %v", c, nothing, err)
	}
	if err := r.Undo(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	if live, err := readInline(t.Context(), iamOf(sim), c.Target); live != old || err != nil {
		t.Errorf("after undo the policy is %s, %v; want %s", live, err, old)
	}
	for _, other := range []string{
		harmless, "?", `{"Statement":[]}`, strings.Replace(old, "Deny", "Allow", 1), strings.Replace(old, `["*"]`, `["s3:*"]`, 1),
		strings.Replace(old, issueTime, "aws:CurrentTime", 1),
	} {
		if got := revokedUntil(other); !got.IsZero() {
			t.Errorf("%s revokes sessions until %s", other, got)
		}
	}
}

// TestAllKeysComeBack holds that undo switches on what was on, and nothing else.
func TestAllKeysComeBack(t *testing.T) {
	sim := newAccount()
	sim.AddAccessKey("bob", "AKIAIOSFODNN7EXAMPLE")
	sim.AddAccessKey("bob", "AKIAI44QH8DHBEXAMPLE")
	if err := writeKeyStatus(t.Context(), iamOf(sim), remedy.Target{Parent: "bob", ID: "AKIAI44QH8DHBEXAMPLE"}, "", types.StatusTypeInactive); err != nil {
		t.Fatal(err)
	}
	sim.ForgetCalls()
	r := bind(sim, DeactivateAllKeys)
	c, _, err := r.Plan(t.Context(), finding("AttachUserPolicy", detect.Resource{Type: detect.User, ID: "bob"}), nil)
	if err != nil || c == nil || c.Summary != "access keys of user bob: AKIAIOSFODNN7EXAMPLE: Active → Inactive" {
		t.Fatalf("plan: %+v, %v", c, err)
	}
	if err := errors.Join(r.Apply(t.Context(), *c), r.Undo(t.Context(), *c)); err != nil {
		t.Fatal(err)
	}
	if n := len(sim.Writes()); n != 2 {
		t.Errorf("%d writes, want one each way", n)
	}
	live, err := readKeyStatuses(t.Context(), iamOf(sim), c.Target)
	want := keyStatuses{"AKIAIOSFODNN7EXAMPLE": types.StatusTypeActive, "AKIAI44QH8DHBEXAMPLE": types.StatusTypeInactive}
	if diff := cmp.Diff(want, live); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestAllKeysForced holds that an undo which is forced over a key that came since activates none, rather than stay half done.
func TestAllKeysForced(t *testing.T) {
	sim := newAccount()
	sim.AddAccessKey("bob", "AKIAIOSFODNN7EXAMPLE")
	r := bind(sim, DeactivateAllKeys)
	c, _, err := r.Plan(t.Context(), finding("AttachUserPolicy", detect.Resource{Type: detect.User, ID: "bob"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Apply(t.Context(), *c); err != nil {
		t.Fatal(err)
	}
	sim.AddAccessKey("bob", "AKIAI44QH8DHBEXAMPLE")
	if c.After, err = r.Read(t.Context(), c.Target); err != nil { // what forcing accepts
		t.Fatal(err)
	}
	sim.ForgetCalls()
	if err := r.Undo(t.Context(), *c); !remedy.Final(err) || len(sim.Writes()) != 0 {
		t.Errorf("undo: %v after %d writes; want a refusal", err, len(sim.Writes()))
	}
}

// FuzzSplitStatements holds that whatever a document says, no statement is lost and none but the named ones is taken.
func FuzzSplitStatements(f *testing.F) {
	for _, document := range []string{
		policyOf(ownTrust, openTrust, openTrust), `{"Statement":` + openTrust + `}`, `{"Statement":[]}`, `{"Statement":[1,null,"x"]}`,
		`{"Statement":null}`, `[]`, `{"Statement":"` + strings.Repeat("x", 100) + `"}`, "null", `{"Statement":[{"a":1}],"Statement":[{"b":2}]}`,
	} {
		f.Add(document)
	}
	hash := detect.DocumentHash([]byte(openTrust))
	f.Fuzz(func(t *testing.T, document string) {
		all, err := parseStatements(document)
		kept, taken, splitErr := splitStatements(document, hash)
		if (err == nil) != (splitErr == nil) {
			t.Fatalf("parsed: %v, split: %v", err, splitErr)
		}
		if err != nil {
			return
		}
		if len(all.list) != len(kept.list)+len(taken) || !kept.within(all) {
			t.Errorf("%d statements became %d and %d", len(all.list), len(kept.list), len(taken))
		}
		for _, s := range kept.list {
			if detect.DocumentHash(s) == hash {
				t.Errorf("the named statement stays")
			}
		}
		joined := kept.join()
		if again, err := parseStatements(joined); err != nil || len(again.list) != len(kept.list) {
			t.Errorf("%s is written as %s: %v", document, joined, err)
		}
	})
}
