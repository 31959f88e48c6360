package heartbeat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/observe"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// environment is what infra gives the function.
func environment() map[string]string {
	return map[string]string{
		"RIPOSTE_TABLE": "ledger", "RIPOSTE_ACCOUNT": "111122223333", "RIPOSTE_PLACES": "111122223333/us-east-1, eu-west-1",
		"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
		"AWS_ACCESS_KEY_ID": "AKIAI44QH8DHBEXAMPLE", "AWS_SECRET_ACCESS_KEY": "test",
	}
}

func TestNewNeeds(t *testing.T) {
	for name, tt := range map[string]struct {
		set  map[string]string
		says string // "" where it starts
	}{
		"everything":        {},
		"a longer silence":  {set: map[string]string{"RIPOSTE_HEARTBEAT_AGE": "90m"}},
		"an account's part": {set: map[string]string{"RIPOSTE_PLACES": "/eu-west-1 444455556666/eu-west-1"}},
		"no table":          {map[string]string{"RIPOSTE_TABLE": ""}, "RIPOSTE_TABLE"},
		"no account":        {map[string]string{"RIPOSTE_ACCOUNT": ""}, "RIPOSTE_ACCOUNT"},
		"no places":         {map[string]string{"RIPOSTE_PLACES": ""}, "RIPOSTE_PLACES"},
		"no region":         {map[string]string{"AWS_REGION": ""}, "AWS_REGION"},
		"a place of parts":  {map[string]string{"RIPOSTE_PLACES": "111122223333/eu/west"}, "111122223333/eu/west"},
		"no such account":   {map[string]string{"RIPOSTE_PLACES": "eu-west-1/111122223333"}, "eu-west-1/111122223333"},
		"half a place":      {map[string]string{"RIPOSTE_PLACES": "111122223333/"}, "111122223333/"},
		"an age of zero":    {map[string]string{"RIPOSTE_HEARTBEAT_AGE": "0s"}, "RIPOSTE_HEARTBEAT_AGE"},
		"an age of words":   {map[string]string{"RIPOSTE_HEARTBEAT_AGE": "soon"}, "RIPOSTE_HEARTBEAT_AGE"},
	} {
		env := environment()
		maps.Copy(env, tt.set)
		_, err := New(func(name string) string { return env[name] }, time.Now, slog.New(slog.DiscardHandler))
		if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: %v, want an error that says %q", name, err, tt.says)
		}
	}
}

// A line is what a log line says that matters here.
type line struct {
	Level, Msg, Account, Region, Since, Do string
	Places                                 int
	HeartbeatsMissing, OldestHeartbeat     *int
	SlowestHeartbeat                       *int
	AWS                                    json.RawMessage `json:"_aws"`
}

// compare runs the function over what beats, and returns what it logs.
func compare(t *testing.T, places string, now time.Time, beats ...ledger.Beat) (lines []line) {
	t.Helper()
	clock := func() time.Time { return now }
	store := memory.New(clock)
	for _, b := range beats {
		if err := store.Beat(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	env := environment()
	env["RIPOSTE_PLACES"] = places
	getenv := func(name string) string { return env[name] }
	f, err := New(getenv, clock, observe.NewLogger(&log, getenv))
	if err != nil {
		t.Fatal(err)
	}
	f.ledger = store
	if err := f.Handle(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for text := range strings.Lines(log.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

func beat(account, region string, ago, late time.Duration) ledger.Beat {
	return ledger.Beat{Account: account, Region: region, At: noon.Add(-ago), Received: noon.Add(late - ago)}
}

func TestHandle(t *testing.T) {
	const own, member = "111122223333", "444455556666"
	for name, tt := range map[string]struct {
		beats []ledger.Beat
		now   time.Time
		want  []string // of each silent place, since when
		sum   string
	}{
		"all beat": {
			beats: []ledger.Beat{beat(own, "us-east-1", 10*time.Minute, 5*time.Second), beat(own, "eu-west-1", 45*time.Minute, 4*time.Minute)},
			sum:   "2 places, 0 missing, oldest 2700, slowest 240000",
		},
		"one too long ago": {
			beats: []ledger.Beat{beat(own, "us-east-1", 10*time.Minute, 0), beat(own, "eu-west-1", 45*time.Minute+time.Second, 0)},
			want:  []string{"111122223333/eu-west-1 since 2026-11-25T11:14:59Z, 45m0s ago"},
			sum:   "2 places, 1 missing, oldest 2701, slowest 0",
		},
		"one never heard of": {
			beats: []ledger.Beat{beat(own, "us-east-1", time.Minute, 0)},
			want:  []string{"111122223333/eu-west-1 since never heard of"},
			sum:   "2 places, 1 missing, oldest 60, slowest 0",
		},
		"nobody": {
			want: []string{"111122223333/eu-west-1 since never heard of", "111122223333/us-east-1 since never heard of"},
			sum:  "2 places, 2 missing, all silent",
		},
		"who ever beat has to go on": {
			beats: []ledger.Beat{
				beat(own, "us-east-1", time.Minute, 0), beat(own, "eu-west-1", time.Minute, 0),
				beat(member, "eu-west-1", 29*24*time.Hour, time.Minute), beat(member, "eu-west-2", 10*time.Minute, 0),
			},
			want: []string{"444455556666/eu-west-1 since 2026-10-27T12:00:00Z, 696h0m0s ago"},
			sum:  "4 places, 1 missing, oldest 2505600, slowest 60000",
		},
		"who is forgotten is not missed": {
			beats: []ledger.Beat{
				beat(own, "us-east-1", time.Minute, 0), beat(own, "eu-west-1", time.Minute, 0), beat(member, "eu-west-1", 31*24*time.Hour, 0),
			},
			sum: "2 places, 0 missing, oldest 60, slowest 0",
		},
		"our clock is behind": {
			beats: []ledger.Beat{beat(own, "us-east-1", -2*time.Minute, -2*time.Minute), beat(own, "eu-west-1", -time.Second, 0)},
			sum:   "2 places, 0 missing, oldest 0, slowest 0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			lines := compare(t, own+"/us-east-1,eu-west-1,"+own+"/eu-west-1", noon, tt.beats...)
			last := lines[len(lines)-1]
			var silent []string
			for _, l := range lines[:len(lines)-1] {
				if l.Level != "ERROR" || l.Msg != "heartbeat missing" || l.AWS != nil || !strings.Contains(l.Do, "Riposte-heartbeat") ||
					!strings.Contains(l.Do, "--forget "+l.Account+"/"+l.Region) {
					t.Errorf("logged %+v", l)
				}
				silent = append(silent, fmt.Sprintf("%s/%s since %s", l.Account, l.Region, l.Since))
			}
			if diff := cmp.Diff(tt.want, silent); diff != "" {
				t.Errorf("silent places (-want +got):\n%s", diff)
			}
			sum := fmt.Sprintf("%d places, %d missing", last.Places, *last.HeartbeatsMissing)
			if last.OldestHeartbeat != nil {
				sum += fmt.Sprintf(", oldest %d, slowest %d", *last.OldestHeartbeat, *last.SlowestHeartbeat)
			}
			if last.Do != "" {
				sum += ", all silent"
			}
			if sum != tt.sum || last.Level != "INFO" || !bytes.Contains(last.AWS, []byte(`"HeartbeatsMissing"`)) {
				t.Errorf("says %q in %+v, want %q", sum, last, tt.sum)
			}
		})
	}
}

// TestManySilent holds that the log stays short when one cause silences a whole organization.
func TestManySilent(t *testing.T) {
	var places []string
	for n := range 300 {
		places = append(places, fmt.Sprintf("%012d/us-east-1", n))
	}
	lines := compare(t, strings.Join(places, ","), noon)
	if len(lines) != mostTold+1 || *lines[mostTold].HeartbeatsMissing != 300 {
		t.Errorf("%d lines, the last %+v; want %d and all counted", len(lines), lines[len(lines)-1], mostTold+1)
	}
}

type unreadable struct{ ledger.Heartbeats }

func (unreadable) Beats(context.Context) ([]ledger.Beat, error) { return nil, errors.New("no table") }

// TestLedgerOutOfReach holds that nothing is counted when it is not known who beats: the alarm takes missing data for the
// worst.
func TestLedgerOutOfReach(t *testing.T) {
	var log bytes.Buffer
	env := environment()
	getenv := func(name string) string { return env[name] }
	f, err := New(getenv, time.Now, observe.NewLogger(&log, getenv))
	if err != nil {
		t.Fatal(err)
	}
	f.ledger = unreadable{}
	if err := f.Handle(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no table") || log.Len() != 0 {
		t.Errorf("error %v, logged %q; want the cause and no line", err, log.String())
	}
}
