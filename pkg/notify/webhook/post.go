package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxAnswer bounds how much of an answer is read. A webhook answers with a word or two.
const maxAnswer = 4096

// ErrNoAddress says that nothing was posted because the webhook's URL could not be had.
var ErrNoAddress = errors.New("no webhook to post to")

// An Answer is what the receiver said.
type Answer struct {
	Status     int
	Body       string        // at most 4 KB, without the webhook's URL
	RetryAfter time.Duration // the receiver's wish; 0 where it has none
}

// Post sends JSON to the webhook, once. It follows no redirect: that would give the message to somebody else. Where the receiver does not know the address any more (403, 404, 410), it reads
// the secret again and posts to the address that is new. An error says that there was no answer; it names the secret
// and not the URL.
func (h *Hook) Post(ctx context.Context, client *http.Client, body []byte) (Answer, error) {
	u, err := h.Get(ctx)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrNoAddress, err)
	}
	answer, err := h.post(ctx, client, u, body)
	if err != nil || !stale(answer.Status) {
		return answer, err
	}
	u, err = h.Renewed(ctx, u)
	if err != nil {
		return answer, fmt.Errorf("the receiver answered %d: %w", answer.Status, err)
	}
	if u == nil {
		return answer, nil
	}
	return h.post(ctx, client, u, body)
}

// stale reports whether a status says that a webhook was revoked or has moved.
func stale(status int) bool {
	return status == http.StatusForbidden || status == http.StatusNotFound || status == http.StatusGone
}

func (h *Hook) post(ctx context.Context, client *http.Client, u *url.URL, body []byte) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return Answer{}, fmt.Errorf("secret %q holds no webhook that can be called", h.Name())
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	still := *client // the caller's client must not change
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := still.Do(req)
	if err != nil {
		return Answer{}, fmt.Errorf("post to the %s: %w", h, without(u, err))
	}
	defer resp.Body.Close()
	// A status is an answer even where the connection breaks before the text is complete.
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return Answer{
		Status: resp.StatusCode, Body: redact(u, string(text)), RetryAfter: retryAfter(resp.Header.Get("Retry-After")),
	}, nil
}

// without takes the URL out of an error of the HTTP client, keeping what callers ask errors about.
func without(u *url.URL, err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if text := err.Error(); redact(u, text) != text {
		return errors.New(redact(u, text))
	}
	return err
}

// redact takes the URL, and its path alone, out of a text.
func redact(u *url.URL, text string) string {
	for _, secret := range []string{u.String(), u.RequestURI(), u.EscapedPath(), u.Path} {
		if len(secret) > len("/") {
			text = strings.ReplaceAll(text, secret, "[webhook]")
		}
	}
	return text
}

// retryAfter reads the number of seconds that a receiver asks to wait.
func retryAfter(header string) time.Duration {
	seconds, err := strconv.ParseInt(strings.TrimSpace(header), 10, 32)
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
