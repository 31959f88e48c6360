package dynamo

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"riposte/internal/testkit/moto"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

// noise returns text that does not compress below 3/4.
func noise(size int) string {
	r := rand.NewChaCha8([32]byte{1})
	text := make([]byte, size)
	_, _ = r.Read(text)
	for n := range text {
		text[n] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[text[n]%64]
	}
	return string(text)
}

func TestTooLarge(t *testing.T) {
	s, _, _ := newStore(t)
	ctx := t.Context()
	if _, _, err := s.Open(ctx, ledger.Incident{ID: "inc-1", Summary: noise(500_000)}); err != nil {
		t.Fatalf("Open of half a megabyte that compresses by a quarter: %v", err)
	}
	for name, text := range map[string]string{"noise": noise(600_000), "zeros": strings.Repeat("0", maxPlain)} {
		_, _, err := s.Open(ctx, ledger.Incident{ID: "inc-" + name, Summary: text})
		if err == nil || !strings.Contains(err.Error(), `incident "inc-`+name+`" has `) || len(err.Error()) > 300 {
			t.Errorf("Open with %s = %v, want an error that names the incident and its size", name, err)
		}
		_, err = s.Update(ctx, "inc-1", func(in *ledger.Incident) error {
			in.Title = text
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), "takes") {
			t.Errorf("Update with %s = %v, want an error that names the limit", name, err)
		}
	}
	if in, err := s.Get(ctx, "inc-1"); err != nil || in.Version != 1 {
		t.Errorf("afterwards the incident has version %d, %v; want 1", in.Version, err)
	}
}

// TestListPages lists more than DynamoDB sends in one page.
func TestListPages(t *testing.T) {
	s, _, w := newStore(t)
	var want []string
	for n := range 8 {
		in := ledger.Incident{ID: fmt.Sprint("inc-", n), Rule: fmt.Sprint("r", n%2), Summary: noise(400_000), Times: ledger.Times{Received: now.Add(time.Duration(n))}}
		if _, _, err := s.Open(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		want = append([]string{in.ID}, want...)
	}
	w.take()
	got, err := s.List(t.Context(), ledger.Query{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, in := range got {
		ids = append(ids, in.ID)
	}
	if !slices.Equal(ids, want) {
		t.Errorf("List = %v, want %v", ids, want)
	}
	if n := len(w.take()); n < 2 {
		t.Errorf("the list came in %d pages: this test does not turn any", n)
	}
	if got, err = s.List(t.Context(), ledger.Query{Rule: "r0", Limit: 4}); err != nil || len(got) != 4 || got[3].ID != "inc-0" {
		t.Errorf("List of one rule = %d incidents, %v; want the 4 on all pages", len(got), err)
	}
}

// TestCalls holds what the package comment promises of permissions and consistency.
func TestCalls(t *testing.T) {
	s, _, w := newStore(t)
	ctx := t.Context()
	steps := map[string]func() error{
		"Open": func() error { _, _, err := s.Open(ctx, ledger.Incident{ID: "inc-1"}); return err },
		"Get":  func() error { _, err := s.Get(ctx, "inc-1"); return err },
		"Update": func() error {
			_, err := s.Update(ctx, "inc-1", func(*ledger.Incident) error { return nil })
			return err
		},
		"List":    func() error { _, err := s.List(ctx, ledger.Query{State: ledger.Open}); return err },
		"Count":   func() error { _, err := s.Count(ctx, "k", -time.Hour); return err },
		"Begin":   func() error { _, err := s.Begin(ctx, "d", time.Minute); return err },
		"Finish":  func() error { return s.Finish(ctx, "d", time.Hour) },
		"Release": func() error { return s.Release(ctx, "d") },
		"Stop":    func() error { return s.SetSwitch(ctx, ledger.Switch{Stopped: true}) },
		"Switch":  func() error { _, err := s.Switch(ctx); return err },
		"Touch":   func() error { return s.Touch(ctx, "r", "inc-1", now) },
		"Touched": func() error { _, _, err := s.Touched(ctx, "r"); return err },
		"Touches": func() error { _, err := s.Touches(ctx, "r", now, now); return err },
		"Observe": func() error {
			return s.Observe(ctx, "s", []ledger.Sighting{{Member: "bob", At: now}, {Member: "carol", At: now}}, time.Hour)
		},
		"Observed":   func() error { _, err := s.Observed(ctx, "s", now, now); return err },
		"Thread":     func() error { _, err := s.Thread(ctx, "t", "inc-1", now, time.Hour); return err },
		"Threaded":   func() error { _, err := s.Threaded(ctx, "t", now, time.Hour); return err },
		"Remember":   func() error { return s.Remember(ctx, "b", ledger.Baseline{State: []byte("1"), At: now}) },
		"Remembered": func() error { _, err := s.Remembered(ctx, "b", now.Add(1)); return err },
	}
	for _, name := range []string{
		"Open", "Open", "Get", "Update", "List", "Count", "Count", "Begin", "Finish", "Begin", "Release", "Stop", "Switch", "Touch", "Touched", "Touches",
		"Observe", "Observed", "Thread", "Threaded", "Remember", "Remembered",
	} {
		if err := steps[name](); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	made := map[string]bool{}
	for _, c := range w.take() {
		made[c.operation] = true
		if c.input["TableName"] != "ledger" {
			t.Errorf("%s goes to the table %v", c.operation, c.input["TableName"])
		}
		if c.input["IndexName"] == schema.FeedIndex {
			continue
		}
		if reads := c.operation == "GetItem" || c.operation == "Query"; reads && c.input["ConsistentRead"] != true {
			t.Errorf("%s %v is not strongly consistent", c.operation, c.input)
		}
	}
	for _, operation := range []string{"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"} {
		if !made[operation] {
			t.Errorf("%s is never called", operation)
		}
		delete(made, operation)
	}
	if len(made) != 0 {
		t.Errorf("calls that the package comment does not name: %v", made)
	}
}

// TestQueries holds what moto takes and DynamoDB would refuse or charge for.
func TestQueries(t *testing.T) {
	s, _, w := newStore(t)
	if _, err := s.Touches(t.Context(), "r", now.Add(1), now); err != nil {
		t.Errorf("Touches of a span the wrong way round: %v", err)
	}
	if _, err := s.Observed(t.Context(), "s", now.Add(1), now); err != nil {
		t.Errorf("Observed of a span the wrong way round: %v", err)
	}
	if calls := w.take(); len(calls) != 0 {
		t.Errorf("a range that is the wrong way round was asked for: %v", calls)
	}
	for _, test := range []struct {
		query ledger.Query
		limit any
	}{
		{ledger.Query{Limit: 7}, 7.0},
		{ledger.Query{}, 100.0},
		{ledger.Query{Limit: 1 << 40}, 1000.0},
		{ledger.Query{Limit: 7, State: ledger.Open}, nil},
		{ledger.Query{Limit: 7, Rule: "IAM-002"}, nil},
	} {
		if _, err := s.List(t.Context(), test.query); err != nil {
			t.Fatal(err)
		}
		if got := w.take()[0].input["Limit"]; got != test.limit {
			t.Errorf("List(%+v) asks for pages of %v, want %v", test.query, got, test.limit)
		}
	}
}

// TestTimeToLive holds which items DynamoDB may delete, and that the attribute is in seconds.
func TestTimeToLive(t *testing.T) {
	s, _, w := newStore(t)
	ctx := t.Context()
	const second = 1773480413 // now
	for _, test := range []struct {
		name string
		run  func() error
		want string
	}{
		{"open incident", func() error {
			_, _, err := s.Open(ctx, ledger.Incident{ID: "inc-1", State: ledger.Open, Action: "detach-policy"})
			return err
		}, ""},
		{
			"finished incident", func() error {
				_, _, err := s.Open(ctx, ledger.Incident{ID: "inc-2", State: ledger.Suppressed})
				return err
			}, fmt.Sprint(second + 400*86400 + 1),
		},
		{"receipt", func() error { return s.Finish(ctx, "d", time.Hour) }, fmt.Sprint(second + 3600 + 1)},
		{"claim", func() error { _, err := s.Begin(ctx, "e", time.Minute); return err }, fmt.Sprint(second + 60 + 1)},
		{"touch", func() error { return s.Touch(ctx, "r", "inc-1", now) }, fmt.Sprint(second + 30*86400 + 1)},
		{"sighting", func() error { return s.Observe(ctx, "s", []ledger.Sighting{{At: now}}, time.Hour) }, fmt.Sprint(second + 3600 + 1)},
		{"thread", func() error { _, err := s.Thread(ctx, "t", "inc-1", now, 0); return err }, fmt.Sprint(second + 7*86400 + 1)},
		{"baseline", func() error { return s.Remember(ctx, "b", ledger.Baseline{State: []byte("1"), At: now}) }, fmt.Sprint(second + 400*86400 + 1)},
		{"switch", func() error { return s.SetSwitch(ctx, ledger.Switch{Stopped: true}) }, ""},
	} {
		w.take()
		if err := test.run(); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		calls := w.take()
		it, _ := calls[len(calls)-1].input["Item"].(map[string]any)
		var got string
		if n, ok := it[schema.TimeToLive].(map[string]any); ok {
			got, _ = n["N"].(string)
		}
		if it == nil || got != test.want {
			t.Errorf("%s ends at %q, want %q", test.name, got, test.want)
		}
	}
}

// TestForeignItems makes sure that what something else wrote into the table is an error and not an empty incident.
func TestForeignItems(t *testing.T) {
	s, other, _ := newStore(t)
	if _, _, err := s.Open(t.Context(), ledger.Incident{ID: "inc-1"}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(item){
		"no write":    func(it item) { delete(it, attrWrite) },
		"no body":     func(it item) { delete(it, attrBody) },
		"broken body": func(it item) { it[attrBody] = text("{") },
		"broken gzip": func(it item) { it[attrPacked] = &types.AttributeValueMemberB{Value: []byte("\x1f\x8b")} },
	} {
		it, err := other.get(t.Context(), incidentKey("inc-1"))
		if err != nil {
			t.Fatal(err)
		}
		before := maps.Clone(it)
		change(it)
		if _, err := other.put(t.Context(), it, "", nil, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Get(t.Context(), "inc-1"); err == nil || !strings.Contains(err.Error(), "inc-1") {
			t.Errorf("%s: Get = %v, want an error that names the incident", name, err)
		}
		if _, err := s.List(t.Context(), ledger.Query{}); err == nil {
			t.Errorf("%s: List worked", name)
		}
		if _, err := other.put(t.Context(), before, "", nil, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestForeignSeries does so for sightings and threads.
func TestForeignSeries(t *testing.T) {
	s, other, _ := newStore(t)
	for name, change := range map[string]func(item){
		"no time":     func(it item) { delete(it, attrAt); delete(it, attrFirst) },
		"broken time": func(it item) { it[attrAt], it[attrLast] = text("today"), text("today") },
		"no lead":     func(it item) { delete(it, attrLead); delete(it, attrAt) },
	} {
		observeErr := s.Observe(t.Context(), name, []ledger.Sighting{{Member: "bob", At: now}}, time.Hour)
		_, threadErr := s.Thread(t.Context(), name, "inc-1", now, time.Hour)
		if err := errors.Join(observeErr, threadErr); err != nil {
			t.Fatal(err)
		}
		added, err := record.Sightings([]ledger.Sighting{{Member: "bob", At: now}})
		if err != nil {
			t.Fatal(err)
		}
		keys := []item{threadKey(name)}
		for sort := range added {
			keys = append(keys, key(record.Key("series", name), sort))
		}
		for _, k := range keys {
			it, err := other.get(t.Context(), k)
			if err != nil {
				t.Fatal(err)
			}
			change(it)
			if _, err := other.put(t.Context(), it, "", nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		_, observedErr := s.Observed(t.Context(), name, now, now)
		_, threadedErr := s.Threaded(t.Context(), name, now, time.Hour)
		_, threadErr = s.Thread(t.Context(), name, "inc-2", now, time.Hour)
		for what, err := range map[string]error{"Observed": observedErr, "Threaded": threadedErr, "Thread": threadErr} {
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s: %s = %v, want an error that names it", name, what, err)
			}
		}
	}
}

func TestMissingTable(t *testing.T) {
	s := New(dynamodb.NewFromConfig(moto.Start(t).Config()), "elsewhere", clock)
	_, err := s.Get(t.Context(), "inc-1")
	if err == nil || !strings.Contains(err.Error(), `table "elsewhere" is not in this account and region`) {
		t.Errorf("Get = %v, want an error that names the table", err)
	}
}
