package dynamo

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/internal/testkit/moto"
	"riposte/pkg/ledger/ledgertest"
)

// TestThreadCalls holds what a thread costs: nothing is written where nothing changes.
func TestThreadCalls(t *testing.T) {
	s, _, w := newStore(t)
	for _, test := range []struct {
		name, candidate string
		after           time.Duration
		lead, calls     string
	}{
		{"a new one", "inc-1", 0, "inc-1", "GetItem PutItem"},
		{"again", "inc-1", 0, "inc-1", "GetItem"},
		{"within", "inc-2", 0, "inc-1", "GetItem"},
		{"later", "inc-2", time.Minute, "inc-1", "GetItem PutItem"},
		{"later, again", "inc-2", time.Minute, "inc-1", "GetItem"},
		{"much earlier", "inc-3", -2 * time.Hour, "inc-3", "GetItem"},
		{"much later", "inc-4", 2 * time.Hour, "inc-4", "GetItem PutItem"},
	} {
		w.take()
		lead, err := s.Thread(t.Context(), "k", test.candidate, now.Add(test.after), time.Hour)
		if err != nil || lead != test.lead {
			t.Errorf("%s: Thread = %q, %v; want %q", test.name, lead, err, test.lead)
		}
		if got := operations(w); got != test.calls {
			t.Errorf("%s: calls %s, want %s", test.name, got, test.calls)
		}
	}
	if _, err := s.Threaded(t.Context(), "k", now, time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := operations(w); got != "GetItem" {
		t.Errorf("Threaded calls %s, want GetItem", got)
	}
}

// TestThreadLost has the answer to a write lost, and others come before the second try.
func TestThreadLost(t *testing.T) {
	s, other, w := newStore(t)
	const hour = time.Hour
	for name, test := range map[string]struct {
		before    bool          // whether inc-0 leads already
		overtaken time.Duration // when the other that comes in between happened; never where it is 0
		want      string
		other     string
	}{
		"a new one":                     {false, 0, "inc-1", ""},
		"a new one, joined":             {false, time.Minute, "inc-1", "inc-1"},
		"a new one, joined earlier":     {false, -time.Minute, "inc-1", "inc-1"},
		"a new one that is taken over":  {false, 2 * hour, "inc-1", "inc-2"},
		"joined":                        {true, 0, "inc-0", ""},
		"joined, and joined by another": {true, time.Minute, "inc-0", "inc-0"},
	} {
		if test.before {
			if _, err := s.Thread(t.Context(), name, "inc-0", now.Add(-time.Minute), hour); err != nil {
				t.Fatal(err)
			}
		}
		w.lost("PutItem", 1, func() {
			if test.overtaken == 0 {
				return
			}
			if lead, err := other.Thread(t.Context(), name, "inc-2", now.Add(test.overtaken), hour); err != nil || lead != test.other {
				t.Errorf("%s: the other's Thread = %q, %v; want %q", name, lead, err, test.other)
			}
		})
		for range 2 {
			if lead, err := s.Thread(t.Context(), name, "inc-1", now, hour); err != nil || lead != test.want {
				t.Errorf("%s: Thread = %q, %v; want %q", name, lead, err, test.want)
			}
		}
	}
	w.lost("PutItem", 2, nil) // as often as the client tries
	if _, err := s.Thread(t.Context(), "none", "inc-1", now, hour); !errors.As(err, new(lostAnswer)) {
		t.Errorf("Thread = %v, want the lost answer", err)
	}
	if lead, err := s.Thread(t.Context(), "none", "inc-2", now, hour); err != nil || lead != "inc-1" {
		t.Errorf("Thread afterwards = %q, %v; want inc-1, which was written", lead, err)
	}
}

// A rival does something before each request of an operation.
type rival struct {
	http.RoundTripper
	operation string
	act       func()
}

func (r *rival) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.Header.Get("X-Amz-Target"), "."+r.operation) {
		r.act()
	}
	return r.RoundTripper.RoundTrip(req)
}

// TestThreadRival has another writer always be a moment earlier: the caller is told so, after some tries.
func TestThreadRival(t *testing.T) {
	cfg := moto.Start(t).Config()
	api := dynamodb.NewFromConfig(cfg)
	ledgertest.CreateTable(t, api, "ledger")
	other := New(api, "ledger", clock)
	client := cfg.HTTPClient.(*http.Client)
	n, most := 0, 1
	r := &rival{client.Transport, "PutItem", func() {
		if n++; n > most {
			return
		}
		if _, err := other.Thread(t.Context(), "k", "inc-0", now.Add(time.Duration(n)*time.Minute), time.Hour); err != nil {
			t.Error(err)
		}
	}}
	s := New(dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		o.HTTPClient = &http.Client{Transport: r, Timeout: client.Timeout}
	}), "ledger", clock)
	lead, err := s.Thread(t.Context(), "k", "inc-1", now, time.Hour)
	if err != nil || lead != "inc-0" {
		t.Errorf("Thread behind one that came first = %q, %v; want inc-0", lead, err)
	}
	most = 1000
	_, err = s.Thread(t.Context(), "k", "inc-1", now.Add(-time.Hour), time.Hour)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d tries", threadTries)) || !strings.Contains(err.Error(), `"k"`) {
		t.Errorf("Thread that never comes first = %v, want an error that says so", err)
	}
	most = 0
	if lead, err := s.Thread(t.Context(), "k", "inc-1", now.Add(-time.Minute), time.Hour); err != nil || lead != "inc-0" {
		t.Errorf("Thread once the other is quiet = %q, %v; want inc-0", lead, err)
	}
}
