package dynamo

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"riposte/internal/testkit/moto"
	"riposte/pkg/ledger/ledgertest"
)

// A wire passes requests on, notes them, and loses answers when it is told to.
type wire struct {
	next http.RoundTripper

	mu    sync.Mutex
	calls []call
	lose  map[string]int    // by operation: how many answers are still to be lost
	after map[string]func() // by operation: what happens before the answer that is lost next would arrive
}

type call struct {
	operation string
	input     map[string]any
}

type lostAnswer struct{}

func (lostAnswer) Error() string { return "connection reset before the answer came" }
func (lostAnswer) Timeout() bool { return true }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var input map[string]any
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.calls = append(w.calls, call{operation, input})
	lost := w.lose[operation] > 0
	after := w.after[operation]
	if lost {
		w.lose[operation]--
		delete(w.after, operation)
	}
	w.mu.Unlock()
	resp, err := w.next.RoundTrip(r)
	if err != nil || !lost {
		return resp, err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if after != nil {
		after()
	}
	return nil, lostAnswer{}
}

// lost has the next answers of an operation lost, after the server has done what was asked.
func (w *wire) lost(operation string, times int, then func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lose[operation], w.after[operation] = times, then
}

// take returns the calls since it was last called.
func (w *wire) take() []call {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = nil
	return calls
}

var now = time.Date(2026, 3, 14, 9, 26, 53, 589_793_238, time.UTC)

func clock() time.Time { return now }

// newStore returns a store on a new table of a server of its own, a second store on the same table, and the wire of the
// first.
func newStore(t *testing.T) (s, other *Store, w *wire) {
	t.Helper()
	cfg := moto.Start(t).Config()
	api := dynamodb.NewFromConfig(cfg)
	ledgertest.CreateTable(t, api, "ledger")
	client := cfg.HTTPClient.(*http.Client)
	w = &wire{next: client.Transport, lose: map[string]int{}, after: map[string]func(){}}
	wired := dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		o.HTTPClient = &http.Client{Transport: w, Timeout: client.Timeout}
	})
	return New(wired, "ledger", clock), New(api, "ledger", clock), w
}
