package pagerduty

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"riposte/internal/testkit/loopback"
	"riposte/internal/testkit/moto"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
)

func notesOf(by string) []ledger.Note { return []ledger.Note{{By: by, Text: "kept"}} }

// secrets stands for Secrets Manager with one secret.
type secrets struct {
	value string
	err   error
	reads int
}

func (s *secrets) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options),
) (*secretsmanager.GetSecretValueOutput, error) {
	s.reads++
	if s.err != nil {
		return nil, s.err
	}
	if aws.ToString(in.SecretId) != "pagerduty" {
		return nil, fmt.Errorf("no secret %q", aws.ToString(in.SecretId))
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(s.value)}, nil
}

// A clock stands still until it is moved.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// started returns a notifier that sends to a receiver, with what it has slept.
func started(t *testing.T) (*Notifier, *receiver, *secrets, *[]time.Duration) {
	r := newReceiver(t)
	s := &secrets{value: fmt.Sprintf(`{"routing_key":%q,"url":%q}`, exampleKey, r.URL+"/v2/enqueue")}
	n := New(KeyFromSecret(s, "pagerduty", (&clock{}).now), loopback.Client())
	var slept []time.Duration
	n.Sleep = func(ctx context.Context, d time.Duration) error {
		slept = append(slept, d)
		return ctx.Err()
	}
	return n, r, s, &slept
}

func caseOf(t *testing.T, name string) notify.Message {
	t.Helper()
	for _, c := range append(notifytest.Cases(), notifytest.Hostile()...) {
		if c.Name == name {
			return c.Message
		}
	}
	t.Fatalf("no case %s", name)
	return notify.Message{}
}

// TestAlerts follows alerts through the messages about their incidents.
func TestAlerts(t *testing.T) {
	for _, tt := range []struct {
		messages []string
		status   string
		opened   int
	}{
		{[]string{"key-opened-act", "key-remediated-act"}, "resolved", 1},
		{[]string{"admin-opened-contain", "admin-remediated-contain"}, "triggered", 1},
		{[]string{"admin-opened-contain", "admin-remediated-contain", "admin-kept"}, "resolved", 1},
		{[]string{"inline-opened-ask", "inline-dismissed"}, "resolved", 1},
		{[]string{"key-opened-act", "key-remediated-act", "key-undo-failed"}, "triggered", 2},
		{[]string{"trail-failed"}, "triggered", 1},
		{[]string{"key-remediated-act"}, "", 0},
		{[]string{"key-opened-act", "chain-part-opened-contain", "chain-lead-remediated-act"}, "triggered", 1},
		{[]string{"hostile-flood"}, "triggered", 1},
	} {
		n, r, _, _ := started(t)
		for _, name := range tt.messages {
			if err := n.Notify(t.Context(), caseOf(t, name)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		var got alert
		for _, a := range r.alerts {
			got = *a
		}
		if len(r.alerts) > 1 || got.status != tt.status || got.opened != tt.opened {
			t.Errorf("%v: %d alerts, %+v, want %s opened %d times", tt.messages, len(r.alerts), got, tt.status, tt.opened)
		}
	}
}

// TestLate holds that a message that comes after a newer one does not undo what the newer one did.
func TestLate(t *testing.T) {
	opened, remediated := caseOf(t, "key-opened-act"), caseOf(t, "key-remediated-act")
	failed := remediated.Incident
	failed.State = ledger.Failed
	working := opened.Incident
	working.State = ledger.Remediating
	for name, tt := range map[string]struct {
		m     notify.Message
		live  ledger.Incident
		err   error
		posts int
		fails bool
	}{
		"in time":                             {remediated, remediated.Incident, nil, 1, false},
		"reversed, and failed since":          {remediated, failed, nil, 0, false},
		"opened, and reversed since":          {opened, remediated.Incident, nil, 0, false},
		"opened, and under way since":         {opened, working, nil, 1, false},
		"opened, and nobody knows":            {opened, ledger.Incident{}, errors.New("throttled"), 1, false},
		"reversed, and nobody knows":          {remediated, ledger.Incident{}, errors.New("throttled"), 0, true},
		"refused undo of what stays reversed": {caseOf(t, "key-undo-failed"), remediated.Incident, nil, 1, false},
	} {
		n, r, _, _ := started(t)
		n.Current = func(_ context.Context, id string) (ledger.Incident, error) {
			if id != tt.m.Incident.ID {
				t.Errorf("%s: asked for %s", name, id)
			}
			return tt.live, tt.err
		}
		if err := n.Notify(t.Context(), tt.m); (err != nil) != tt.fails || r.posts != tt.posts {
			t.Errorf("%s: %d posts, error %v", name, r.posts, err)
		}
	}
}

func status(code int, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		if len(header) == 2 {
			w.Header().Set(header[0], header[1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, `{"status":"no","message":"`+exampleKey+`"}`)
	}
}

// TestAnswers holds what is tried again, after how long, and what is not.
func TestAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		answers []func(http.ResponseWriter)
		posts   int
		slept   []time.Duration
		says    string
	}{
		"taken":                {nil, 1, nil, ""},
		"busy, then taken":     {[]func(http.ResponseWriter){status(429), status(500)}, 3, []time.Duration{time.Second, 2 * time.Second}, ""},
		"says how long":        {[]func(http.ResponseWriter){status(429, "Retry-After", "7")}, 2, []time.Duration{7 * time.Second}, ""},
		"says too long":        {[]func(http.ResponseWriter){status(429, "Retry-After", "600")}, 1, nil, "asks to wait 10m0s"},
		"out of order":         {[]func(http.ResponseWriter){status(503), status(502), status(500), status(503)}, 4, []time.Duration{1e9, 2e9, 4e9}, "answered 503"},
		"refused":              {[]func(http.ResponseWriter){status(400)}, 1, nil, "refused the event: 400"},
		"redirected elsewhere": {[]func(http.ResponseWriter){status(307, "Location", "http://127.0.0.1:1/")}, 1, nil, "refused the event: 307"},
		"200 is not accepted":  {[]func(http.ResponseWriter){status(200)}, 1, nil, "refused the event: 200"},
	} {
		t.Run(name, func(t *testing.T) {
			n, r, _, slept := started(t)
			r.answers = tt.answers
			err := n.Notify(t.Context(), caseOf(t, "trail-failed"))
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want one that says %q", err, tt.says)
			}
			if err != nil && strings.Contains(err.Error(), exampleKey) {
				t.Errorf("the error gives the key away: %v", err)
			}
			if r.posts != tt.posts || fmt.Sprint(*slept) != fmt.Sprint(tt.slept) {
				t.Errorf("%d posts after sleeps of %v, want %d after %v", r.posts, *slept, tt.posts, tt.slept)
			}
		})
	}
}

// TestRotated holds that a key that PagerDuty does not know any more is read again at once.
func TestRotated(t *testing.T) {
	n, r, s, _ := started(t)
	if err := n.Notify(t.Context(), caseOf(t, "trail-failed")); err != nil {
		t.Fatal(err)
	}
	fresh := strings.Repeat("N", 32)
	s.value = strings.Replace(s.value, exampleKey, fresh, 1)
	r.key = fresh
	if err := n.Notify(t.Context(), caseOf(t, "trail-failed")); err != nil || s.reads != 2 {
		t.Errorf("error %v after %d reads", err, s.reads)
	}
	s.err = errors.New("throttled")
	if err := n.Notify(t.Context(), caseOf(t, "trail-failed")); err != nil {
		t.Errorf("the key that is held was not used: %v", err)
	}
}

func TestNoKey(t *testing.T) {
	for name, tt := range map[string]struct{ value, says string }{
		"empty":                  {"", "32 letters and digits"},
		"too short":              {"abc", "32 letters and digits"},
		"broken JSON":            {`{"routing_key":`, "neither a key nor JSON"},
		"no key in JSON":         {`{"url":"https://events.eu.pagerduty.com/v2/enqueue"}`, "32 letters and digits"},
		"somebody else's server": {`{"routing_key":"` + exampleKey + `","url":"https://events.pagerduty.com.evil.example/"}`, "no address of PagerDuty"},
		"plain HTTP":             {`{"routing_key":"` + exampleKey + `","url":"http://events.pagerduty.com/v2/enqueue"}`, "no address of PagerDuty"},
		"with a user":            {`{"routing_key":"` + exampleKey + `","url":"https://a@events.pagerduty.com/"}`, "no address of PagerDuty"},
	} {
		n := New(KeyFromSecret(&secrets{value: tt.value}, "pagerduty", (&clock{}).now), loopback.Client())
		err := n.Notify(t.Context(), caseOf(t, "trail-failed"))
		if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), `secret "pagerduty"`) || strings.Contains(err.Error(), exampleKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	n := New(KeyFromSecret(&secrets{value: exampleKey}, "other", (&clock{}).now), loopback.Client())
	if err := n.Notify(t.Context(), caseOf(t, "trail-failed")); err == nil || !strings.Contains(err.Error(), `read the PagerDuty key's secret "other"`) {
		t.Errorf("%v", err)
	}
}

// TestKeyIsNotPrinted holds that no way of printing shows the key, also once it has been read.
func TestKeyIsNotPrinted(t *testing.T) {
	n, _, _, _ := started(t)
	if err := n.Notify(t.Context(), caseOf(t, "trail-failed")); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("with", "key", n.key)
	raw, err := json.Marshal(n.key)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{fmt.Sprint(n.key), fmt.Sprintf("%+v %#v %q %x", n.key, n.key, n.key, n.key), fmt.Sprintf("%+v", n), log.String(), string(raw)} {
		if strings.Contains(s, exampleKey) {
			t.Errorf("the key is in %s", s)
		}
	}
}

func TestEndsWithTheContext(t *testing.T) {
	n, r, _, _ := started(t)
	r.answers = []func(http.ResponseWriter){status(500)}
	ctx, cancel := context.WithCancel(t.Context())
	n.Sleep = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	if err := n.Notify(ctx, caseOf(t, "trail-failed")); !errors.Is(err, context.Canceled) || r.posts != 1 {
		t.Errorf("error %v after %d posts", err, r.posts)
	}
	if _, ok := any(n).(notify.Digests); ok || n.Name() != "pagerduty" {
		t.Error("a pager takes digests, or has another name")
	}
}

// TestSecretOverTheWire reads the key from Secrets Manager's own protocol.
func TestSecretOverTheWire(t *testing.T) {
	r := newReceiver(t)
	api := secretsmanager.NewFromConfig(moto.Start(t).Config())
	_, err := api.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String("pagerduty"), SecretString: aws.String(fmt.Sprintf(`{"routing_key":%q,"url":%q}`, exampleKey, r.URL)),
	})
	if err != nil {
		t.Fatal(err)
	}
	n := New(KeyFromSecret(api, "pagerduty", (&clock{}).now), loopback.Client())
	if err := n.Notify(t.Context(), caseOf(t, "trail-failed")); err != nil || len(r.alerts) != 1 {
		t.Errorf("error %v, %d alerts", err, len(r.alerts))
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{exampleKey, `{"routing_key":"` + exampleKey + `"}`, `{"routing_key":"` + exampleKey + `","url":"https://events.eu.pagerduty.com/v2/enqueue"}`, "{", ""} {
		f.Add(s)
	}
	constant := map[string]bool{}
	for _, bad := range []string{"x", "{", `{"routing_key":"` + exampleKey + `","url":"x"}`, `{"routing_key":"` + exampleKey + `","url":"https://a@b/"}`} {
		_, err := parse(bad)
		constant[err.Error()] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse(text)
		if err != nil {
			if !constant[err.Error()] {
				t.Errorf("the error may quote the secret: %v", err)
			}
			return
		}
		if len(c.routingKey) != 32 || stranger(c.url) {
			t.Errorf("parse(%q) = %+v", text, c)
		}
	})
}

// stranger reports whether an address is none that a key may be sent to.
func stranger(address string) bool {
	return !strings.HasPrefix(address, "https://events.") && !strings.HasPrefix(address, "http://127.") && !strings.HasPrefix(address, "http://[::1]")
}
