package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"riposte/pkg/notify/secret"
)

// renewAfter bounds how often the secret is read because something was refused: strangers can send what is refused.
const renewAfter = 30 * time.Second

// Credentials are what lets the app in, from a secret with {"bot_token": "xoxb-…", "signing_secret": "…"}. They are safe
// for concurrent use. However they are printed, they show the name of the secret and nothing of it.
type Credentials struct {
	*secret.Secret[pair]
	now func() time.Time
}

type pair struct {
	BotToken      string `json:"bot_token"`
	SigningSecret string `json:"signing_secret"`
}

// FromSecret returns credentials from a secret, given by name or ARN, which is read on first use.
func FromSecret(api secret.Reader, secretID string, now func() time.Time) *Credentials {
	c := &Credentials{secret.New(api, secretID, "Slack app", parse, now), now}
	c.RenewAfter = renewAfter
	return c
}

// Verify reports whether the app's signing secret has signed a request. Where it has not, the secret may have been
// rotated: it is read again, though not for every request of a stranger.
func (c *Credentials) Verify(ctx context.Context, s Signed) error {
	held, err := c.Get(ctx)
	if err != nil {
		return err
	}
	err = s.Verify(held.SigningSecret, c.now())
	if !errors.Is(err, ErrUnsigned) {
		return err
	}
	if renewed, again := c.Renewed(ctx, held); again == nil && renewed != nil {
		return s.Verify(renewed.SigningSecret, c.now())
	}
	return err
}

// parse reads a secret's text. Its errors say what is wrong and never quote the text: it is the secret.
func parse(text string) (p pair, err error) {
	if json.Unmarshal([]byte(text), &p) != nil {
		return p, errors.New(`want JSON such as {"bot_token": "xoxb-…", "signing_secret": "…"}`)
	}
	p.BotToken, p.SigningSecret = strings.TrimSpace(p.BotToken), strings.TrimSpace(p.SigningSecret)
	switch {
	case !strings.HasPrefix(p.BotToken, "xoxb-") || !visible(p.BotToken):
		return p, errors.New("its bot_token does not begin with xoxb-: it stands under OAuth & Permissions of the app's settings")
	case len(p.SigningSecret) < 16 || !visible(p.SigningSecret):
		return p, errors.New("it has no signing_secret: it stands under Basic Information of the app's settings")
	}
	return p, nil
}

// visible reports whether a text may stand in a header.
func visible(s string) bool {
	return len(s) <= 512 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
