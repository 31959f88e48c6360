package detect_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

func rule(id string, pattern detect.Pattern, match func(*cloudtrail.Event) ([]detect.Finding, error)) *detect.Rule {
	return &detect.Rule{
		ID: id, Title: "Title of " + id, Class: strings.ToLower(id), Severity: detect.High, Pattern: pattern,
		Actions: []string{"put-back"}, Match: match,
	}
}

func says(summary string) func(*cloudtrail.Event) ([]detect.Finding, error) {
	return func(*cloudtrail.Event) ([]detect.Finding, error) {
		return []detect.Finding{{Summary: summary, Resource: detect.Resource{Type: detect.User, ID: "bob"}}}, nil
	}
}

func createUser() *cloudtrail.Event {
	return &cloudtrail.Event{
		ID: "e-1", Source: "iam.amazonaws.com", Name: "CreateUser", Account: "111122223333", Region: "us-east-1",
		Identity: cloudtrail.Identity{Type: "Root", ARN: "arn:aws:iam::111122223333:root"},
	}
}

func TestMatchSelects(t *testing.T) {
	named := detect.Pattern{{Source: "iam.amazonaws.com", Names: []string{"CreateUser", "DeleteUser"}}}
	wholeSource := detect.Pattern{{Source: "iam.amazonaws.com"}}
	root := detect.Pattern{{Identity: "Root", Writes: true}}
	rootNamed := detect.Pattern{{Source: "iam.amazonaws.com", Names: []string{"CreateUser"}, Identity: "Root"}}
	twice := detect.Pattern{{Source: "iam.amazonaws.com"}, {Identity: "Root"}, {Source: "iam.amazonaws.com", Names: []string{"CreateUser"}}}
	index := detect.NewIndex([]*detect.Rule{
		rule("A-001", named, says("a")), rule("B-001", wholeSource, says("b")), rule("C-001", root, says("c")),
		rule("D-001", rootNamed, says("d")), rule("E-001", twice, says("e")),
	})
	tests := []struct {
		name   string
		change func(*cloudtrail.Event)
		want   string
	}{
		{"all", func(*cloudtrail.Event) {}, "A-001 B-001 C-001 D-001 E-001"},
		{"another name", func(e *cloudtrail.Event) { e.Name = "ListUsers"; e.ReadOnly = true }, "B-001 E-001"},
		{"another caller", func(e *cloudtrail.Event) { e.Identity.Type = "IAMUser" }, "A-001 B-001 E-001"},
		{"another source", func(e *cloudtrail.Event) { e.Source = "s3.amazonaws.com" }, "C-001 E-001"},
		{"nothing fits", func(e *cloudtrail.Event) { e.Source = "s3.amazonaws.com"; e.Identity.Type = "IAMUser" }, ""},
		{"failed", func(e *cloudtrail.Event) { e.ErrorCode = "AccessDenied" }, ""},
		{"refused without a code", func(e *cloudtrail.Event) { e.ErrorMessage = "Failed authentication" }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ev := createUser()
			tt.change(ev)
			var got []string
			for _, f := range index.Match(ev) {
				got = append(got, f.Rule)
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			route := cloudtrail.Route{
				Source: []byte(ev.Source), Name: []byte(ev.Name), Identity: []byte(ev.Identity.Type), Complete: true,
			}
			if len(got) > 0 && !index.Wants(route) {
				t.Error("the route is not wanted, though rules fire")
			}
		})
	}
}

func TestWants(t *testing.T) {
	index := detect.NewIndex([]*detect.Rule{
		rule("A-001", detect.Pattern{{Source: "iam.amazonaws.com", Names: []string{"CreateUser"}}}, says("a")),
		rule("B-001", detect.Pattern{{Identity: "Root"}}, says("b")),
	})
	route := func(source, name, identity string, complete bool) cloudtrail.Route {
		return cloudtrail.Route{Source: []byte(source), Name: []byte(name), Identity: []byte(identity), Complete: complete}
	}
	tests := []struct {
		route cloudtrail.Route
		want  bool
	}{
		{route("iam.amazonaws.com", "CreateUser", "IAMUser", true), true},
		{route("s3.amazonaws.com", "PutBucketPolicy", "Root", true), true},
		{route("s3.amazonaws.com", "PutBucketPolicy", "IAMUser", true), false},
		{route("iam.amazonaws.com", "ListUsers", "IAMUser", true), false},
		{route("", "", "", false), true},
	}
	for _, tt := range tests {
		if got := index.Wants(tt.route); got != tt.want {
			t.Errorf("Wants(%s %s %s %v) = %v", tt.route.Source, tt.route.Name, tt.route.Identity, tt.route.Complete, got)
		}
	}
	unwanted := route("s3.amazonaws.com", "GetObject", "AssumedRole", true)
	if n := testing.AllocsPerRun(100, func() { index.Wants(unwanted) }); n != 0 {
		t.Errorf("Wants allocates %v times", n)
	}
}

// TestMatchNeverDrops holds that a rule which fails or panics yields a finding that nobody acts on.
func TestMatchNeverDrops(t *testing.T) {
	pattern := detect.Pattern{{Source: "iam.amazonaws.com"}}
	partly := func(ev *cloudtrail.Event) ([]detect.Finding, error) {
		found, _ := says("one was readable")(ev)
		return found, errors.New("one was not")
	}
	index := detect.NewIndex([]*detect.Rule{
		rule("A-001", pattern, func(*cloudtrail.Event) ([]detect.Finding, error) { panic("no such field") }),
		rule("B-001", pattern, func(*cloudtrail.Event) ([]detect.Finding, error) {
			return nil, fmt.Errorf("request parameters: %w", cloudtrail.ErrOmitted)
		}),
		rule("C-001", pattern, partly),
		rule("D-001", pattern, func(*cloudtrail.Event) ([]detect.Finding, error) {
			return []detect.Finding{{Summary: "unclear", Unjudged: "cut off"}}, nil
		}),
	})
	got := map[string][]string{}
	for _, f := range index.Match(createUser()) {
		if f.Unjudged != "" && (f.Actions == nil || len(f.Actions) > 0) {
			t.Errorf("%s: not judged, but actions %v", f.Rule, f.Actions)
		}
		if f.Severity != detect.High || f.Event.ID != "e-1" || f.Actor.Kind != "Root" {
			t.Errorf("%s: incomplete finding %+v", f.Rule, f)
		}
		got[f.Rule] = append(got[f.Rule], f.Unjudged)
	}
	want := map[string][]string{
		"A-001": {"rule A-001 panicked: no such field"},
		"B-001": {"request parameters: payload omitted from the record: CloudTrail leaves out payloads over its limits; look at the resource itself"},
		"C-001": {"", "one was not"},
		"D-001": {"cut off"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestMatchAttempts(t *testing.T) {
	probing := rule("A-001", detect.Pattern{{Source: "iam.amazonaws.com"}}, says("tried"))
	probing.Attempts = true
	ev := createUser()
	ev.ErrorCode = "AccessDenied"
	found := detect.NewIndex([]*detect.Rule{probing}).Match(ev)
	if len(found) != 1 || !found[0].Attempt {
		t.Errorf("findings %+v, want one attempt", found)
	}
}

func TestMatchBoundsText(t *testing.T) {
	hostile := "\x1b[2J\u202e" + strings.Repeat("long ", 5000) + "\nforged line"
	index := detect.NewIndex([]*detect.Rule{rule("A-001", detect.Pattern{{Source: "iam.amazonaws.com"}}, says(hostile))})
	found := index.Match(createUser())
	if len(found) != 1 {
		t.Fatalf("%d findings", len(found))
	}
	s := found[0].Summary
	if utf8.RuneCountInString(s) > 1100 || strings.ContainsAny(s, "\x1b\u202e\n") || !strings.HasPrefix(s, "�[2J�long ") {
		t.Errorf("summary %.40q… of %d bytes", s, len(s))
	}
}

// TestSelectors holds that the index files a rule under each of the selectors and that Wants and Match agree.
func TestSelectors(t *testing.T) {
	index := detect.NewIndex([]*detect.Rule{
		{ID: "A-001", Pattern: detect.Pattern{{Names: []string{"CreateUser"}}}, Match: says("name")},
		attempts(rule("B-001", detect.Pattern{{Errors: []string{"AccessDenied"}}}, says("error"))),
		rule("C-001", detect.Pattern{{Agents: []string{"TruffleHog"}}}, says("agent")),
		rule("D-001", detect.Pattern{{Source: "s3.amazonaws.com", Names: []string{"GetObject"}, Reads: true}}, says("read")),
	})
	for record, want := range map[string]string{
		`{"eventSource":"x.amazonaws.com","eventName":"CreateUser"}`:                                            "A-001",
		`{"eventSource":"x.amazonaws.com","eventName":"DeleteUser"}`:                                            "",
		`{"eventSource":"x.amazonaws.com","eventName":"X","errorCode":"AccessDenied"}`:                          "B-001",
		`{"eventSource":"x.amazonaws.com","eventName":"X","errorCode":"AccessDeniedX"}`:                         "",
		`{"eventSource":"x.amazonaws.com","eventName":"X","userAgent":"my truffleHOG/3"}`:                       "C-001",
		`{"eventSource":"x.amazonaws.com","eventName":"X","userAgent":"my truffleHO/3"}`:                        "",
		`{"eventSource":"x.amazonaws.com","eventName":"X","userAgent":"my \u0074ruffleHOG/3"}`:                  "C-001",
		`{"eventSource":"x.amazonaws.com","eventName":"X","userAgent":"truffleHOG","errorCode":"AccessDenied"}`: "B-001",
		`{"eventSource":"s3.amazonaws.com","eventName":"GetObject","readOnly":true}`:                            "D-001",
	} {
		ev, err := cloudtrail.DecodeAny([]byte(record))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range index.Match(ev) {
			got = append(got, f.Rule)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", record, got, want)
		}
		if wants := index.Wants(cloudtrail.Scan([]byte(record))); want != "" && !wants || want == "" && wants {
			t.Errorf("%s: wanted %t", record, wants)
		}
	}
	if !detect.NewIndex([]*detect.Rule{rule("E-001", detect.Pattern{{Every: true}}, says("e"))}).Wants(cloudtrail.Scan([]byte(`{"eventSource":"a","eventName":"b"}`))) {
		t.Error("a rule for every event does not get one")
	}
}

func attempts(r *detect.Rule) *detect.Rule {
	r.Attempts = true
	return r
}

// TestDenied holds what a denied call is worth to a rule that wants to know: a lower finding, which no action follows.
func TestDenied(t *testing.T) {
	pattern := detect.Pattern{{Source: "iam.amazonaws.com", Names: []string{"CreateUser"}}}
	said, unclear, quiet := rule("A-001", pattern, says("made a user")), rule("B-001", pattern, nil), rule("C-001", pattern, nil)
	unclear.Match = func(*cloudtrail.Event) ([]detect.Finding, error) { return nil, errors.New("no request") }
	unclear.Severity = detect.Low
	quiet.Match = func(*cloudtrail.Event) ([]detect.Finding, error) { return nil, nil }
	said.Denied, unclear.Denied, quiet.Denied = true, true, true
	index := detect.NewIndex([]*detect.Rule{said, unclear, quiet, rule("D-001", pattern, says("not asked"))})
	ev := createUser()
	ev.ErrorCode = "ThrottlingException"
	if got := index.Match(ev); len(got) != 0 {
		t.Errorf("a call that failed for another reason: %v", got)
	}
	ev.ErrorCode = "AccessDenied"
	got := index.Match(ev)
	if len(got) != 2 {
		t.Fatalf("%d findings, want two: %v", len(got), got)
	}
	for i, want := range []struct {
		severity detect.Severity
		summary  string
	}{
		{detect.Low, "root was denied CreateUser (AccessDenied); it would have meant: made a user"},
		{detect.Low, "root was denied CreateUser (AccessDenied); the event does not show what it asked for"},
	} {
		f := got[i]
		if f.Severity != want.severity || f.Summary != want.summary || !f.Attempt || f.Unjudged != "" || len(f.Actions) > 0 {
			t.Errorf("finding %+v, want %+v", f, want)
		}
	}
}

// TestEstate holds that rules see what the operator says, and that an event that carries it keeps its own.
func TestEstate(t *testing.T) {
	r := rule("A-001", detect.Pattern{{Source: "iam.amazonaws.com"}}, nil)
	r.Match = func(e *cloudtrail.Event) ([]detect.Finding, error) {
		return []detect.Finding{{Summary: fmt.Sprint(e.Inside("444455556666"), e.Inside(e.Account), e.InProduction(), len(e.Familiar()))}}, nil
	}
	index := detect.NewIndex([]*detect.Rule{r})
	estate := &cloudtrail.Estate{Trusted: []string{"444455556666"}, Accounts: []string{"111122223333"}, Production: []string{"111122223333"}}
	for want, x := range map[string]*detect.Index{"false true false 0": index, "true true true 2": index.In(estate)} {
		if got := x.Match(createUser())[0].Summary; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
