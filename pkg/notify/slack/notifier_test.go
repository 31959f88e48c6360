package slack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"

	"riposte/internal/testkit/loopback"
	"riposte/pkg/notify/notifytest"
	"riposte/pkg/notify/webhook"
)

const token = "T0EXAMPLE/B0EXAMPLE/notarealtokenatall"

// secret answers for Secrets Manager.
type secret string

func (s secret) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options),
) (*secretsmanager.GetSecretValueOutput, error) {
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(string(s))}, nil
}

// An answer is what the channel says to one post.
type answer struct {
	status int
	body   string
	after  string // Retry-After
}

// A channel stands for Slack: it gives its answers in turn, the last one for ever.
type channel struct {
	*httptest.Server
	mu      sync.Mutex
	answers []answer
	posts   []Payload
}

func newChannel(t *testing.T, answers ...answer) *channel {
	c := &channel{answers: answers}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		var p Payload
		body, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(body, &p) != nil || r.Method != http.MethodPost ||
			!strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") || r.URL.Path != "/services/"+token {
			t.Errorf("%s %s: %v %q", r.Method, r.URL, err, body)
		}
		c.posts = append(c.posts, p)
		a := c.answers[min(len(c.posts), len(c.answers))-1]
		if a.after != "" {
			w.Header().Set("Retry-After", a.after)
		}
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *channel) notifier(sleeps *[]time.Duration) *Notifier {
	hook := webhook.FromSecret(secret(c.URL+"/services/"+token), "slack-hook", func() time.Time { return time.Unix(0, 0) })
	n := New(hook, loopback.Client())
	n.Sleep = func(ctx context.Context, d time.Duration) error {
		*sleeps = append(*sleeps, d)
		return ctx.Err()
	}
	return n
}

func TestNotify(t *testing.T) {
	ok := answer{200, "ok", ""}
	const s = time.Second
	for _, tc := range []struct {
		name    string
		answers []answer
		posts   int
		sleeps  []time.Duration
		err     string // "" for none
	}{
		{"taken", []answer{ok}, 1, nil, ""},
		{"taken by a look-alike", []answer{{200, `{"ok":true}`, ""}}, 1, nil, ""},
		{"taken without a word", []answer{{204, "", ""}}, 1, nil, ""},
		{"not taken with 200", []answer{{200, `{"ok":false,"error":"invalid_auth"}`, ""}}, 1, nil, "invalid_auth"},
		{"busy", []answer{{429, "", "3"}, ok}, 2, []time.Duration{3 * s}, ""},
		{"busy without a wish", []answer{{429, "", ""}, {429, "", "0"}, ok}, 3, []time.Duration{s, 2 * s}, ""},
		{"busy with an odd wish", []answer{{429, "", "soon"}, {429, "", "-4"}, ok}, 3, []time.Duration{s, 2 * s}, ""},
		{"busy for long", []answer{{429, "rate_limited", "3600"}}, 1, nil, "1h0m0s"},
		{"out of order", []answer{{500, "", ""}, {503, "", ""}, {502, "", ""}, ok}, 4, []time.Duration{s, 2 * s, 4 * s}, ""},
		{"out of order for long", []answer{{503, "down", ""}}, 4, []time.Duration{s, 2 * s, 4 * s}, "slack answered 503: down"},
		{"blocks refused", []answer{{400, "invalid_blocks", ""}, ok}, 2, nil, ""},
		{"all refused", []answer{{400, "invalid_payload", ""}}, 2, nil, "slack refused the message: 400 invalid_payload"},
		{"revoked", []answer{{404, "no_service", ""}}, 1, nil, "404 no_service (the webhook may be revoked"},
		{"archived", []answer{{410, "channel_is_archived", ""}}, 1, nil, "archived"},
		{"redirected", []answer{{302, "see " + "/services/" + token, ""}}, 1, nil, "302"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newChannel(t, tc.answers...)
			var sleeps []time.Duration
			m := notifytest.Cases()[0].Message
			err := c.notifier(&sleeps).Notify(t.Context(), m)
			checkError(t, err, tc.err)
			if len(c.posts) != tc.posts {
				t.Errorf("%d posts, want %d", len(c.posts), tc.posts)
			}
			if diff := cmp.Diff(tc.sleeps, sleeps); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(Render(m), c.posts[0]); diff != "" {
				t.Errorf("posted (-want +got):\n%s", diff)
			}
		})
	}
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case err == nil && want != "":
		t.Errorf("no error, want one with %q", want)
	case err != nil && want == "":
		t.Errorf("error %v", err)
	case err != nil && !strings.Contains(err.Error(), want):
		t.Errorf("error %q, want one with %q", err, want)
	}
	if err != nil && (strings.Contains(err.Error(), "EXAMPLE") || strings.Contains(err.Error(), "notarealtoken")) {
		t.Errorf("the error gives the webhook away: %v", err)
	}
}

func TestNotifyTellsWithoutBlocks(t *testing.T) {
	c := newChannel(t, answer{400, "invalid_blocks", ""}, answer{200, "ok", ""})
	var sleeps []time.Duration
	m := notifytest.Cases()[0].Message
	if err := c.notifier(&sleeps).Notify(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	bare := c.posts[1]
	if len(bare.Blocks) != 0 || !strings.Contains(bare.Text, m.Incident.Title) || !strings.Contains(bare.Text, m.Incident.ID) {
		t.Errorf("second post %+v: want bare text that names the incident", bare)
	}
}

func TestNotifyEndsWithTheContext(t *testing.T) {
	c := newChannel(t, answer{503, "", ""})
	ctx, cancel := context.WithCancel(t.Context())
	var sleeps []time.Duration
	n := c.notifier(&sleeps)
	n.Sleep = func(ctx context.Context, d time.Duration) error {
		cancel()
		return sleep(ctx, d)
	}
	err := n.Notify(ctx, notifytest.Cases()[0].Message)
	if !errors.Is(err, context.Canceled) || len(c.posts) != 1 {
		t.Errorf("error %v after %d posts: want the context's after one", err, len(c.posts))
	}
}

func TestNotifyOutOfReach(t *testing.T) {
	c := newChannel(t, answer{200, "ok", ""})
	var sleeps []time.Duration
	n := c.notifier(&sleeps)
	c.Close()
	err := n.Notify(t.Context(), notifytest.Cases()[0].Message)
	checkError(t, err, `webhook from secret "slack-hook"`)
	if len(sleeps) != attempts-1 {
		t.Errorf("waits %v", sleeps)
	}
}

func TestNotifyTimesOut(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer server.Close()
	c := &channel{Server: server}
	var sleeps []time.Duration
	n := c.notifier(&sleeps)
	n.client.Timeout = 20 * time.Millisecond
	err := n.Notify(t.Context(), notifytest.Cases()[0].Message)
	checkError(t, err, "Client.Timeout")
	if len(sleeps) != attempts-1 {
		t.Errorf("waits %v", sleeps)
	}
}

func TestNotifyWithoutAWebhook(t *testing.T) {
	hook := webhook.FromSecret(secret("ftp://"+token), "slack-hook", func() time.Time { return time.Unix(0, 0) })
	n := New(hook, loopback.Client())
	n.Sleep = func(context.Context, time.Duration) error { return errors.New("it waited") }
	checkError(t, n.Notify(t.Context(), notifytest.Cases()[0].Message), `secret "slack-hook" holds no webhook`)
}
