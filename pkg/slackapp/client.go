package slackapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	attempts  = 4
	firstWait = time.Second
	// maxWait bounds what Slack may ask for: what is told is under a lease, and the delivery comes again.
	maxWait = 10 * time.Second
	// maxAnswer bounds how much of an answer is read: it repeats the message that was posted.
	maxAnswer = 1 << 20
)

// A Client calls Slack's Web API with the app's token. It is safe for concurrent use.
type Client struct {
	Credentials *Credentials
	HTTP        *http.Client // should have a timeout; its redirects are not followed
	Sleep       func(ctx context.Context, d time.Duration) error
	Slack       Endpoint
}

// An APIError is what Slack refuses. Another try would not change it.
type APIError struct {
	Method, Code string
	Needed       string // the scope that the token lacks
	Messages     []string
}

func (e *APIError) Error() string {
	text := fmt.Sprintf("slack refused %s: %s", e.Method, e.Code)
	if len(e.Messages) > 0 {
		text += " (" + strings.Join(e.Messages, "; ") + ")"
	}
	if hint := e.hint(); hint != "" {
		text += ": " + hint
	}
	return text
}

// hint says what a person can do about it.
func (e *APIError) hint() string {
	switch e.Code {
	case "not_in_channel":
		return "invite the app into the channel: /invite @Riposte"
	case "channel_not_found":
		return "there is no such channel, or it is private and the app is not in it: check notify.slack.channel in riposte.yaml, and /invite the app"
	case "is_archived":
		return "the channel is archived: unarchive it, or name another in riposte.yaml"
	case "missing_scope":
		return fmt.Sprintf("the app lacks the scope %s: add it under OAuth & Permissions and install the app again", e.Needed)
	case "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel", "restricted_action_non_threadable_channel":
		return "the workspace does not let the app post in this channel"
	case "ekm_access_denied", "access_denied", "no_permission", "team_access_not_granted":
		return "the workspace's administrators do not let the app in"
	}
	if unauthorized(e.Code) {
		return "the token is no longer valid: install the app again and put the new token into the secret"
	}
	return ""
}

// unauthorized reports whether the token is refused, so that the secret may hold a newer one.
func unauthorized(code string) bool {
	return slices.Contains([]string{"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"}, code)
}

// Code returns the code by which Slack has refused something, or "".
func Code(err error) string {
	if e, ok := errors.AsType[*APIError](err); ok {
		return e.Code
	}
	return ""
}

// Call calls a method with arguments as JSON and reads the answer into out, which may be nil. It tries again where Slack
// is busy, out of order or out of reach, and with the secret's newest token where the token is refused.
func (c *Client) Call(ctx context.Context, method string, arguments, out any) error {
	body, err := json.Marshal(arguments)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	held, err := c.Credentials.Get(ctx)
	if err != nil {
		return err
	}
	err = c.try(ctx, method, held.BotToken, body, out)
	if !unauthorized(Code(err)) {
		return err
	}
	renewed, again := c.Credentials.Renewed(ctx, held)
	switch {
	case again != nil:
		return errors.Join(err, again)
	case renewed == nil:
		return err
	}
	return c.try(ctx, method, renewed.BotToken, body, out)
}

// try calls a method, several times if need be.
func (c *Client) try(ctx context.Context, method, token string, body []byte, out any) error {
	var last error
	for attempt := range attempts {
		wait, err := c.post(ctx, method, token, body, out)
		if err == nil || wait == 0 {
			return err
		}
		last = err
		wait = max(wait, firstWait<<attempt)
		if ctx.Err() != nil || attempt == attempts-1 {
			break
		}
		if wait > maxWait {
			return fmt.Errorf("%w (it asks to wait %s, which is left to the next delivery)", last, wait)
		}
		if err := c.Sleep(ctx, wait); err != nil {
			return errors.Join(last, err)
		}
	}
	return last
}

// code is what an error of Slack's looks like. Anything else that stands there is not repeated.
var code = regexp.MustCompile(`^[a-z0-9_]{1,80}$`)

// post calls a method once. Where the call may be tried again, it says after what time.
func (c *Client) post(ctx context.Context, method, token string, body []byte, out any) (again time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Slack.api()+method, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("call %s: %w", method, err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := still(c.HTTP).Do(req)
	if err != nil {
		return firstWait, fmt.Errorf("call %s of Slack: %w", method, unwrapped(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500 {
		return max(retryAfter(resp.Header.Get("Retry-After")), firstWait), fmt.Errorf("slack answered %s with %d", method, resp.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return firstWait, fmt.Errorf("read the answer to %s: %w", method, err)
	}
	var answer struct {
		OK       bool   `json:"ok"`
		Error    string `json:"error"`
		Needed   string `json:"needed"`
		Metadata struct {
			Messages []string `json:"messages"`
		} `json:"response_metadata"`
	}
	if resp.StatusCode != http.StatusOK || json.Unmarshal(raw, &answer) != nil {
		return 0, fmt.Errorf("slack answered %s with %d and no JSON", method, resp.StatusCode)
	}
	if !answer.OK {
		return refusal(method, answer.Error, answer.Needed, answer.Metadata.Messages)
	}
	if out == nil {
		return 0, nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return 0, fmt.Errorf("the answer to %s: %w", method, err)
	}
	return 0, nil
}

// refusal makes the error of an answer that is not ok. Some of those pass.
func refusal(method, says, needed string, messages []string) (time.Duration, error) {
	if !code.MatchString(says) {
		says = "an error that has no name"
	}
	e := &APIError{Method: method, Code: says}
	if code.MatchString(strings.ReplaceAll(needed, ":", "_")) {
		e.Needed = needed
	}
	for _, m := range messages[:min(len(messages), 3)] {
		e.Messages = append(e.Messages, shortened(m))
	}
	switch says {
	case "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout":
		return firstWait, e
	}
	return 0, e
}

// shortened makes a remark of Slack's fit for an error.
func shortened(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), 160)]
}

// still returns a client that follows no redirect, which would give the token to somebody else.
func still(client *http.Client) *http.Client {
	c := *client // the caller's client must not change
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// unwrapped takes the URL out of an error of the HTTP client.
func unwrapped(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// retryAfter reads the number of seconds that Slack asks to wait.
func retryAfter(header string) time.Duration {
	seconds, err := strconv.ParseInt(strings.TrimSpace(header), 10, 32)
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
