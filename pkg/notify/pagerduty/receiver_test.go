package pagerduty

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"
)

const exampleKey = "0123456789abcdef0123456789EXAMPL"

// An alert is what a receiver holds under a key.
type alert struct {
	status   string // triggered, acknowledged, resolved
	triggers int
	opened   int // how often it was made
}

// A receiver stands in for Events API v2: it refuses what the API's schema and limits do not let in, and keeps alerts.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	key     string
	alerts  map[string]*alert
	answers []func(http.ResponseWriter) // what it does instead, once each
	posts   int
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{key: exampleKey, alerts: map[string]*alert{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.posts++
	if len(r.answers) > 0 {
		do := r.answers[0]
		r.answers = r.answers[1:]
		do(w)
		return
	}
	body, err := io.ReadAll(req.Body)
	faults := faultsOf(body, r.key)
	if err != nil || req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" {
		faults = append(faults, "not a POST of JSON")
	}
	if len(faults) > 0 {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "invalid event", "message": "Event object is invalid", "errors": faults})
		return
	}
	var e event
	_ = json.Unmarshal(body, &e)
	r.take(e)
	w.WriteHeader(http.StatusAccepted)
	_, _ = fmt.Fprintf(w, `{"status":"success","message":"Event processed","dedup_key":%q}`, e.DedupKey)
}

// take does what PagerDuty does with an event: a trigger opens an alert or adds to an open one, the others find an open one
// or do nothing.
func (r *receiver) take(e event) {
	a := r.alerts[e.DedupKey]
	open := a != nil && a.status != "resolved"
	switch {
	case e.Action == trigger && a == nil:
		r.alerts[e.DedupKey] = &alert{status: "triggered", triggers: 1, opened: 1}
	case e.Action == trigger && !open:
		a.status, a.triggers, a.opened = "triggered", a.triggers+1, a.opened+1
	case e.Action == trigger:
		a.triggers++
	case e.Action == acknowledge && open:
		a.status = "acknowledged"
	case e.Action == resolve && open:
		a.status = "resolved"
	}
}

// faultsOf holds an event against the schema that PagerDuty publishes (github.com/PagerDuty/api-schema, reference/events-v2)
// and the limits of its documentation.
func faultsOf(body []byte, key string) []string {
	var faults []string
	fault := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	fault(len(body) <= 512<<10, "%d bytes", len(body))
	var raw map[string]any
	if err := json.Unmarshal(body, &raw); err != nil {
		return append(faults, err.Error())
	}
	for name := range raw {
		fault(slices.Contains([]string{"routing_key", "event_action", "dedup_key", "client", "client_url", "links", "images", "payload"}, name), "unknown %s", name)
	}
	fault(raw["routing_key"] == key, "Length of 'routing_key' is incorrect (should be 32 characters)")
	do, _ := raw["event_action"].(string)
	fault(slices.Contains([]string{"trigger", "acknowledge", "resolve"}, do), "event_action %q", do)
	dedup, _ := raw["dedup_key"].(string)
	fault(dedup != "" && len(dedup) <= 255, "dedup_key %q", dedup)
	payload, _ := raw["payload"].(map[string]any)
	if do != "trigger" {
		return faults
	}
	for name := range payload {
		fault(slices.Contains([]string{"summary", "timestamp", "severity", "source", "component", "group", "class", "custom_details"}, name), "unknown payload.%s", name)
	}
	summary, _ := payload["summary"].(string)
	fault(strings.TrimSpace(summary) != "" && len(utf16.Encode([]rune(summary))) <= 1024, "summary of %d characters", len(summary))
	source, _ := payload["source"].(string)
	fault(source != "", "no source")
	severity, _ := payload["severity"].(string)
	fault(slices.Contains([]string{"critical", "warning", "error", "info"}, severity), "severity %q", severity)
	if at, ok := payload["timestamp"].(string); ok {
		_, err := time.Parse(time.RFC3339, at)
		fault(err == nil, "timestamp: %v", err)
	}
	_, ok := payload["custom_details"].(map[string]any)
	fault(ok, "custom_details is no object")
	links, _ := raw["links"].([]any)
	for _, l := range links {
		l, _ := l.(map[string]any)
		href, _ := l["href"].(string)
		fault(strings.HasPrefix(href, "https://"), "link %q", href)
	}
	return faults
}
