package process_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/internal/cost"
	"riposte/internal/testkit/runtimeapi"
	"riposte/pkg/ledger/schema"
)

const usageFile = "../cost/usage.json"

// TestUsage counts on the wire what one event costs: one that yields nothing, one that people are told of, one that is
// reversed. docs/cost.md is computed from it.
func TestUsage(t *testing.T) {
	a := newAccount(t)
	m := newMeter(t, a)
	key := a.createAccessKey("bob")
	functions := map[string]*runtimeapi.Function{"detect": a.start("detect"), "remediate": a.start("remediate"), "notify": a.start("notify")}
	observing := a.observing()
	warm := a.envelope("6f0c9a5e-7d4b-4f35-9a51-3a1c0b7de201", "erin", a.createAccessKey("erin"))
	play := func(detect *runtimeapi.Function, envelope []byte) cost.Usage {
		for _, f := range functions {
			m.skip(f)
		}
		m.skip(detect)
		m.reset()
		a.invoke(detect, envelope)
		a.pump(functions["remediate"], functions["notify"])
		used := m.take()
		for _, f := range functions {
			used.LogBytes += m.logged(f)
		}
		if detect != functions["detect"] {
			used.LogBytes += m.logged(detect)
		}
		return used
	}
	play(functions["detect"], warm) // what only the first event needs, such as the webhook's secret, is not an event's

	var got cost.Measurement
	quiet := a.envelope("6f0c9a5e-7d4b-4f35-9a51-3a1c0b7de202", "bob", key)
	quiet = bytes.Replace(quiet, []byte(`"CreateAccessKey"`), []byte(`"UpdateAccessKey"`), 1)
	quiet = bytes.Replace(quiet, []byte(`"requestParameters":{`), []byte(`"requestParameters":{"status":"Inactive",`), 1)
	got.Nothing = play(functions["detect"], quiet)
	got.Alert = play(observing, a.envelope("6f0c9a5e-7d4b-4f35-9a51-3a1c0b7de203", "carol", a.createAccessKey("carol")))
	got.Act = play(functions["detect"], a.envelope("6f0c9a5e-7d4b-4f35-9a51-3a1c0b7de204", "dave", a.createAccessKey("dave")))

	if *update {
		raw, err := json.MarshalIndent(got, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(usageFile, append(raw, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := cost.Measured()
	if err != nil {
		t.Fatal(err)
	}
	// Items grow and shrink by bytes with names and times; a unit more or less is no news.
	near := cmp.Comparer(func(a, b int) bool { return max(a, b)-min(a, b) <= max(1, max(a, b)/10) })
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Errorf("the functions' calls have changed; run with -update and then \"make docs\" (-documented +counted):\n%s", diff)
	}
}

// observing starts a detector that changes nothing.
func (a *account) observing() *runtimeapi.Function {
	a.t.Helper()
	enforcing := a.config
	defer func() { a.config = enforcing }()
	a.config = filepath.Join(a.t.TempDir(), "riposte.yaml")
	if err := os.WriteFile(a.config, []byte("stance: observe\n"), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return a.start("detect")
}

// A meter stands between the functions and AWS and counts.
type meter struct {
	mu    sync.Mutex
	used  cost.Usage
	lines map[*runtimeapi.Function]int
}

// newMeter puts a meter in front of the account's endpoint, for the functions that are started from now on.
func newMeter(t *testing.T, a *account) *meter {
	t.Helper()
	m := &meter{lines: map[*runtimeapi.Function]int{}}
	target, err := url.Parse(a.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		proxy.ServeHTTP(answer, r)
		m.count(r, body, answer.Body.Len())
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(server.Close)
	a.endpoint = server.URL
	return m
}

func (m *meter) count(r *http.Request, body []byte, answered int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	service, call, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	switch {
	case strings.HasPrefix(service, "DynamoDB") && (call == "GetItem" || call == "Query"):
		m.used.Reads += units(answered, 4)
	case strings.HasPrefix(service, "DynamoDB"):
		// What is written and what it is written to are of about the same size on the wire, a little more than they are
		// counted for: names of types stand between.
		size := units(len(body), 1)
		if bytes.Contains(body, []byte(`"`+schema.FeedPartition+`"`)) {
			size *= 2
		}
		m.used.Writes += size
	case service == "AmazonSQS":
		m.used.Queue++
	case service == "AWSEvents":
		m.used.Events += units(len(body), 64)
	case service == "secretsmanager":
		m.used.Secrets++
	case bytes.Contains(body, []byte("Action=Publish")):
		m.used.Publishes++
	}
}

func units(bytes, kilobytes int) int { return max(1, (bytes+kilobytes*1024-1)/(kilobytes*1024)) }

func (m *meter) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used = cost.Usage{}
}

func (m *meter) take() cost.Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}

// skip leaves out what a function has logged so far.
func (m *meter) skip(f *runtimeapi.Function) { m.lines[f] = len(f.Log()) }

func (m *meter) logged(f *runtimeapi.Function) int { return len(f.Log()) - m.lines[f] }
