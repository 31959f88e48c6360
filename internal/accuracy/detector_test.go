package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/corpus"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// lamps are two rules about lamps: one acts, and one finds with the severity that the request names.
func lamps() []*detect.Rule {
	rule := func(id, class, name string, severity detect.Severity, actions []string) *detect.Rule {
		return &detect.Rule{
			ID: id, Title: "Lamp switched", Class: class, Severity: severity, Actions: actions,
			Pattern: detect.Pattern{{Source: "lamps.amazonaws.com", Names: []string{name}}},
			Match: func(e *cloudtrail.Event) ([]detect.Finding, error) {
				request, err := cloudtrail.RequestOf[struct {
					Lamp string
					Dim  bool
				}](e)
				if err != nil {
					return nil, err
				}
				f := detect.Finding{Summary: request.Lamp + " " + name, Resource: detect.Resource{Type: "Lamp", ID: request.Lamp}}
				switch {
				case request.Lamp == "":
					return nil, nil
				case request.Dim:
					f.Severity = detect.Info
				}
				return []detect.Finding{f}, nil
			},
		}
	}
	return []*detect.Rule{
		rule("LAMP-001", "lamp-on", "SwitchOn", detect.High, []string{"deactivate-access-key"}),
		rule("LAMP-002", "lamp-off", "SwitchOff", detect.Low, nil),
	}
}

// recorded is a record of a call to lamps. All rows share one event identifier, as published records do.
func recorded(id, class, kind, name, request string) corpus.Row {
	return corpus.Row{ID: id, Class: class, Kind: kind, Case: "case of " + id, Record: json.RawMessage(fmt.Sprintf(
		`{"eventVersion":"1.11","eventID":"...","eventSource":"lamps.amazonaws.com","eventName":%q,"eventTime":"2026-11-01T12:00:00Z",`+
			`"awsRegion":"us-east-1","recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","userName":"bob",`+
			`"arn":"arn:aws:iam::111122223333:user/bob","accountId":"111122223333"},"requestParameters":%s}`, name, request))}
}

func TestAttacks(t *testing.T) {
	also := recorded("a-also", "lamp-on", "", "SwitchOn", `{"lamp":"hall"}`)
	also.Also = []string{"lamp-stolen"}
	rows := []corpus.Row{
		recorded("a-fires", "lamp-on", "", "SwitchOn", `{"lamp":"hall"}`),
		also,
		recorded("a-unjudged", "lamp-on", "", "SwitchOn", `null`),
		recorded("a-quiet", "lamp-on", "", "SwitchOn", `{"lamp":""}`),
		recorded("a-dim", "lamp-on", "", "SwitchOn", `{"lamp":"hall","dim":true}`),
		recorded("a-other", "lamp-on", "", "SwitchOff", `{"lamp":"hall"}`),
		recorded("a-unwanted", "lamp-off", "", "DescribeLamps", `{}`),
	}
	reasons := []reason{
		{"a-quiet", "lamp-on", "there is no lamp"},
		{"a-quiet", "lamp-off", "of another class"},
		{"a-fires", "lamp-on", "found all the same"},
	}
	s, err := scoreAttacks(t.Context(), lamps(), rows, reasons)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]recall{}
	for class, r := range s.classes {
		got[class] = *r
	}
	want := map[string]recall{"lamp-on": {found: 3, excused: 1, all: 6}, "lamp-off": {all: 1}, "lamp-stolen": {all: 1}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(recall{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	misses := []string{}
	for _, m := range s.misses {
		misses = append(misses, m.row.ID+" "+m.class+": "+m.instead+": "+m.why)
	}
	wantMisses := []string{
		"a-also lamp-stolen: no rule has this class: ",
		"a-quiet lamp-on: nothing was found: there is no lamp",
		"a-dim lamp-on: turned off: hall SwitchOn: ",
		"a-other lamp-on: found lamp-off: ",
		"a-unwanted lamp-off: nothing was found: ",
	}
	if diff := cmp.Diff(wantMisses, misses); diff != "" {
		t.Errorf("misses: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(reasons[1:], s.idle, cmp.AllowUnexported(reason{})); diff != "" {
		t.Errorf("idle reasons: -want +got\n%s", diff)
	}
	if s.reached() {
		t.Error("the goal is reached in spite of misses without a reason")
	}
	var out bytes.Buffer
	s.print(&out, false)
	for _, text := range []string{
		"missed lamp-on: a-quiet (case of a-quiet; nothing was found): there is no lamp\n",
		"missed lamp-off: a-unwanted (case of a-unwanted; nothing was found): no reason is written\n",
		"a reason that is not needed: a-fires lamp-on: found all the same\n",
		"lamp-on: below the goal", "all classes of 7 attacks: below the goal",
	} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("no %q in\n%s", text, &out)
		}
	}
}

func TestAttacksReached(t *testing.T) {
	rows := []corpus.Row{
		recorded("a-fires", "lamp-on", "", "SwitchOn", `{"lamp":"hall"}`), recorded("a-quiet", "lamp-on", "", "SwitchOn", `{"lamp":""}`),
	}
	s, err := scoreAttacks(t.Context(), lamps(), rows, []reason{{"a-quiet", "lamp-on", "there is no lamp"}})
	if err != nil || !s.reached() {
		t.Errorf("reached %t, %v: every miss has a reason", s.reached(), err)
	}
}

// quiet returns rows in which nothing is found.
func quiet(n int) []corpus.Row {
	var rows []corpus.Row
	for i := range n {
		rows = append(rows, recorded(fmt.Sprint("b-quiet-", i), "", "read", "DescribeLamps", `{}`))
	}
	return rows
}

func TestBenign(t *testing.T) {
	rows := append(
		quiet(297),
		recorded("b-on", "", "ordinary-change", "SwitchOn", `{"lamp":"hall"}`),
		recorded("b-off", "", "ordinary-change", "SwitchOff", `{"lamp":"hall"}`),
		recorded("b-dim", "", "iac-change", "SwitchOn", `{"lamp":"hall","dim":true}`),
	)
	s, err := scoreBenign(t.Context(), lamps(), rows, []reason{{"b-on", "lamp-on", "light is light"}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]noise{}
	for kind, n := range s.kinds {
		got[kind] = *n
	}
	want := map[string]noise{
		"read": {rows: 297}, "ordinary-change": {rows: 2, findings: 2, opened: 2, named: 2}, "iac-change": {rows: 1, off: 1},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(noise{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	loud := []string{}
	for _, so := range s.tooLoud {
		loud = append(loud, so.stance+" "+so.row+" "+so.text)
	}
	if diff := cmp.Diff([]string{
		"guard b-on LAMP-001 lamp-on contain HIGH: hall SwitchOn", "enforce b-on LAMP-001 lamp-on act HIGH: hall SwitchOn",
	}, loud); diff != "" {
		t.Errorf("above alert: -want +got\n%s", diff)
	}
	if s.noReason != 1 || s.reached() {
		t.Errorf("%d findings without a reason, reached %t; want 1, false", s.noReason, s.reached())
	}
	var out bytes.Buffer
	s.print(&out, false)
	for _, text := range []string{
		"found ordinary-change: b-on LAMP-001 lamp-on alert HIGH: hall SwitchOn: light is light\n",
		"found ordinary-change: b-off LAMP-002 lamp-off alert LOW: hall SwitchOff: no reason is written\n",
		"turned off iac-change: b-dim LAMP-001 lamp-on off INFO: hall SwitchOn\n",
		"above alert under guard: b-on LAMP-001 lamp-on contain HIGH: hall SwitchOn\n",
		"0.67% of the rows open an incident: ok\n",
		"findings without a written reason: 1: below the goal\n",
		"findings above alert under any stance: 2: below the goal\n",
	} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("no %q in\n%s", text, &out)
		}
	}
}

// TestSeriesOpensOnce holds that the rows that an incident names besides the one that opened it are counted apart.
func TestSeriesOpensOnce(t *testing.T) {
	r := newReplay(lamps(), config.Observe)
	r.note("b", []ledger.Incident{{ID: "inc-1", Class: "many", EventIDs: []string{"a", "b"}, Mode: "alert"}})
	s := &benignScore{kinds: map[string]*noise{}}
	for _, id := range []string{"a", "b", "c"} {
		s.hear(r, corpus.Row{ID: id, Kind: "read"}, config.Observe, newReasonBook(nil))
	}
	want := noise{rows: 3, findings: 1, opened: 1, named: 2}
	if diff := cmp.Diff(want, *s.total(), cmp.AllowUnexported(noise{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestBenignGoals(t *testing.T) {
	off := recorded("b-off", "", "read", "SwitchOff", `{"lamp":"hall"}`)
	on := recorded("b-on", "", "read", "SwitchOn", `{"lamp":"hall"}`)
	reasons := []reason{{"b-off", "lamp-off", "why"}, {"b-on", "lamp-on", "why"}}
	for _, tt := range []struct {
		name string
		rows []corpus.Row
		want bool
	}{
		{"nothing", quiet(1), true},
		{"one in a hundred", append(quiet(99), off), true},
		{"more than one in a hundred", append(quiet(98), off), false},
		{"above alert", append(quiet(999), on), false},
	} {
		s, err := scoreBenign(t.Context(), lamps(), tt.rows, reasons)
		if err != nil {
			t.Fatal(err)
		}
		if s.reached() != tt.want {
			t.Errorf("%s: reached %t, want %t", tt.name, s.reached(), tt.want)
		}
	}
}

func TestLabelled(t *testing.T) {
	expect := func(r corpus.Row, fires bool) corpus.Row {
		r.Expected = fires
		return r
	}
	s, err := scoreLabelled(t.Context(), lamps(), []corpus.Row{
		expect(recorded("l-fires", "lamp-on", "", "SwitchOn", `{"lamp":"hall"}`), true),
		expect(recorded("l-dim", "lamp-on", "", "SwitchOn", `{"lamp":"hall","dim":true}`), true),
		expect(recorded("l-quiet", "lamp-on", "", "SwitchOff", `{"lamp":"hall"}`), false),
		expect(recorded("l-wrong", "lamp-on", "", "SwitchOn", `{"lamp":"hall"}`), false),
		expect(recorded("l-missing", "lamp-off", "", "DescribeLamps", `{}`), true),
		expect(recorded("l-not-ours", "lamp-stolen", "", "SwitchOn", `{"lamp":"hall"}`), true),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"lamp-on: l-wrong (case of l-wrong): we say true, they expect false: hall SwitchOn",
		"lamp-off: l-missing (case of l-missing): we say false, they expect true",
	}
	if diff := cmp.Diff(want, s.apart); diff != "" || s.agree != 3 || s.all != 5 {
		t.Errorf("agreement on %d of %d, want 3 of 5; -want +got\n%s", s.agree, s.all, diff)
	}
}

// TestThresholdRepeatsARecord holds that a test of a rate gets its record as often as it asks.
func TestThresholdRepeatsARecord(t *testing.T) {
	r := newReplay(lamps(), config.Observe)
	often := recorded("l-often", "lamp-on", "", "SwitchOn", `{"lamp":"hall"}`)
	often.Threshold = 3
	if err := r.feed(t.Context(), []corpus.Row{often}); err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, v := range r.verdicts {
		ids = append(ids, v.finding.Event.ID)
	}
	if diff := cmp.Diff([]string{"l-often", "l-often#2", "l-often#3"}, ids); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestIncidentsNameTheirEvents holds that an incident of many events counts for each of them, the ones before it was opened
// too, and that one that is not told counts for none.
func TestIncidentsNameTheirEvents(t *testing.T) {
	r := newReplay(lamps(), config.Observe)
	series := ledger.Incident{ID: "inc-1", Class: "many", EventIDs: []string{"a", "b"}}
	r.note("b", []ledger.Incident{series})
	series.EventIDs = append(series.EventIDs, "c")
	r.note("c", []ledger.Incident{series, {ID: "inc-2", Class: "other", EventIDs: []string{"c"}}})
	r.note("d", []ledger.Incident{series})
	r.note("e", []ledger.Incident{{ID: "inc-3", Class: "own", EventIDs: []string{"e"}, State: ledger.Suppressed}})
	if err := r.readBack(t.Context()); err != nil {
		t.Fatal(err)
	}
	for row, want := range map[string][]string{"a": {"many"}, "b": {"many"}, "c": {"many", "other"}, "d": {"many"}, "e": nil} {
		if diff := cmp.Diff(want, r.classes(row)); diff != "" {
			t.Errorf("%s: -want +got\n%s", row, diff)
		}
	}
	if len(r.opened) != 2 {
		t.Errorf("%d incidents were opened, want 2", len(r.opened))
	}
}

func TestMeasureDetector(t *testing.T) {
	folder := t.TempDir()
	var out bytes.Buffer
	if _, err := measureDetector(t.Context(), &out, folder, lamps(), true); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v, want fs.ErrNotExist", err)
	}
	line := func(r corpus.Row) []byte {
		b, err := json.Marshal(map[string]any{"id": r.ID, "class": r.Class, "kind": r.Kind, "expected": true, "record": r.Record})
		if err != nil {
			t.Fatal(err)
		}
		return append(b, '\n')
	}
	for name, r := range map[string]corpus.Row{
		corpus.Attacks:  recorded("a-fires", "lamp-on", "", "SwitchOn", `{"lamp":"hall"}`),
		corpus.Benign:   quiet(1)[0],
		corpus.Labelled: recorded("l-fires", "lamp-on", "", "SwitchOn", `{"lamp":"hall"}`),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), line(r), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	reached, err := measureDetector(t.Context(), &out, folder, lamps(), true)
	if err != nil || !reached {
		t.Errorf("reached %t, %v\n%s", reached, err, &out)
	}
	if !strings.Contains(out.String(), "agreement on 1 of 1 tests of other rules\n") {
		t.Errorf("unexpected output\n%s", &out)
	}
}

func TestMeasure(t *testing.T) {
	for _, tt := range []struct {
		err     error
		reached bool
		want    bool
		says    string
	}{
		{nil, true, true, ""},
		{nil, false, false, ""},
		{fmt.Errorf("wrapped: %w", fs.ErrNotExist), false, true, "FOLDER is not here: nothing to measure against\n"},
		{errors.New("broken"), true, false, "accuracy: broken\n"},
	} {
		var out bytes.Buffer
		got := measure(&out, "FOLDER", func() (bool, error) { return tt.reached, tt.err })
		if got != tt.want || out.String() != tt.says {
			t.Errorf("%v, %t: measure = %t and says %q, want %t and %q", tt.err, tt.reached, got, out.String(), tt.want, tt.says)
		}
	}
}
