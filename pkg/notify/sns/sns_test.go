package sns

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// topic stands for SNS.
type topic struct {
	got []*sns.PublishInput
	err error
}

func (t *topic) Publish(_ context.Context, in *sns.PublishInput, _ ...func(*sns.Options)) (*sns.PublishOutput, error) {
	t.got = append(t.got, in)
	return &sns.PublishOutput{}, t.err
}

const arn = "arn:aws:sns:us-east-1:111122223333:riposte"

// TestText holds how every kind of e-mail reads.
func TestText(t *testing.T) {
	for _, c := range append(notifytest.Cases(), notifytest.Hostile()...) {
		t.Run(c.Name, func(t *testing.T) {
			in, err := input(c.Message)
			if err != nil {
				t.Fatal(err)
			}
			got := "Subject: " + *in.Subject + "\n\n" + parts(t, in).Email
			file := filepath.Join("testdata", c.Name+".golden")
			if *update {
				if err := os.MkdirAll("testdata", 0o750); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v: run with -update", err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		})
	}
}

func parts(t *testing.T, in *sns.PublishInput) message {
	t.Helper()
	var m message
	if err := json.Unmarshal([]byte(*in.Message), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestNotify(t *testing.T) {
	m := notifytest.Cases()[1].Message
	api := &topic{}
	if err := New(api, arn).Notify(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	in := api.got[0]
	if *in.TopicArn != arn || *in.MessageStructure != "json" || in.MessageGroupId != nil || in.MessageDeduplicationId != nil {
		t.Errorf("call %+v", in)
	}
	var got struct {
		DetailType string `json:"detail_type"`
		Shortened  string
		notify.Message
	}
	if err := json.Unmarshal([]byte(parts(t, in).Default), &got); err != nil {
		t.Fatal(err)
	}
	got.Message.DetailType = got.DetailType
	if diff := cmp.Diff(m, got.Message); diff != "" || got.Shortened != "" {
		t.Errorf("JSON for machines, shortened %q (-want +got):\n%s", got.Shortened, diff)
	}
	attributes := map[string]string{}
	for name, a := range in.MessageAttributes {
		attributes[name] = *a.DataType + " " + *a.StringValue
	}
	want := map[string]string{
		"severity": "String HIGH", "severity_level": "Number 4", "account": "String 111122223333", "rule": "String IAM-002",
		"class": "String access-key-created", "region": "String us-east-1", "state": "String remediated", "mode": "String act",
		"detail_type": "String Incident Remediated",
	}
	if diff := cmp.Diff(want, attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
}

func TestNotifyInOrder(t *testing.T) {
	api := &topic{}
	n := New(api, arn+".fifo")
	cases := notifytest.Cases()
	opened, remediated := cases[0].Message, cases[1].Message
	later := opened
	later.Due++
	for _, m := range []notify.Message{opened, opened, remediated, later} {
		if err := n.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	id := func(n int) string { return *api.got[n].MessageDeduplicationId }
	if id(0) != id(1) || id(0) == id(2) || id(0) == id(3) {
		t.Errorf("deduplication %s %s %s %s: want the same only for the same message", id(0), id(1), id(2), id(3))
	}
	for _, in := range api.got {
		if *in.MessageGroupId != *api.got[0].MessageGroupId {
			t.Errorf("groups %s and %s for one incident", *in.MessageGroupId, *api.got[0].MessageGroupId)
		}
		for _, s := range []string{*in.MessageGroupId, *in.MessageDeduplicationId} {
			if !regexp.MustCompile(`^[0-9a-f]{1,128}$`).MatchString(s) {
				t.Errorf("identifier %q", s)
			}
		}
	}
}

func TestNotifyFails(t *testing.T) {
	cause := errors.New("AuthorizationError")
	err := New(&topic{err: cause}, arn).Notify(t.Context(), notifytest.Cases()[0].Message)
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), arn) {
		t.Errorf("error %v: want one with the topic and the cause", err)
	}
}

// big returns an incident with states and texts of a size, and many of them.
func big(changes, bytes int) ledger.Incident {
	in := notifytest.Remediated(notifytest.KeyForOtherUser())
	state, err := json.Marshal(strings.Repeat(`{"a":"<>&\\"}`, bytes/12))
	if err != nil {
		panic(err)
	}
	first := in.Changes[0]
	first.Before, first.After, first.ReadBack = state, state, state
	in.Changes = nil
	for range changes {
		in.Changes = append(in.Changes, first)
	}
	return in
}

func TestLargeIncidentsAreShortened(t *testing.T) {
	long := notifytest.Poisoned(notifytest.KeyForOtherUser(), strings.Repeat("\"\\é🔑<&>", 2_000))
	many := big(3000, 20)
	for n := range 5000 {
		many.EventIDs = append(many.EventIDs, fmt.Sprintf("event-%d", n))
		many.Notes = append(many.Notes, ledger.Note{By: "bob", Text: strings.Repeat("x", 200)})
		if many.Finding.Params == nil {
			many.Finding.Params = map[string]string{}
		}
		many.Finding.Params[fmt.Sprintf("name-%d", n)] = "value"
	}
	for _, tc := range []struct {
		name string
		in   ledger.Incident
		says string
	}{
		{"ordinary", big(2, 3000), ""},
		{"large but whole", big(2, 10_000), ""},
		{"large states", big(1, 200_000), "more than 4 KB"},
		{"many states", big(160, 1000), "most states"},
		{"long texts", long, "cut"},
		{"many of all", many, "cut"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := notify.Message{DetailType: notify.IncidentRemediated, Incident: tc.in}
			in := checkInput(t, m)
			var got struct {
				Shortened string
				Incident  ledger.Incident
			}
			if err := json.Unmarshal([]byte(parts(t, in).Default), &got); err != nil {
				t.Fatal(err)
			}
			if (tc.says == "") != (got.Shortened == "") || !strings.Contains(got.Shortened, tc.says) {
				t.Errorf("shortened %q, want %q", got.Shortened, tc.says)
			}
			if got.Incident.State != tc.in.State || got.Incident.Severity != tc.in.Severity || !got.Incident.Times.Event.Equal(tc.in.Times.Event) {
				t.Errorf("incident %+v", got.Incident)
			}
			again := checkInput(t, m)
			if diff := cmp.Diff(*in.Message, *again.Message); diff != "" {
				t.Errorf("the second time it is another message:\n%.500s", diff)
			}
		})
	}
}

var printable = regexp.MustCompile(`^[A-Za-z0-9][ -~]*$`)

// checkInput fails the test where SNS or a mail program would not take the call.
func checkInput(t *testing.T, m notify.Message) *sns.PublishInput {
	t.Helper()
	in, err := input(m)
	if err != nil {
		t.Fatal(err)
	}
	total := len(*in.Message) + len(*in.Subject)
	for name, a := range in.MessageAttributes {
		total += len(name) + len(*a.DataType) + len(*a.StringValue)
		if *a.StringValue == "" || len(*a.StringValue) > maxAttribute || regexp.MustCompile(`[^ -~]`).MatchString(*a.StringValue) {
			t.Errorf("attribute %s is %q", name, *a.StringValue)
		}
	}
	if total > 262_144 || len(in.MessageAttributes) > 10 {
		t.Errorf("%d bytes, %d attributes", total, len(in.MessageAttributes))
	}
	if s := *in.Subject; len(s) >= 100 || !printable.MatchString(s) {
		t.Errorf("subject %q", s)
	}
	if !utf8.ValidString(*in.Message) {
		t.Error("the message is not valid UTF-8")
	}
	p := parts(t, in)
	if !json.Valid([]byte(p.Default)) {
		t.Errorf("for machines: %.200q", p.Default)
	}
	if !printable.MatchString(p.SMS) || len(p.SMS) > maxShort {
		t.Errorf("text message %q", p.SMS)
	}
	if regexp.MustCompile(`[^\n -~]`).MatchString(p.Email) || strings.Count(p.Email, "\n") > maxLines || !strings.HasSuffix(p.Email, "\n") {
		t.Errorf("e-mail:\n%s", p.Email)
	}
	for l := range strings.Lines(p.Email) {
		if strings.Contains(l, "://") && !strings.HasPrefix(l, "    https://console.") {
			t.Errorf("line %q would be a link", l)
		}
	}
	return in
}

func FuzzInput(f *testing.F) {
	for _, c := range notifytest.Hostile() {
		f.Add(c.Message.Incident.Title, c.Message.DetailType, uint8(4))
	}
	f.Add("", "", uint8(0))
	f.Add("WWW.://", "Incident Kept", uint8(255))
	f.Fuzz(func(t *testing.T, text, detailType string, sev uint8) {
		in := notifytest.Poisoned(notifytest.KeyForOtherUser(), text)
		if in.Severity = detect.Severity(sev); in.Severity > detect.Critical {
			in.Severity = detect.Inherit
		}
		for _, m := range []notify.Message{
			{DetailType: detailType, Incident: in},
			{DetailType: detailType, Incident: ledger.Incident{State: ledger.State(text)}},
		} {
			checkInput(t, m)
		}
	})
}
