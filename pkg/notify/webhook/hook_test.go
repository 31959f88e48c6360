package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"riposte/internal/testkit/loopback"
	"riposte/internal/testkit/moto"
	"riposte/pkg/notify/secret"
)

// secrets stands for Secrets Manager with one secret.
type secrets struct {
	value  string
	binary []byte
	err    error
	reads  int
}

func (s *secrets) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options),
) (*secretsmanager.GetSecretValueOutput, error) {
	s.reads++
	if s.err != nil {
		return nil, s.err
	}
	if aws.ToString(in.SecretId) != "slack-hook" {
		return nil, fmt.Errorf("no secret %q", aws.ToString(in.SecretId))
	}
	if s.binary != nil {
		return &secretsmanager.GetSecretValueOutput{SecretBinary: s.binary}, nil
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(s.value)}, nil
}

// A clock stands still until it is moved.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// receiver answers by path: the status that the path's last element names.
func receiver(t *testing.T) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/ok"):
			_, _ = io.WriteString(w, "ok")
		case strings.HasSuffix(r.URL.Path, "/gone"):
			http.Error(w, "no_service for "+r.URL.Path, http.StatusNotFound)
		case strings.HasSuffix(r.URL.Path, "/moved"):
			http.Redirect(w, r, "/services/ok", http.StatusTemporaryRedirect)
		case strings.HasSuffix(r.URL.Path, "/flood"):
			_, _ = w.Write(bytes.Repeat([]byte("x"), 1<<20))
		default:
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func TestPost(t *testing.T) {
	server := receiver(t)
	for _, tc := range []struct {
		path  string
		want  Answer
		reads int
	}{
		{"/services/ok", Answer{Status: 200, Body: "ok"}, 1},
		{"/services/busy", Answer{Status: 429, RetryAfter: 7 * time.Second}, 1},
		{"/services/gone", Answer{Status: 404, Body: "no_service for [webhook]\n"}, 2},
		{"/services/moved", Answer{Status: 307}, 1},
		{"/services/flood", Answer{Status: 200, Body: strings.Repeat("x", maxAnswer)}, 1},
	} {
		api := &secrets{value: server.URL + tc.path}
		client := loopback.Client()
		got, err := FromSecret(api, "slack-hook", (&clock{}).now).Post(t.Context(), client, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if got != tc.want || api.reads != tc.reads {
			t.Errorf("%s: %+v after %d reads, want %+v after %d", tc.path, got, api.reads, tc.want, tc.reads)
		}
		if client.CheckRedirect != nil {
			t.Errorf("%s: the caller's client was changed", tc.path)
		}
	}
}

func TestPostTakesUpARotatedSecret(t *testing.T) {
	server := receiver(t)
	post := func(h *Hook) int {
		t.Helper()
		a, err := h.Post(t.Context(), loopback.Client(), []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		return a.Status
	}

	t.Run("when the old address is refused", func(t *testing.T) {
		api := &secrets{value: server.URL + "/services/busy"}
		h := FromSecret(api, "slack-hook", (&clock{}).now)
		post(h)
		post(h)
		if api.reads != 1 {
			t.Errorf("%d reads for two posts, want 1", api.reads)
		}
		api.value = server.URL + "/services/gone"
		h = FromSecret(api, "slack-hook", (&clock{}).now)
		if got := post(h); got != http.StatusNotFound {
			t.Errorf("status %d, want 404", got)
		}
		api.value = server.URL + "/services/ok"
		if got := post(h); got != http.StatusOK {
			t.Errorf("status %d: want the new address to be used at once", got)
		}
	})

	t.Run("after some minutes", func(t *testing.T) {
		c := &clock{time.Unix(1_000_000, 0)}
		api := &secrets{value: server.URL + "/services/busy"}
		h := FromSecret(api, "slack-hook", c.now)
		post(h)
		api.value = server.URL + "/services/ok"
		c.t = c.t.Add(secret.FreshFor - time.Second)
		if got := post(h); got != http.StatusTooManyRequests {
			t.Errorf("status %d: want the address that was read", got)
		}
		c.t = c.t.Add(time.Second)
		if got := post(h); got != http.StatusOK {
			t.Errorf("status %d: want the new address", got)
		}
	})

	t.Run("not while the secret cannot be read", func(t *testing.T) {
		c := &clock{time.Unix(1_000_000, 0)}
		api := &secrets{value: server.URL + "/services/ok"}
		h := FromSecret(api, "slack-hook", c.now)
		post(h)
		api.err = errors.New("throttled")
		c.t = c.t.Add(time.Hour)
		if got := post(h); got != http.StatusOK {
			t.Errorf("status %d: want the old address to be used", got)
		}
	})
}

func TestPostErrors(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	const token = "T0EXAMPLE/B0EXAMPLE/notarealtoken"
	refused := receiver(t)
	for _, tc := range []struct {
		name string
		api  *secrets
		want string
		none bool // the error is ErrNoAddress
	}{
		{"no secret", &secrets{err: errors.New("ResourceNotFoundException")}, `read the webhook's secret "slack-hook": ResourceNotFoundException`, true},
		{"not a URL", &secrets{value: token}, `secret "slack-hook" holds no webhook: its URL does not begin with https://`, true},
		{"binary", &secrets{binary: []byte(token)}, `secret "slack-hook" holds no webhook`, true},
		{"out of reach", &secrets{value: closed.URL + "/services/" + token}, `post to the webhook from secret "slack-hook": dial tcp`, false},
		{"another machine", &secrets{value: "https://hooks.example.com/services/" + token}, `only loopback`, false},
		{"HTTPS without TLS", &secrets{value: strings.Replace(refused.URL, "http:", "https:", 1) + "/" + token}, `HTTP response to HTTPS client`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := FromSecret(tc.api, "slack-hook", (&clock{}).now).Post(t.Context(), loopback.Client(), []byte("{}"))
			if err == nil || !strings.Contains(err.Error(), tc.want) || errors.Is(err, ErrNoAddress) != tc.none {
				t.Fatalf("error %v, want one with %q", err, tc.want)
			}
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "EXAMPLE") || strings.Contains(text, "notareal") {
				t.Errorf("the error gives the URL away: %s", text)
			}
		})
	}
}

func TestPostEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := FromSecret(&secrets{value: receiver(t).URL + "/ok"}, "slack-hook", (&clock{}).now).Post(ctx, loopback.Client(), nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v: want the context's", err)
	}
}

func TestHookNeverShowsItsURL(t *testing.T) {
	const token = "notarealtoken"
	server := receiver(t)
	h := FromSecret(&secrets{value: server.URL + "/" + token + "/ok"}, "slack-hook", (&clock{}).now)
	if _, err := h.Post(t.Context(), loopback.Client(), []byte("{}")); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(map[string]any{"hook": h})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("hook", "hook", h)
	slog.New(slog.NewTextHandler(&log, nil)).Info("hook", "hook", h, "in", []any{h})
	holder := struct{ hook *Hook }{h}
	for name, text := range map[string]string{
		"verbs":     fmt.Sprintf("%v %+v %#v %s %q %d %x", h, h, h, h, h, h, h),
		"JSON":      string(raw),
		"log":       log.String(),
		"in fields": fmt.Sprintf("%v %+v %#v", holder, holder, holder),
		"value":     fmt.Sprintf("%+v %#v", reflect.ValueOf(h).Elem(), reflect.ValueOf(h).Elem()),
	} {
		if strings.Contains(text, token) || strings.Contains(text, server.URL) {
			t.Errorf("%s show the URL: %s", name, text)
		}
		if name != "in fields" && name != "value" && !strings.Contains(text, "slack-hook") {
			t.Errorf("%s do not name the secret: %s", name, text)
		}
	}
}

func TestFromSecretsManager(t *testing.T) {
	server := receiver(t)
	api := secretsmanager.NewFromConfig(moto.Start(t).Config())
	_, err := api.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String("riposte/slack"), SecretString: aws.String(`{"url": "` + server.URL + `/services/ok"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	now := (&clock{}).now
	a, err := FromSecret(api, "riposte/slack", now).Post(t.Context(), loopback.Client(), []byte("{}"))
	if err != nil || a.Status != http.StatusOK {
		t.Errorf("answer %+v, %v", a, err)
	}
	if _, err := FromSecret(api, "riposte/none", now).Post(t.Context(), loopback.Client(), nil); !errors.Is(err, ErrNoAddress) {
		t.Errorf("error %v: want that there is no such secret", err)
	}
}
