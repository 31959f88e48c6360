package record

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func TestFirstAndNext(t *testing.T) {
	given := ledger.Incident{ID: "inc-1", State: ledger.Open, Version: 9, Times: ledger.Times{Received: noon}}
	first, err := First(given)
	if err != nil {
		t.Fatal(err)
	}
	want := given
	want.Version, want.EventIDs, want.Changes = 1, []string{}, []ledger.Change{}
	if diff := cmp.Diff(want, first.Value); diff != "" {
		t.Errorf("First (-want +got):\n%s", diff)
	}
	if strings.Contains(string(first.Body), "null") {
		t.Errorf("empty lists are stored as null: %s", first.Body)
	}
	decoded, err := Decode("inc-1", first.Body)
	if diff := cmp.Diff(first.Value, decoded); err != nil || diff != "" {
		t.Errorf("Decode: %v (-want +got):\n%s", err, diff)
	}

	second, err := Next("inc-1", first.Body, func(in *ledger.Incident) error {
		in.State, in.Version = ledger.Asked, 77
		in.Times.Received = in.Times.Received.In(time.FixedZone("", 3600)) // the same moment
		return nil
	})
	if err != nil || second.Value.Version != 2 || second.Value.State != ledger.Asked {
		t.Errorf("Next = version %d %s, %v; want version 2 asked", second.Value.Version, second.Value.State, err)
	}
	boom := errors.New("boom")
	if _, err := Next("inc-1", first.Body, func(*ledger.Incident) error { return boom }); err != boom { //nolint:errorlint // as it is
		t.Errorf("Next = %v, want the error of change itself", err)
	}
	if _, err := Next("inc-1", []byte("{"), func(*ledger.Incident) error { return nil }); err == nil || !strings.Contains(err.Error(), "inc-1") {
		t.Errorf("Next of a broken body = %v, want an error that names the incident", err)
	}
}

func TestErrorsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	_, firstErr := First(ledger.Incident{ID: long})
	for name, err := range map[string]error{"First": firstErr, "NotFound": NotFound(long)} {
		if err == nil || len(err.Error()) > 300 {
			t.Errorf("%s: an error of %d bytes", name, len(err.Error()))
		}
	}
}

func TestKey(t *testing.T) {
	long := strings.Repeat("n", maxKey)
	keys := []string{"", "k", "#", "k\x00", "k\xff", "k\xfe", "k\uFFFD", long, long + "n", long + "o", strings.Repeat("é", maxKey)}
	seen := map[string]string{}
	for _, kind := range []string{"count", "touch"} {
		for _, key := range keys {
			got := Key(kind, key)
			if len(got) > 1024 || !utf8.ValidString(got) || !strings.HasPrefix(got, kind) {
				t.Errorf("Key(%q, %.20q) = %.40q of %d bytes is no sort key of DynamoDB", kind, key, got, len(got))
			}
			if other, ok := seen[got]; ok {
				t.Errorf("%.20q and %.20q have the same key", key, other)
			}
			seen[got] = key
		}
	}
}

func TestMoment(t *testing.T) {
	zone := time.FixedZone("", -9*3600)
	times := []time.Time{ // in order
		time.Unix(math.MinInt64/4, 0), time.Date(0, 1, 1, 0, 0, 0, 1, time.UTC),
		{},
		time.Unix(-1, 0), time.Unix(0, 1),
		noon, noon.Add(1).In(zone), noon.Add(time.Second), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(123_456, 1, 1, 0, 0, 0, 0, zone),
	}
	var texts []string
	for _, at := range times {
		s := Moment(at)
		texts = append(texts, s)
		if len(s) != len(layout) {
			t.Errorf("Moment(%v) = %q has another width", at, s)
		}
		back, err := ParseMoment(s)
		if err != nil || back != When(at) {
			t.Errorf("ParseMoment(%q) = %v, %v; want %v", s, back, err, When(at))
		}
		if _, err := json.Marshal(When(at)); err != nil {
			t.Errorf("When(%v) cannot be written as JSON: %v", at, err)
		}
	}
	if !slices.IsSorted(texts) || len(slices.Compact(texts)) != len(times) {
		t.Errorf("texts do not sort as their times do: %q", texts)
	}
	if _, err := ParseMoment("2026-03-14"); err == nil {
		t.Error("ParseMoment took a day")
	}
}

func TestDeadline(t *testing.T) {
	for _, test := range []struct {
		now  time.Time
		ttl  time.Duration
		want time.Time
	}{
		{noon, time.Second, noon.Add(time.Second)},
		{noon.Add(1), time.Second, noon.Add(2 * time.Second)}, // never too early
		{noon, 1, noon.Add(time.Second)},
		{noon, 0, noon},
	} {
		d := In(test.now, test.ttl)
		if int64(d) != test.want.Unix() || d.Over(test.want.Add(-1)) || !d.Over(test.want) {
			t.Errorf("In(%v, %v) = %d, want %d, and over from then on", test.now, test.ttl, d, test.want.Unix())
		}
	}
	if Deadline(0).Over(Forever()) {
		t.Error("a record without a deadline is over")
	}
	if d := Of(ledger.Incident{State: ledger.Remediating}, noon); d != 0 {
		t.Errorf("an incident that is not finished ends at %d", d)
	}
	if d := Of(ledger.Incident{State: ledger.Remediated}, noon); d != In(noon, ledger.Retention) {
		t.Errorf("a finished incident ends at %d", d)
	}
}

func TestRange(t *testing.T) {
	low, high, ok := Range(noon, noon.Add(1))
	if !ok {
		t.Fatal("Range found no range")
	}
	for _, test := range []struct {
		at       time.Time
		incident string
		want     bool
	}{
		{noon.Add(-1), "~", false},
		{noon, "\x00", true},
		{noon, "inc-1", true},
		{noon.Add(1), "\U0010FFFF", true},
		{noon.Add(1), strings.Repeat("x", 2000), true},
		{noon.Add(2), "\x00", false},
	} {
		key := TouchKey(ledger.Touch{Incident: test.incident, At: test.at})
		if got := low <= key && key <= high; got != test.want {
			t.Errorf("%v %.10q within the range: %t, want %t", test.at, test.incident, got, test.want)
		}
	}
	if _, _, ok := Range(noon.Add(1), noon); ok {
		t.Error("a span that ends before it begins has a range")
	}
}

// FuzzIncident: whatever text an incident carries, its stored form is valid UTF-8, reads back as the value beside it, and
// storing that value again changes nothing.
func FuzzIncident(f *testing.F) {
	f.Add("inc-1", "title", []byte(`"Active"`))
	f.Add("inc\x00#", "\xff\u2028<>&", []byte(`{"k":"a`+"\xff"+`b","k":1e400}`))
	f.Add("é", "\U0010FFFF\uFFFD", []byte(`null`))
	f.Add("i", "", []byte(nil))
	f.Fuzz(func(t *testing.T, id, text string, raw []byte) {
		in := ledger.Incident{ID: id, Title: text, Actor: text, Times: ledger.Times{Received: noon}}
		in.Finding.Params = map[string]string{text: text}
		in.Changes = []ledger.Change{{Change: remedy.Change{Before: raw}, Error: text}}
		rec, err := First(in)
		if err != nil {
			return
		}
		if !utf8.Valid(rec.Body) {
			t.Errorf("the stored form is not valid UTF-8: %q", rec.Body)
		}
		if rec.Value.ID != id {
			t.Errorf("the id %q became %q", id, rec.Value.ID)
		}
		again, err := First(rec.Value)
		if err != nil {
			t.Fatalf("what was stored cannot be stored again: %v", err)
		}
		if diff := cmp.Diff(rec.Value, again.Value); diff != "" {
			t.Errorf("storing again changed it (-first +again):\n%s", diff)
		}
	})
}
