package securityhub

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
	"github.com/google/go-cmp/cmp"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func hub() Hub { return Hub{Partition: "aws", Region: "eu-central-1", Account: "444455556666"} }

// TestFinding holds the finding of every state, and of hostile events, and that each is one that Security Hub takes.
func TestFinding(t *testing.T) {
	for _, c := range append(notifytest.Cases(), notifytest.Hostile()...) {
		t.Run(c.Name, func(t *testing.T) {
			f, err := finding(hub(), c.Message)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range asff(f, hub()) {
				t.Error(fault)
			}
			golden(t, c.Name+".golden.json", indented(t, f))
		})
	}
}

// indented writes a finding as JSON without what it leaves open.
func indented(t *testing.T, f types.AwsSecurityFinding) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(said(reflect.ValueOf(f))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// said returns a value of the SDK without its empty fields.
func said(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		return said(v.Elem())
	case reflect.Struct:
		out := map[string]any{}
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; v.Type().Field(i).IsExported() && !v.Field(i).IsZero() {
				out[name] = said(v.Field(i))
			}
		}
		return out
	case reflect.Slice:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = said(v.Index(i))
		}
		return out
	default:
		return v.Interface()
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
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
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestOneFinding holds that every state of an incident is one finding, made at one time.
func TestOneFinding(t *testing.T) {
	ids := map[string]string{}
	for _, c := range notifytest.Cases() {
		f, err := finding(hub(), c.Message)
		if err != nil {
			t.Fatal(err)
		}
		incident := c.Message.Incident.ID
		if was, ok := ids[incident]; ok && was != *f.Id+*f.CreatedAt {
			t.Errorf("%s: %s made at %s, and before %s", c.Name, *f.Id, *f.CreatedAt, was)
		}
		ids[incident] = *f.Id + *f.CreatedAt
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			t.Errorf("two incidents are the finding %s", id)
		}
		seen[id] = true
	}
}

// TestUpdatedGrows holds that a later version of an incident is later for Security Hub too, also where no time in it is.
func TestUpdatedGrows(t *testing.T) {
	in := notifytest.KeyForOtherUser()
	steps := []func(*ledger.Incident){
		func(i *ledger.Incident) { i.State = ledger.Remediating },
		func(i *ledger.Incident) { i.Times.Acted = i.Times.Decided.Add(time.Second) },
		func(i *ledger.Incident) { i.State = ledger.Failed },
		func(i *ledger.Incident) {
			i.Notes = append(i.Notes, ledger.Note{Time: i.Times.Acted.Add(time.Minute), By: "jane", Text: "dismissed"})
		},
		func(i *ledger.Incident) { i.State, i.Times.Closed = ledger.Dismissed, i.Times.Acted.Add(time.Minute) },
		func(i *ledger.Incident) {
			i.Notes = append(i.Notes, ledger.Note{Time: i.Times.Closed.Add(time.Minute), By: "jane", Text: "approved"})
			i.State, i.Times.Closed = ledger.Approved, time.Time{}
		},
	}
	last := updated(in)
	for n, step := range steps {
		step(&in)
		in.Version++
		if now := updated(in); !now.After(last) {
			t.Errorf("step %d: %s after %s", n, now, last)
		} else {
			last = now
		}
	}
	in.Finding.Event.Time = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	in.Times.Event = in.Finding.Event.Time
	if got := updated(in); !got.Equal(last) {
		t.Errorf("the time that a record claims moved the finding to %s", got)
	}
}

func TestNoTime(t *testing.T) {
	in := notifytest.KeyForOtherUser()
	in.Times = ledger.Times{}
	if _, err := finding(hub(), notify.Message{Incident: in}); err == nil || !strings.Contains(err.Error(), in.ID) {
		t.Errorf("error %v", err)
	}
}

// TestResources holds how resources are named, of each kind of form and where no form can be kept.
func TestResources(t *testing.T) {
	for _, tt := range []struct {
		resource  detect.Resource
		kind, id  string
		partition string
	}{
		{detect.Resource{Type: detect.User, ID: "bob"}, "AwsIamUser", "arn:aws:iam::111122223333:user/bob", "aws"},
		{detect.Resource{Type: detect.Bucket, ID: "logs"}, "AwsS3Bucket", "arn:aws-cn:s3:::logs", "aws-cn"},
		{detect.Resource{Type: detect.Object, ID: "a/b.txt", Parent: "logs"}, "AwsS3Object", "arn:aws:s3:::logs/a/b.txt", "aws"},
		{detect.Resource{Type: detect.Object, ID: "a b", Parent: "logs"}, "AwsS3Object", "111122223333/us-east-1/Object/a b", "aws"},
		{detect.Resource{Type: detect.Snapshot, ID: "snap-1"}, "Other", "arn:aws:ec2:us-east-1::snapshot/snap-1", "aws"},
		{detect.Resource{Type: detect.AccessKey, ID: "AKIAI44QH8DHBEXAMPLE", Parent: "bob"}, "AwsIamAccessKey", "AWS::IAM::AccessKey:AKIAI44QH8DHBEXAMPLE", "aws"},
		{detect.Resource{Type: detect.Topic, ID: "arn:aws:sns:us-east-1:111122223333:alerts"}, "AwsSnsTopic", "arn:aws:sns:us-east-1:111122223333:alerts", "aws"},
		{detect.Resource{Type: detect.Guardrail, ID: "g-1"}, "Other", "111122223333/us-east-1/Guardrail/g-1", "aws"},
		{detect.Resource{Type: detect.Account, ID: "111122223333"}, "AwsAccount", "AWS::::Account:111122223333", "aws"},
		{detect.Resource{Type: "Unheard", ID: ""}, "Other", "111122223333/us-east-1/Unheard/", "aws"},
	} {
		in := notifytest.KeyForOtherUser()
		in.Resource, in.Finding.Resource, in.Finding.Event.Partition = tt.resource.String(), tt.resource, tt.partition
		got := target(in)
		if *got.Type != tt.kind || *got.Id != tt.id || string(got.Partition) != tt.partition {
			t.Errorf("%s: %s %s in %s, want %s %s", tt.resource, *got.Type, *got.Id, got.Partition, tt.kind, tt.id)
		}
	}
}

// TestKinds holds that the format knows the names of types that are used: all but AwsAccount have details of their own.
func TestKinds(t *testing.T) {
	known := reflect.TypeFor[types.ResourceDetails]()
	for resource, k := range kinds {
		if _, ok := known.FieldByName(k.asff); !ok && k.asff != "AwsAccount" {
			t.Errorf("%s: the format has no type %s", resource, k.asff)
		}
	}
}

func TestClip(t *testing.T) {
	for _, tt := range []struct {
		text string
		most int
		want string
	}{
		{"short", 10, "short"},
		{"exactly ten", 11, "exactly ten"},
		{"exactly eleven", 11, "exactly el…"},
		{"\U0001F600\U0001F600\U0001F600", 5, "\U0001F600\U0001F600…"},
		{"\U0001F600\U0001F600\U0001F600", 6, "\U0001F600\U0001F600\U0001F600"},
		{"two words", 5, "two…"},
	} {
		if got := clip(tt.text, tt.most); got != tt.want {
			t.Errorf("clip(%q, %d) = %q, want %q", tt.text, tt.most, got, tt.want)
		}
	}
}

// FuzzFinding holds that no text of an event makes a finding that Security Hub would refuse.
func FuzzFinding(f *testing.F) {
	for _, s := range []string{"", " ", "\x00", "arn:aws:iam::111122223333:user/x", strings.Repeat("\U0001F600", 2000), "a/b", "192.0.2.1", "x.amazonaws.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range []notify.Message{
			{DetailType: s, Incident: notifytest.Poisoned(notifytest.KeyForOtherUser(), s)},
			{DetailType: notify.IncidentRemediated, Incident: notifytest.Poisoned(notifytest.GroupOpened(), s)},
		} {
			m.Incident.Finding.Resource.Type = detect.ResourceType(s)
			got, err := finding(hub(), m)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range asff(got, hub()) {
				t.Error(fault)
			}
		}
	})
}
