// Package slackstandin plays Slack on loopback: the methods of the Web API that Riposte calls, the URLs to reply to, and
// the signed requests that clicks become. It keeps Slack's limits, so that what Slack would refuse fails a test, and
// remembers what the channels look like.
package slackstandin

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
)

// A Server is a workspace with one app in it.
type Server struct {
	URL           string
	SigningSecret string

	mu         sync.Mutex
	t          testing.TB
	now        func() time.Time
	server     *httptest.Server
	token      string
	channels   map[string]*channel
	count      int64 // makes timestamps and identifiers
	limited    bool
	dedup      bool
	fail       map[string][]failure // by method, in turn
	calls      []string
	triggers   map[string]bool // by id, whether it was exchanged
	replies    map[string]*replies
	views      []View
	clientIDs  map[string]string // by channel and client_msg_id: the timestamp
	ephemerals []Ephemeral
}

type channel struct {
	messages []*Message
	next     time.Time // when it takes the next message, where rates are limited
	archived bool
	left     bool // the app is not in it
}

type replies struct {
	user, channel, ts string
	left              int
}

type failure struct {
	status int
	code   string
	after  string // Retry-After
	lost   bool   // it is done, and the answer does not arrive
}

// A Message is what stands in a channel.
type Message struct {
	TS        string
	ThreadTS  string // of the message that it replies to; empty for one of the channel itself
	Text      string
	Blocks    []Block
	InChannel bool // a reply that the channel shows too
	Edits     int
	Deleted   bool
}

// A View is a modal that was opened.
type View struct {
	ID       string
	User     string
	Callback string
	Metadata string
	Title    string
	Text     string
}

// Token and SigningSecret of a new workspace.
const (
	firstToken  = "xoxb-000000000000-not-a-real-token"
	firstSecret = "0123456789abcdef-not-a-real-secret"
)

// Start runs a workspace with some channels until the test ends. now tells the time; nil for that of the machine.
func Start(t testing.TB, now func() time.Time, channels ...string) *Server {
	if now == nil {
		now = time.Now
	}
	s := &Server{
		t: t, now: now, token: firstToken, SigningSecret: firstSecret, channels: map[string]*channel{}, fail: map[string][]failure{},
		triggers: map[string]bool{}, replies: map[string]*replies{}, clientIDs: map[string]string{},
	}
	for _, c := range channels {
		s.channels[c] = &channel{}
	}
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.server.URL
	t.Cleanup(s.server.Close)
	return s
}

// Secret returns what the app's secret holds.
func (s *Server) Secret() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf(`{"bot_token": %q, "signing_secret": %q}`, s.token, s.SigningSecret)
}

// Rotate gives the app another token and another signing secret; the old ones are refused from now on.
func (s *Server) Rotate() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	s.token, s.SigningSecret = fmt.Sprintf("%s-%d", firstToken, s.count), fmt.Sprintf("%s-%d", firstSecret, s.count)
}

// Close ends the workspace, as an outage would.
func (s *Server) Close() { s.server.Close() }

// LimitRates makes every channel take one message a second.
func (s *Server) LimitRates(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limited = on
}

// Deduplicate makes a client_msg_id that was seen before name the message that it made.
func (s *Server) Deduplicate(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dedup = on
}

// Refuse makes the next call of a method fail with a code.
func (s *Server) Refuse(method, code string) {
	s.add(method, failure{status: http.StatusOK, code: code})
}

// Break makes the next call of a method answer with a status and, where after is not empty, with that Retry-After.
func (s *Server) Break(method string, status int, after string) {
	s.add(method, failure{status: status, after: after})
}

// Lose makes the next call of a method work and its answer get lost.
func (s *Server) Lose(method string) { s.add(method, failure{lost: true}) }

func (s *Server) add(method string, f failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail[method] = append(s.fail[method], f)
}

// Archive archives a channel, and Leave takes the app out of it.
func (s *Server) Archive(name string) { s.edit(name, func(c *channel) { c.archived = true }) }

// Leave takes the app out of a channel.
func (s *Server) Leave(name string) { s.edit(name, func(c *channel) { c.left = true }) }

// Delete deletes a message.
func (s *Server) Delete(name, ts string) {
	s.edit(name, func(c *channel) {
		if m := c.find(ts); m != nil {
			m.Deleted = true
		}
	})
}

func (s *Server) edit(name string, do func(*channel)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do(s.channels[name])
}

// Channel returns what a channel shows, without threads.
func (s *Server) Channel(name string) []Message {
	return s.messages(name, func(m *Message) bool { return m.ThreadTS == "" || m.InChannel })
}

// Thread returns the replies to a message.
func (s *Server) Thread(name, ts string) []Message {
	return s.messages(name, func(m *Message) bool { return m.ThreadTS == ts })
}

func (s *Server) messages(name string, want func(*Message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.channels[name].messages {
		if !m.Deleted && want(m) {
			out = append(out, *m)
		}
	}
	return out
}

// Calls returns the methods that were called, in order.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Views returns the modals that were opened.
func (s *Server) Views() []View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.views)
}

func (c *channel) find(ts string) *Message {
	for _, m := range c.messages {
		if m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || r.Method != http.MethodPost {
		http.Error(w, "want a POST", http.StatusBadRequest)
		return
	}
	if path, ok := strings.CutPrefix(r.URL.Path, "/actions/"); ok {
		s.serveReply(w, path, body)
		return
	}
	method, ok := strings.CutPrefix(r.URL.Path, "/api/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	s.calls = append(s.calls, method)
	var planned failure
	if f := s.fail[method]; len(f) > 0 {
		planned, s.fail[method] = f[0], f[1:]
	}
	switch {
	case planned.lost:
		s.answer(method, r, body)
		panic(http.ErrAbortHandler)
	case planned.status != 0 && planned.code == "":
		if planned.after != "" {
			w.Header().Set("Retry-After", planned.after)
		}
		w.WriteHeader(planned.status)
		return
	}
	out, code := map[string]any{}, planned.code
	if code == "" {
		out, code = s.answer(method, r, body)
	}
	switch {
	case code == "ratelimited":
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		out = map[string]any{"ok": false, "error": code}
	case code != "":
		if out == nil {
			out = map[string]any{}
		}
		out["ok"], out["error"] = false, code
	default:
		out["ok"] = true
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(out)
}

// answer does what a call asks for, and returns what Slack would say, or the code of an error.
func (s *Server) answer(method string, r *http.Request, body []byte) (map[string]any, string) {
	switch auth := r.Header.Get("Authorization"); {
	case auth == "":
		return nil, "not_authed"
	case auth != "Bearer "+s.token:
		return nil, "invalid_auth"
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		return nil, "invalid_post_type"
	}
	switch method {
	case "chat.postMessage":
		return s.post(body)
	case "chat.update":
		return s.update(body)
	case "views.open":
		return s.open(body)
	}
	return nil, "unknown_method"
}

// stamp returns the next timestamp.
func (s *Server) stamp() string {
	s.count++
	return fmt.Sprintf("%d.%06d", s.now().Unix(), s.count)
}
