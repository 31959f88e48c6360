package dynamo

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/internal/record"
	"riposte/pkg/ledger/schema"
)

// good returns a baseline some time after now.
func good(state int, after time.Duration) ledger.Baseline {
	return ledger.Baseline{State: fmt.Append(nil, state), At: now.Add(after), By: "e"}
}

// records returns how many items there are under a baseline's key.
func records(t *testing.T, s *Store, name string) int {
	t.Helper()
	out, err := s.api.Query(t.Context(), &dynamodb.QueryInput{
		TableName: &s.table, KeyConditionExpression: aws.String("#pk = :baseline"),
		ExpressionAttributeNames:  map[string]string{"#pk": schema.PartitionKey},
		ExpressionAttributeValues: item{":baseline": text(record.Key("baseline", name))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Items)
}

func wantBaseline(t *testing.T, s *Store, name string, want ledger.Baseline) {
	t.Helper()
	got, err := s.Remembered(t.Context(), name, record.Forever())
	if err != nil || string(got.State) != string(want.State) || !got.At.Equal(want.At) || got.By != want.By {
		t.Errorf("Remembered(%q) = %s at %v, %v; want %s at %v", name, got.State, got.At, err, want.State, want.At)
	}
}

// TestBaselineCalls holds what a baseline costs: a state is written once, and deleted once no version has it.
func TestBaselineCalls(t *testing.T) {
	s, _, w := newStore(t)
	later := now
	s.now = func() time.Time { return later }
	for _, test := range []struct {
		name  string
		b     ledger.Baseline
		calls string
	}{
		{"a new one", good(1, 0), "GetItem PutItem PutItem"},
		{"again", good(1, 0), "GetItem"},
		{"said again later", good(1, time.Hour), "GetItem PutItem"},
		{"said again in between", good(1, time.Minute), "GetItem"},
		{"another", good(2, 2*time.Hour), "GetItem PutItem PutItem"},
		{"the first comes back", good(1, 3*time.Hour), "GetItem PutItem"},
	} {
		w.take()
		if err := s.Remember(t.Context(), "k", test.b); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if got := operations(w); got != test.calls {
			t.Errorf("%s: calls %s, want %s", test.name, got, test.calls)
		}
	}
	later = later.Add(31 * 24 * time.Hour)
	if err := s.Remember(t.Context(), "k", good(1, 4*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got, want := operations(w), "GetItem PutItem PutItem DeleteItem"; got != want {
		t.Errorf("what was stored long ago is stored anew: calls %s, want %s", got, want)
	}
	wantBaseline(t, s, "k", good(1, 3*time.Hour))
	if got := operations(w); got != "GetItem GetItem" {
		t.Errorf("Remembered calls %s, want GetItem twice", got)
	}
	for n := range 3 * ledger.MaxBaselines {
		if err := s.Remember(t.Context(), "k", good(n, 5*time.Hour+time.Duration(n))); err != nil {
			t.Fatal(err)
		}
	}
	if n := records(t, s, "k"); n != 1+ledger.MaxBaselines {
		t.Errorf("%d items are left, want the history and %d states", n, ledger.MaxBaselines)
	}
}

// TestBaselineLost has answers lost, and others come before the second try.
func TestBaselineLost(t *testing.T) {
	s, other, w := newStore(t)
	for name, test := range map[string]struct {
		lost  string           // the operation
		other *ledger.Baseline // what another remembers before the answer would come
		want  ledger.Baseline
		left  int // items
	}{
		"a state":                           {lost: "PutItem", want: good(1, 0), left: 2},
		"a state, and the same by another":  {lost: "PutItem", other: new(good(1, 0)), want: good(1, 0), left: 2},
		"a state, and a later one":          {lost: "PutItem", other: new(good(2, 1)), want: good(2, 1), left: 3},
		"a state, and the same one earlier": {lost: "PutItem", other: new(good(1, -1)), want: good(1, -1), left: 2},
		"what was there":                    {lost: "GetItem", want: good(1, 0), left: 2},
	} {
		w.lost(test.lost, 1, func() {
			if test.other == nil {
				return
			}
			if err := other.Remember(t.Context(), name, *test.other); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		for range 2 {
			if err := s.Remember(t.Context(), name, good(1, 0)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		wantBaseline(t, other, name, test.want)
		if n := records(t, other, name); n != test.left {
			t.Errorf("%s: %d items are left, want %d", name, n, test.left)
		}
	}
	w.lost("PutItem", 2, nil) // as often as the client tries
	if err := s.Remember(t.Context(), "none", good(1, 0)); !errors.As(err, new(lostAnswer)) {
		t.Errorf("Remember = %v, want the lost answer", err)
	}
	if _, err := s.Remembered(t.Context(), "none", record.Forever()); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("Remembered of a state without a history = %v, want ErrNotFound", err)
	}
	if err := s.Remember(t.Context(), "none", good(1, 0)); err != nil {
		t.Errorf("Remember again: %v", err)
	}
	wantBaseline(t, other, "none", good(1, 0))
}

// TestBaselineHistoryLost has the answer to the write of the history lost: what it took the place of goes all the same.
func TestBaselineHistoryLost(t *testing.T) {
	s, other, w := newStore(t)
	for n := range ledger.MaxBaselines {
		if err := s.Remember(t.Context(), "k", good(n, time.Duration(n))); err != nil {
			t.Fatal(err)
		}
	}
	puts := 0
	r := &rival{w, "PutItem", func() {
		if puts++; puts == 2 {
			w.lost("PutItem", 1, nil)
		}
	}}
	s = New(dynamodb.New(s.api.Options(), func(o *dynamodb.Options) { o.HTTPClient = &http.Client{Transport: r} }), "ledger", clock)
	last := good(ledger.MaxBaselines, ledger.MaxBaselines)
	if err := s.Remember(t.Context(), "k", last); err != nil || puts != 3 {
		t.Errorf("Remember: %v, %d times PutItem; want 3", err, puts)
	}
	wantBaseline(t, other, "k", last)
	if n := records(t, other, "k"); n != 1+ledger.MaxBaselines {
		t.Errorf("%d items are left, want the history and %d states", n, ledger.MaxBaselines)
	}
}

// TestBaselineRival has another writer always be a moment earlier, and one that drops what is being read.
func TestBaselineRival(t *testing.T) {
	_, other, w := newStore(t)
	n, most := 0, 1
	act := func() {
		if n++; n <= most {
			if err := other.Remember(t.Context(), "k", good(7, time.Duration(n)*time.Hour)); err != nil {
				t.Error(err)
			}
		}
	}
	wired := func(operation string) *Store {
		return New(dynamodb.New(other.api.Options(), func(o *dynamodb.Options) {
			o.HTTPClient = &http.Client{Transport: &rival{w, operation, act}}
		}), "ledger", clock)
	}
	s := wired("PutItem")
	if err := s.Remember(t.Context(), "k", good(1000, 0)); err != nil {
		t.Errorf("Remember behind one that came first: %v", err)
	}
	wantBaseline(t, other, "k", good(7, time.Hour))
	most = 1000
	err := s.Remember(t.Context(), "k", good(1001, 2))
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d tries", historyTries)) || !strings.Contains(err.Error(), `"k"`) {
		t.Errorf("Remember that never comes first = %v, want an error that says so", err)
	}

	reads := 0
	act = func() {
		if reads++; reads == 2 { // the history is read, its state is not
			for n := range ledger.MaxBaselines {
				if err := other.Remember(t.Context(), "k", good(5000+n, 9000*time.Hour+time.Duration(n))); err != nil {
					t.Error(err)
				}
			}
		}
	}
	wantBaseline(t, wired("GetItem"), "k", good(5000+ledger.MaxBaselines-1, 9000*time.Hour+ledger.MaxBaselines-1))
	if reads != 4 {
		t.Errorf("%d reads, want the history and its state twice", reads)
	}
}

// TestForeignBaselines makes sure that what something else wrote, or deleted, is an error and no baseline.
func TestForeignBaselines(t *testing.T) {
	s, other, _ := newStore(t)
	packed := func(b ledger.Baseline) types.AttributeValue {
		added, err := record.NewBaseline("k", b)
		if err != nil {
			t.Fatal(err)
		}
		body, err := added.Pack()
		if err != nil {
			t.Fatal(err)
		}
		return &types.AttributeValueMemberB{Value: body}
	}
	for name, change := range map[string]func(history, state item){
		"no history":     func(history, _ item) { delete(history, attrHistory) },
		"broken history": func(history, _ item) { history[attrHistory] = text("{") },
		"no state":       func(_, state item) { delete(state, attrDeflate) },
		"broken state":   func(_, state item) { state[attrDeflate] = &types.AttributeValueMemberB{Value: []byte("x")} },
		"another state":  func(_, state item) { state[attrDeflate] = packed(good(2, 0)) },
		"deleted state":  func(_, state item) { state[schema.SortKey] = text("elsewhere") },
	} {
		if err := s.Remember(t.Context(), name, good(1, 0)); err != nil {
			t.Fatal(err)
		}
		history, err := other.get(t.Context(), historyKey(name))
		if err != nil {
			t.Fatal(err)
		}
		var h record.History
		if err := json.Unmarshal([]byte(history.text(attrHistory)), &h); err != nil {
			t.Fatal(err)
		}
		k := stateKey(name, h[0].Name)
		state, err := other.get(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := other.api.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &other.table, Key: k}); err != nil {
			t.Fatal(err)
		}
		change(history, state)
		for _, it := range []item{history, state} {
			if _, err := other.put(t.Context(), it, "", nil, nil); err != nil {
				t.Fatal(err)
			}
		}
		_, err = s.Remembered(t.Context(), name, record.Forever())
		if err == nil || errors.Is(err, ledger.ErrNotFound) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: Remembered = %v, want an error that names it", name, err)
		}
	}
}
