package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"riposte/internal/testkit/moto"
	"riposte/pkg/remedy"
)

const (
	member  = "444455556666"
	another = "999988887777"
)

// wire is an HTTP client that answers for STS and Organizations, and keeps what it was asked.
type wire struct {
	management string
	lasts      time.Duration // how long a session lasts
	refuses    string        // the error code of every answer of STS
	breaks     error         // instead of any answer
	asked      []url.Values
	hosts      []string
	made       int
}

// Do answers one request.
func (w *wire) Do(r *http.Request) (*http.Response, error) {
	if w.breaks != nil {
		return nil, w.breaks
	}
	w.hosts = append(w.hosts, r.URL.Host)
	if strings.HasPrefix(r.URL.Host, "organizations.") {
		return answer(http.StatusOK, fmt.Sprintf(`{"Organization":{"MasterAccountId":%q}}`, w.management)), nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	w.asked = append(w.asked, form)
	if w.refuses != "" {
		return answer(http.StatusForbidden, `<ErrorResponse><Error><Type>Sender</Type><Code>`+w.refuses+`</Code><Message>no</Message></Error></ErrorResponse>`), nil
	}
	w.made++
	lasts := w.lasts
	if lasts == 0 {
		lasts = 15 * time.Minute
	}
	action := form.Get("Action")
	return answer(http.StatusOK, fmt.Sprintf(`<%[1]sResponse><%[1]sResult><Credentials><AccessKeyId>ASIA%[2]d</AccessKeyId><SecretAccessKey>s</SecretAccessKey>`+
		`<SessionToken>t</SessionToken><Expiration>%[3]s</Expiration></Credentials></%[1]sResult></%[1]sResponse>`,
		action, w.made, time.Now().Add(lasts).UTC().Format(time.RFC3339))), nil
}

func answer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

func (w *wire) config(region string) aws.Config {
	return aws.Config{
		Region: region, HTTPClient: w,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "own"}, nil
		}),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func hub() Organization {
	return Organization{Home: Known(home), Responder: "Riposte-responder", ExternalID: "an-external-id", RootTasks: true, Now: time.Now}
}

func keyOf(t *testing.T, cfg aws.Config) string {
	t.Helper()
	c, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c.AccessKeyID
}

func during(ctx context.Context, incident string) context.Context {
	return remedy.WithCause(ctx, remedy.Cause{Incident: incident})
}

// TestMember holds how a member's account is entered: by its responder, named after the incident, through the hub's region.
func TestMember(t *testing.T) {
	w := &wire{}
	cfg, err := hub().Accounts(w.config("eu-central-1"))(during(t.Context(), "inc-0123456789abcdef"), target(member, "eu-west-1", "aws"))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Region != "eu-west-1" || keyOf(t, cfg) != "ASIA1" {
		t.Errorf("region %s, key %s", cfg.Region, keyOf(t, cfg))
	}
	want := []url.Values{{
		"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {"arn:aws:iam::444455556666:role/Riposte-responder"},
		"RoleSessionName": {"riposte-inc-0123456789abcdef"}, "SourceIdentity": {"riposte-inc-0123456789abcdef"},
		"ExternalId": {"an-external-id"}, "DurationSeconds": {"900"},
	}}
	if diff := cmp.Diff(want, w.asked); diff != "" {
		t.Errorf("asked of STS (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"sts.eu-central-1.amazonaws.com"}, w.hosts); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
}

// TestPartitions holds that roles and endpoints are those of the hub's partition.
func TestPartitions(t *testing.T) {
	for region, want := range map[string][2]string{
		"us-east-1":      {"arn:aws:iam::444455556666:role/Riposte-responder", "sts.us-east-1.amazonaws.com"},
		"cn-north-1":     {"arn:aws-cn:iam::444455556666:role/Riposte-responder", "sts.cn-north-1.amazonaws.com.cn"},
		"us-gov-west-1":  {"arn:aws-us-gov:iam::444455556666:role/Riposte-responder", "sts.us-gov-west-1.amazonaws.com"},
		"eusc-de-east-1": {"arn:aws-eusc:iam::444455556666:role/Riposte-responder", "sts.eusc-de-east-1.amazonaws.eu"},
	} {
		w := &wire{}
		partition := strings.Split(want[0], ":")[1]
		if _, err := hub().Accounts(w.config(region))(t.Context(), target(member, region, partition)); err != nil {
			t.Errorf("%s: %v", region, err)
			continue
		}
		if diff := cmp.Diff(want, [2]string{w.asked[0].Get("RoleArn"), w.hosts[0]}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", region, diff)
		}
	}
}

func TestOwnAccountNeedsNoRole(t *testing.T) {
	w := &wire{}
	cfg, err := hub().Accounts(w.config("us-east-1"))(t.Context(), target(home, "eu-west-1", "aws"))
	if err != nil || keyOf(t, cfg) != "AKIAIOSFODNN7EXAMPLE" || cfg.Region != "eu-west-1" || len(w.asked) != 0 {
		t.Errorf("%v, key %s, asked %v", err, keyOf(t, cfg), w.asked)
	}
}

// TestMembersRefused holds what is refused before anybody is asked.
func TestMembersRefused(t *testing.T) {
	single := hub()
	single.Responder = ""
	nobody := hub()
	nobody.Home = Known("")
	for name, tt := range map[string]struct {
		organization Organization
		target       remedy.Target
	}{
		"no account":                    {hub(), target("", "us-east-1", "aws")},
		"no region":                     {hub(), target(member, "", "aws")},
		"another partition":             {hub(), target(member, "us-gov-west-1", "aws-us-gov")},
		"a partition that does not fit": {hub(), target(member, "us-east-1", "aws-cn")},
		"an account that is a path":     {hub(), target("444455556666:role/Admin", "us-east-1", "aws")},
		"any account":                   {hub(), target("*", "us-east-1", "aws")},
		"letters":                       {hub(), target("44445555666x", "us-east-1", "aws")},
		"no responder":                  {single, target(member, "us-east-1", "aws")},
		"nobody knows where it runs":    {nobody, target(member, "us-east-1", "aws")},
	} {
		t.Run(name, func(t *testing.T) {
			w := &wire{}
			_, err := tt.organization.Accounts(w.config("us-east-1"))(t.Context(), tt.target)
			if _, refused := errors.AsType[*remedy.Refusal](err); !refused || len(w.hosts) != 0 {
				t.Errorf("%v after asking %v; want a refusal before anybody is asked", err, w.hosts)
			}
		})
	}
}

// TestMemberFails holds which failures stay and which are tried again, and that no secret gets into an error.
func TestMemberFails(t *testing.T) {
	for name, tt := range map[string]struct {
		code  string
		err   error
		final bool
		says  string
	}{
		"no spoke":             {code: "AccessDenied", final: true, says: "deploy the spoke stack in account 444455556666"},
		"region not active":    {code: "RegionDisabledException", final: true, says: "444455556666"},
		"not as configured":    {code: "ValidationError", final: true, says: "Riposte-responder"},
		"throttled":            {code: "Throttling"},
		"own credentials over": {code: "ExpiredToken"},
		"no network":           {err: errors.New("no route")},
	} {
		t.Run(name, func(t *testing.T) {
			w := &wire{refuses: tt.code, breaks: tt.err}
			accounts := hub().Accounts(w.config("us-east-1"))
			_, err := accounts(t.Context(), target(member, "us-east-1", "aws"))
			if err == nil || remedy.Final(err) != tt.final || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, final %v, want %v and %q", err, remedy.Final(err), tt.final, tt.says)
			}
			if strings.Contains(err.Error(), "an-external-id") {
				t.Errorf("the external id is in %v", err)
			}
			w.refuses, w.breaks = "", nil
			if _, err := accounts(t.Context(), target(member, "us-east-1", "aws")); err != nil {
				t.Errorf("once the way is open: %v; want that a failure is not remembered", err)
			}
		})
	}
}

// TestSessionsAreKept holds that an incident takes a role on once for all its calls, that none uses the session of another,
// and that a session which is about to end is renewed.
func TestSessionsAreKept(t *testing.T) {
	w := &wire{}
	accounts := hub().Accounts(w.config("us-east-1"))
	enter := func(account, incident, region string) string {
		t.Helper()
		cfg, err := accounts(during(t.Context(), incident), target(account, region, "aws"))
		if err != nil {
			t.Fatal(err)
		}
		return keyOf(t, cfg)
	}
	got := []string{
		enter(member, "inc-1", "us-east-1"), enter(member, "inc-1", "eu-west-1"), enter(member, "inc-2", "us-east-1"),
		enter(another, "inc-1", "us-east-1"), enter(member, "inc-1", "us-east-1"),
	}
	if diff := cmp.Diff([]string{"ASIA1", "ASIA1", "ASIA2", "ASIA3", "ASIA1"}, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	w.lasts = 30 * time.Second
	if a, b := enter(member, "inc-3", "us-east-1"), enter(member, "inc-3", "us-east-1"); a == b {
		t.Errorf("key %s is used to its end", a)
	}
}

func TestSessionsAreBounded(t *testing.T) {
	s := newSessions(time.Now)
	ask := func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, nil }
	first := session{account: "first"}
	kept := s.of(first, ask)
	for n := range 10 * maxSessions {
		s.of(session{account: fmt.Sprint(n)}, ask)
		if s.of(first, ask) != kept {
			t.Fatal("a session that is in use is forgotten")
		}
	}
	if len(s.known) != maxSessions || len(s.used) != maxSessions {
		t.Errorf("%d and %d sessions are kept, want %d", len(s.known), len(s.used), maxSessions)
	}
}

func TestSessionName(t *testing.T) {
	fits := regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	for incident, want := range map[string]string{
		"": "riposte", "inc-0123456789abcdef": "riposte-inc-0123456789abcdef", "a b\nc/ü": "riposte-a-b-c--",
		strings.Repeat("x", 100): "riposte-" + strings.Repeat("x", 56),
	} {
		if got := sessionName(incident); got != want || !fits.MatchString(got) {
			t.Errorf("%q: %q, want %q", incident, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	for name, tt := range map[string]struct {
		organization Organization
		says         string // "" for nothing wrong
	}{
		"one account":           {Organization{}, ""},
		"an organization":       {hub(), ""},
		"no root":               {Organization{Responder: "Riposte-responder", ExternalID: "o-a1b2c3d4e5/x"}, ""},
		"no external id":        {Organization{Responder: "Riposte-responder"}, "external id"},
		"no responder":          {Organization{ExternalID: "an-external-id"}, "no responder"},
		"root alone":            {Organization{RootTasks: true}, "root tasks"},
		"an ARN":                {Organization{Responder: "arn:aws:iam::444455556666:role/x", ExternalID: "an-external-id"}, "no name of a role"},
		"a long name":           {Organization{Responder: strings.Repeat("x", 65), ExternalID: "an-external-id"}, "no name of a role"},
		"a short external id":   {Organization{Responder: "x", ExternalID: "a"}, "the external id is none"},
		"a strange external id": {Organization{Responder: "x", ExternalID: "a secret"}, "the external id is none"},
		"another strange one":   {Organization{Responder: "x", ExternalID: "ä-secret"}, "the external id is none"},
	} {
		err := tt.organization.Check()
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", name, err, tt.says)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the external id is in %v", name, err)
		}
	}
}

// TestNeverAnothersCredentials holds, over the real wire, that the credentials for a target are those of its account and of
// no other, in whatever order accounts and incidents come.
func TestNeverAnothersCredentials(t *testing.T) {
	server := moto.Start(t)
	organization := hub()
	organization.Home = Known(moto.Account)
	accounts := organization.Accounts(server.Config())
	random := rand.New(rand.NewPCG(1, 2))
	all := []string{moto.Account, member, another, home}
	for range 24 {
		account := all[random.IntN(len(all))]
		ctx := during(t.Context(), fmt.Sprintf("inc-%d", random.IntN(3)))
		cfg, err := accounts(ctx, target(account, "us-east-1", "aws"))
		if err != nil {
			t.Fatal(err)
		}
		out, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		if err != nil {
			t.Fatal(err)
		}
		if *out.Account != account {
			t.Fatalf("credentials of %s are used for a target in %s", *out.Account, account)
		}
		if account != moto.Account && !strings.HasPrefix(*out.Arn, "arn:aws:sts::"+account+":assumed-role/Riposte-responder/riposte-inc-") {
			t.Errorf("the session is %s: want one that names the incident", *out.Arn)
		}
	}
}

// TestWritesLandInTheMember holds that what a client of a member's configuration changes is changed there and not at home.
func TestWritesLandInTheMember(t *testing.T) {
	server := moto.Start(t)
	organization := hub()
	organization.Home = Known(moto.Account)
	accounts := organization.Accounts(server.Config())
	users := map[string]int{}
	for _, account := range []string{moto.Account, member} {
		cfg, err := accounts(t.Context(), target(account, "us-east-1", "aws"))
		if err != nil {
			t.Fatal(err)
		}
		api := iam.NewFromConfig(cfg)
		if account == member {
			if _, err := api.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("bob")}); err != nil {
				t.Fatal(err)
			}
		}
		out, err := api.ListUsers(t.Context(), &iam.ListUsersInput{})
		if err != nil {
			t.Fatal(err)
		}
		users[account] = len(out.Users)
	}
	if diff := cmp.Diff(map[string]int{moto.Account: 0, member: 1}, users); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
}
