// Package webhook posts to a webhook whose URL is a secret: whoever knows it can post. The URL is read from Secrets
// Manager at run time and appears in no error, log or text that this package makes.
package webhook

import (
	"net/url"
	"time"

	"riposte/pkg/notify/secret"
)

// A Hook is a webhook whose URL is in a secret. It is safe for concurrent use. However it is printed, it shows the
// name of the secret and never the URL.
type Hook struct{ *secret.Secret[url.URL] }

// FromSecret returns a Hook whose URL is the value of a secret, given by name or ARN: the bare URL, or JSON with the
// URL under "url" or "webhook_url". The secret is read on first use.
func FromSecret(api secret.Reader, secretID string, now func() time.Time) *Hook {
	return &Hook{secret.New(api, secretID, "webhook", address, now)}
}

// address reads the URL out of a secret's text.
func address(text string) (url.URL, error) {
	u, err := parse(text)
	if err != nil {
		return url.URL{}, err
	}
	return *u, nil
}
