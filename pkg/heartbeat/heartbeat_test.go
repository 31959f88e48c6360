package heartbeat_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"
	"time"

	"riposte/events"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/heartbeat"
)

const sample = "events/TagResource.riposte-heartbeat.json"

func read(tb testing.TB, name string) []byte {
	tb.Helper()
	raw, err := fs.ReadFile(events.Files(), name)
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

// isBeat does what the detect function does with an event.
func isBeat(raw []byte, stack string, now time.Time) bool {
	if !heartbeat.Maybe(raw) {
		return false
	}
	ev, err := cloudtrail.DecodeAny(raw)
	return err == nil && heartbeat.Is(ev, stack, now)
}

var soon = time.Date(2026, 11, 25, 2, 25, 0, 0, time.UTC)

func TestIs(t *testing.T) {
	beat := string(read(t, sample))
	if !isBeat([]byte(beat), "Riposte", soon) {
		t.Fatal("the sample is no beat: this test proves nothing")
	}
	for name, tt := range map[string]struct {
		old, new string
		stack    string
		now      time.Time
		want     bool
	}{
		"days late":                      {now: soon.Add(72 * time.Hour), want: true},
		"our clock is behind":            {now: soon.Add(-9 * time.Minute), want: true},
		"of another stack":               {stack: "Guard"},
		"from the future":                {now: soon.Add(-time.Hour)},
		"another call":                   {old: `"eventName": "TagResource"`, new: `"eventName": "UntagResource"`},
		"another source":                 {old: `"eventSource": "events.amazonaws.com"`, new: `"eventSource": "sqs.amazonaws.com"`},
		"an envelope of somebody else's": {old: `"source": "aws.events"`, new: `"source": "custom.events"`},
		"an envelope of another account": {old: `"account": "111122223333"`, new: `"account": "444455556666"`},
		"an envelope of another region":  {old: `"region": "eu-west-1"`, new: `"region": "us-east-1"`},
		"a replay":                       {old: `"resources": []`, new: `"replay-name": "again"`},
		"another region's role":          {old: "role/Riposte-heartbeat-eu-west-1", new: "role/Riposte-heartbeat-us-east-1"},
		"another account's role":         {old: "iam::111122223333:role", new: "iam::444455556666:role"},
		"a role of the name elsewhere":   {old: ":role/Riposte-heartbeat", new: ":role/x/Riposte-heartbeat"},
		"another rule":                   {old: "rule/Riposte-heartbeat", new: "rule/Riposte-iam"},
		"a rule of another bus":          {old: "rule/Riposte-heartbeat", new: "rule/riposte/Riposte-heartbeat"},
		"another account's rule":         {old: "events:eu-west-1:111122223333:rule", new: "events:eu-west-1:444455556666:rule"},
		"another region's rule":          {old: "events:eu-west-1:111122223333:rule", new: "events:us-east-1:111122223333:rule"},
		"another partition's rule":       {old: "arn:aws:events", new: "arn:aws-cn:events"},
		"another tag":                    {old: `"riposte:heartbeat"`, new: `"riposte:heartbeats"`},
		"more tags":                      {old: `"tags": [`, new: `"tags": [{"key":"team","value":"web"},`},
		"no tags":                        {old: `"tags"`, new: `"tagged"`},
		"it failed":                      {old: `"requestParameters"`, new: `"errorCode": "AccessDenied", "requestParameters"`},
		"no time":                        {old: `"eventTime"`, new: `"eventTimes"`},
		"no account":                     {old: "111122223333", new: "1111222233"},
		"a region that is none":          {old: "eu-west-1", new: "eu/west#1"},
		"the tag escaped":                {old: `"riposte:heartbeat"`, new: `"riposte\u003aheartbeat"`},
		"cut off":                        {old: `"eventVersion"`, new: `}`},
	} {
		changed := beat
		if tt.old != "" {
			if changed = strings.ReplaceAll(beat, tt.old, tt.new); changed == beat {
				t.Fatalf("%s: nothing was changed", name)
			}
		}
		if tt.stack == "" {
			tt.stack = "Riposte"
		}
		if tt.now.IsZero() {
			tt.now = soon
		}
		if got := isBeat([]byte(changed), tt.stack, tt.now); got != tt.want {
			t.Errorf("%s: %t, want %t", name, got, tt.want)
		}
	}
	for _, quiet := range []string{
		"events/TagResource.riposte-heartbeat-feigned.json", "events/TagResource.riposte-heartbeat-elsewhere.json",
		"events/TagResource.other.json", "events/UntagResource.riposte.json",
	} {
		if isBeat(read(t, quiet), "Riposte", soon) {
			t.Errorf("%s passes for a beat", quiet)
		}
	}
	bare, err := cloudtrail.DecodeAny([]byte(beat))
	if err != nil {
		t.Fatal(err)
	}
	bare.Envelope = nil
	if heartbeat.Is(bare, "Riposte", soon) {
		t.Error("a record without its envelope passes for a beat: anybody's file could hold one")
	}
}

// TestNoSampleIsABeat holds that no event but the one that is meant to be a beat passes for one.
func TestNoSampleIsABeat(t *testing.T) {
	names, err := fs.Glob(events.Files(), "*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name != sample && isBeat(read(t, name), "Riposte", soon) {
			t.Errorf("%s passes for a beat", name)
		}
	}
}

func TestMaybeAllocatesNothing(t *testing.T) {
	raw := read(t, "events/PutTargets.riposte.json")
	if n := testing.AllocsPerRun(100, func() { heartbeat.Maybe(raw) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzIs holds that nothing but a beat of the place that its record names passes, whatever is done to it.
func FuzzIs(f *testing.F) {
	f.Add(read(f, sample), "Riposte")
	f.Add(read(f, "events/TagResource.riposte-heartbeat-feigned.json"), "Riposte")
	f.Add([]byte(`{"detail":{"eventSource":"events.amazonaws.com"}}`), "")
	f.Fuzz(func(t *testing.T, raw []byte, stack string) {
		if !isBeat(raw, stack, soon) {
			return
		}
		ev, err := cloudtrail.DecodeAny(raw)
		if err != nil {
			t.Fatal(err)
		}
		role := ":role/" + heartbeat.RoleName(stack, ev.Region)
		if !cloudtrail.IsAccount(ev.Account) || len(ev.Region) > 32 || !strings.HasSuffix(ev.Identity.Session.IssuerARN, ev.Account+role) ||
			!bytes.Contains(raw, []byte(heartbeat.Tag)) || ev.Time.After(soon.Add(time.Hour)) {
			t.Errorf("passes for a beat: %s", raw)
		}
	})
}

// BenchmarkMaybe is what every event that is no beat pays.
func BenchmarkMaybe(b *testing.B) {
	raw := read(b, "events/PutTargets.riposte.json")
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		heartbeat.Maybe(raw)
	}
}
