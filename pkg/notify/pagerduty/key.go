package pagerduty

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"riposte/pkg/notify/webhook"
)

// endpoint takes events where the secret names no other, such as that of PagerDuty's service region in Europe.
const endpoint = "https://events.pagerduty.com/v2/enqueue"

// freshFor is how long a key that was read is used before it is read again, so that a rotated secret is taken up.
const freshFor = 5 * time.Minute

// routingKey is the form of an integration's key.
var routingKey = regexp.MustCompile(`^[A-Za-z0-9]{32}$`)

// A Key is the integration key of a PagerDuty service: whoever knows it can page people. It is read from Secrets Manager at
// run time and is in no error, log or text; however a Key is printed, it shows the name of the secret. It is safe for
// concurrent use.
type Key struct {
	api    webhook.SecretReader
	secret string
	now    func() time.Time

	mu   sync.Mutex
	held *credential // a pointer, so that not even a printed copy shows it
	read time.Time
}

// A credential is what the secret holds.
type credential struct {
	routingKey string
	url        string
}

// KeyFromSecret returns the key that is the value of a secret, given by name or ARN: the bare key, or JSON with the key
// under "routing_key" and, for a service region other than that of the United States, the address under "url". The secret
// is read on first use.
func KeyFromSecret(api webhook.SecretReader, secretID string, now func() time.Time) *Key {
	return &Key{api: api, secret: secretID, now: now}
}

// String names the secret.
func (k *Key) String() string { return fmt.Sprintf("PagerDuty key from secret %q", k.secret) }

// Format writes what String returns, whatever the verb.
func (k *Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// MarshalText returns what String returns.
func (k *Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// LogValue returns what String returns.
func (k *Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// credential returns what the secret holds. Where it has to be read again and Secrets Manager does not answer, it returns
// the last: people are better paged with an old key than not at all.
func (k *Key) credential(ctx context.Context) (*credential, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held != nil && k.now().Sub(k.read) < freshFor {
		return k.held, nil
	}
	c, err := k.fetch(ctx)
	if err != nil {
		if k.held != nil && ctx.Err() == nil {
			return k.held, nil
		}
		return nil, err
	}
	k.held, k.read = c, k.now()
	return c, nil
}

// forget lets the secret be read again because PagerDuty has refused what it held.
func (k *Key) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.held = nil
}

func (k *Key) fetch(ctx context.Context) (*credential, error) {
	out, err := k.api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(k.secret)})
	if err != nil {
		return nil, fmt.Errorf("read the PagerDuty key's secret %q: %w", k.secret, err)
	}
	text := string(out.SecretBinary)
	if out.SecretString != nil {
		text = *out.SecretString
	}
	c, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("secret %q holds no PagerDuty key: %w", k.secret, err)
	}
	return c, nil
}

// parse reads a secret's text. Its errors say what is wrong and never quote the text: it is the secret.
func parse(text string) (*credential, error) {
	text = strings.TrimSpace(text)
	c := &credential{routingKey: text, url: endpoint}
	if strings.HasPrefix(text, "{") {
		var fields struct {
			RoutingKey string `json:"routing_key"`
			URL        string `json:"url"`
		}
		if json.Unmarshal([]byte(text), &fields) != nil {
			return nil, errors.New(`it is neither a key nor JSON such as {"routing_key": "…"}`)
		}
		c.routingKey = strings.TrimSpace(fields.RoutingKey)
		if u := strings.TrimSpace(fields.URL); u != "" {
			c.url = u
		}
	}
	if !routingKey.MatchString(c.routingKey) {
		return nil, errors.New("an integration key for Events API v2 has 32 letters and digits, and this has not")
	}
	return c, check(c.url)
}

// check refuses an address that is not PagerDuty's: the key would go there. Plain HTTP is for tests on this machine.
func check(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return errors.New("its url is no address of PagerDuty")
	}
	host := u.Hostname()
	switch ip := net.ParseIP(host); {
	case u.Scheme == "http" && ip != nil && ip.IsLoopback():
		return nil
	case u.Scheme == "https" && (host == "events.pagerduty.com" || strings.HasPrefix(host, "events.") && strings.HasSuffix(host, ".pagerduty.com")):
		return nil
	}
	return errors.New("its url is no address of PagerDuty: want https://events.pagerduty.com/v2/enqueue or https://events.eu.pagerduty.com/v2/enqueue")
}
