// Package webhook posts to a webhook whose URL is a secret: whoever knows it can post. The URL is read from Secrets
// Manager at run time and appears in no error, log or text that this package makes.
package webhook

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// freshFor is how long a URL that was read is used before it is read again, so that a rotated secret is taken up.
const freshFor = 5 * time.Minute

// SecretReader is the part of Secrets Manager that reads a secret.
type SecretReader interface {
	GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, opts ...func(*secretsmanager.Options),
	) (*secretsmanager.GetSecretValueOutput, error)
}

// A Hook is a webhook whose URL is in a secret. It is safe for concurrent use. However it is printed, it shows the
// name of the secret and never the URL.
type Hook struct {
	api    SecretReader
	secret string
	now    func() time.Time

	mu   sync.Mutex
	url  *url.URL // a pointer, so that not even a printed copy of the Hook shows it
	read time.Time
}

// FromSecret returns a Hook whose URL is the value of a secret, given by name or ARN: the bare URL, or JSON with the
// URL under "url" or "webhook_url". The secret is read on first use.
func FromSecret(api SecretReader, secretID string, now func() time.Time) *Hook {
	return &Hook{api: api, secret: secretID, now: now}
}

// String names the secret.
func (h *Hook) String() string { return fmt.Sprintf("webhook from secret %q", h.secret) }

// Format writes what String returns, whatever the verb.
func (h *Hook) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, h.String()) }

// MarshalText returns what String returns.
func (h *Hook) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// LogValue returns what String returns.
func (h *Hook) LogValue() slog.Value { return slog.StringValue(h.String()) }

// address returns the URL. Where it has to be read again and Secrets Manager does not answer, it returns the last one:
// people are better told by an old URL than not at all.
func (h *Hook) address(ctx context.Context) (*url.URL, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.url != nil && h.now().Sub(h.read) < freshFor {
		return h.url, nil
	}
	u, err := h.fetch(ctx)
	if err != nil {
		if h.url != nil && ctx.Err() == nil {
			return h.url, nil
		}
		return nil, err
	}
	h.url, h.read = u, h.now()
	return u, nil
}

// renewed reads the secret again because the receiver has refused an address. It returns nil when the secret still
// holds that address.
func (h *Hook) renewed(ctx context.Context, refused *url.URL) (*url.URL, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.url == refused {
		h.url = nil
	}
	u, err := h.fetch(ctx)
	if err != nil {
		return nil, err
	}
	h.url, h.read = u, h.now()
	if u.String() == refused.String() {
		return nil, nil //nolint:nilnil // documented: nothing new is no error
	}
	return u, nil
}

func (h *Hook) fetch(ctx context.Context) (*url.URL, error) {
	out, err := h.api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(h.secret)})
	if err != nil {
		return nil, fmt.Errorf("read the webhook's secret %q: %w", h.secret, err)
	}
	text := string(out.SecretBinary)
	if out.SecretString != nil {
		text = *out.SecretString
	}
	u, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("secret %q holds no webhook: %w", h.secret, err)
	}
	return u, nil
}
