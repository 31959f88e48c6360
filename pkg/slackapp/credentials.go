package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

const (
	// freshFor is how long what was read is used before it is read again, so that a rotated secret is taken up.
	freshFor = 5 * time.Minute
	// renewAfter bounds how often the secret is read because something was refused: strangers can send what is refused.
	renewAfter = 30 * time.Second
)

// SecretReader is the part of Secrets Manager that reads a secret.
type SecretReader interface {
	GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, opts ...func(*secretsmanager.Options),
	) (*secretsmanager.GetSecretValueOutput, error)
}

// Credentials are what lets the app in, from a secret with {"bot_token": "xoxb-…", "signing_secret": "…"}. They are safe
// for concurrent use. However they are printed, they show the name of the secret and nothing of it.
type Credentials struct {
	api    SecretReader
	secret string
	now    func() time.Time

	mu   sync.Mutex
	held *pair // a pointer, so that not even a printed copy shows it
	read time.Time
}

type pair struct {
	BotToken      string `json:"bot_token"`
	SigningSecret string `json:"signing_secret"`
}

// FromSecret returns credentials from a secret, given by name or ARN, which is read on first use.
func FromSecret(api SecretReader, secretID string, now func() time.Time) *Credentials {
	return &Credentials{api: api, secret: secretID, now: now}
}

// String names the secret.
func (c *Credentials) String() string { return fmt.Sprintf("Slack app from secret %q", c.secret) }

// Format writes what String returns, whatever the verb.
func (c *Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// MarshalText returns what String returns.
func (c *Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// LogValue returns what String returns.
func (c *Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Verify reports whether the app's signing secret has signed a request. Where it has not, the secret may have been
// rotated: it is read again, though not for every request of a stranger.
func (c *Credentials) Verify(ctx context.Context, s Signed) error {
	held, err := c.get(ctx)
	if err != nil {
		return err
	}
	err = s.Verify(held.SigningSecret, c.now())
	if !errors.Is(err, ErrUnsigned) {
		return err
	}
	if renewed, again := c.renewed(ctx, held); again == nil && renewed != nil {
		return s.Verify(renewed.SigningSecret, c.now())
	}
	return err
}

// get returns what the secret holds. Where it has to be read again and Secrets Manager does not answer, it returns what was
// read last.
func (c *Credentials) get(ctx context.Context) (*pair, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held != nil && c.now().Sub(c.read) < freshFor {
		return c.held, nil
	}
	held, err := c.fetch(ctx)
	if err != nil {
		if c.held != nil && ctx.Err() == nil {
			return c.held, nil
		}
		return nil, err
	}
	c.held, c.read = held, c.now()
	return held, nil
}

// renewed reads the secret again because what it held was refused. It returns nil where that is not new, or was read just
// now.
func (c *Credentials) renewed(ctx context.Context, refused *pair) (*pair, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held != refused && c.held != nil {
		return c.held, nil // somebody else has read it meanwhile
	}
	if c.now().Sub(c.read) < renewAfter {
		return nil, nil //nolint:nilnil // documented: nothing new is no error
	}
	held, err := c.fetch(ctx)
	if err != nil {
		return nil, err
	}
	c.read = c.now()
	if *held == *refused {
		return nil, nil //nolint:nilnil // as above
	}
	c.held = held
	return held, nil
}

func (c *Credentials) fetch(ctx context.Context) (*pair, error) {
	out, err := c.api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(c.secret)})
	if err != nil {
		return nil, fmt.Errorf("read the secret %q of the Slack app: %w", c.secret, err)
	}
	text := string(out.SecretBinary)
	if out.SecretString != nil {
		text = *out.SecretString
	}
	held, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("secret %q holds no Slack app: %w", c.secret, err)
	}
	return held, nil
}

// parse reads a secret's text. Its errors say what is wrong and never quote the text: it is the secret.
func parse(text string) (*pair, error) {
	var p pair
	if json.Unmarshal([]byte(text), &p) != nil {
		return nil, errors.New(`want JSON such as {"bot_token": "xoxb-…", "signing_secret": "…"}`)
	}
	p.BotToken, p.SigningSecret = strings.TrimSpace(p.BotToken), strings.TrimSpace(p.SigningSecret)
	switch {
	case !strings.HasPrefix(p.BotToken, "xoxb-") || !visible(p.BotToken):
		return nil, errors.New("its bot_token does not begin with xoxb-: it stands under OAuth & Permissions of the app's settings")
	case len(p.SigningSecret) < 16 || !visible(p.SigningSecret):
		return nil, errors.New("it has no signing_secret: it stands under Basic Information of the app's settings")
	}
	return &p, nil
}

// visible reports whether a text may stand in a header.
func visible(s string) bool {
	return len(s) <= 512 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
