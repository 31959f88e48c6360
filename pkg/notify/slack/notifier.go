// Package slack tells people in a Slack channel, by an incoming webhook.
//
// Slack gives a webhook's posts no identity: they can be neither edited nor threaded. Each state of an incident is
// therefore a message of its own, with everything in it that a reader needs.
package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
	"riposte/pkg/notify/webhook"
)

const (
	attempts  = 4
	firstWait = time.Second
	// maxWait bounds what Slack may ask for: the delivery is under a lease, and the bus delivers again.
	maxWait = 10 * time.Second
)

// A Notifier tells people in one Slack channel. It is safe for concurrent use.
type Notifier struct {
	// Sleep waits between attempts. New sets one that ends early with the context.
	Sleep func(ctx context.Context, d time.Duration) error

	hook   *webhook.Hook
	client *http.Client
}

// New returns a Notifier that posts to a webhook. The client should have a timeout; its redirects are not followed.
func New(hook *webhook.Hook, client *http.Client) *Notifier {
	return &Notifier{Sleep: sleep, hook: hook, client: client}
}

// Name returns "slack".
func (n *Notifier) Name() string { return "slack" }

// Notify posts a message. It tries again where Slack is busy, out of order or out of reach. Where Slack refuses the
// blocks, it posts the bare text: people are told in any case. Errors do not carry the webhook's URL.
func (n *Notifier) Notify(ctx context.Context, m notify.Message) error {
	payload := Render(m)
	err := n.post(ctx, payload)
	var refused *refusal
	if errors.As(err, &refused) && refused.ofContent() {
		short := payload.Text + " Slack refused the full message; see incident " + fit(report.Clean(m.Incident.ID), 80) + "."
		if bare := n.post(ctx, Payload{Text: short}); bare != nil {
			return errors.Join(err, bare)
		}
		return nil
	}
	return err
}

// post posts a payload, several times if need be.
func (n *Notifier) post(ctx context.Context, p Payload) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("slack message: %w", err)
	}
	var last error
	for attempt := range attempts {
		answer, err := n.hook.Post(ctx, n.client, body)
		wait := firstWait << attempt
		switch {
		case errors.Is(err, webhook.ErrNoAddress):
			return err
		case err != nil:
			last = err
		case taken(answer):
			return nil
		case !transient(answer.Status):
			return &refusal{status: answer.Status, says: report.Clean(answer.Body)}
		default:
			last = fmt.Errorf("slack answered %d: %s", answer.Status, report.Clean(answer.Body))
			wait = max(wait, answer.RetryAfter)
		}
		if ctx.Err() != nil || attempt == attempts-1 {
			break
		}
		if wait > maxWait {
			return fmt.Errorf("%w (it asks to wait %s, which is left to the next delivery)", last, wait)
		}
		if err := n.Sleep(ctx, wait); err != nil {
			return errors.Join(last, err)
		}
	}
	return last
}

// taken reports whether Slack has taken the message. Receivers that speak Slack's language may answer in JSON.
func taken(a webhook.Answer) bool {
	if a.Status < 200 || a.Status > 299 {
		return false
	}
	var answer struct {
		OK *bool `json:"ok"`
	}
	return !strings.HasPrefix(a.Body, "{") || json.Unmarshal([]byte(a.Body), &answer) != nil || answer.OK == nil || *answer.OK
}

// transient reports whether the same post may be taken later.
func transient(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500
}

// A refusal is an answer that another try would not change.
type refusal struct {
	status int
	says   string
}

func (r *refusal) Error() string {
	hint := ""
	switch r.status {
	case http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		hint = " (the webhook may be revoked or its channel archived: put a new URL into the secret)"
	}
	return fmt.Sprintf("slack refused the message: %d %s%s", r.status, r.says, hint)
}

// ofContent reports whether it may be the message that Slack does not like, and not the webhook.
func (r *refusal) ofContent() bool {
	return r.status == http.StatusBadRequest || r.status == http.StatusRequestEntityTooLarge
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
