// Package pagerduty pages people by PagerDuty's Events API v2. Incidents that belong together are one alert, whose key is
// the incident that leads them.
//
// A message about which somebody has to look triggers the alert, or adds to it; it resolves when its only incident was
// reversed and verified or a person has decided. The alert of several incidents is resolved by people: it is acknowledged
// once one of them has decided about one of the incidents. Everything that is routed here is sent, also what Riposte is
// about to reverse: a reversal may fail, and a page that resolves itself is better than none.
package pagerduty

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

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
)

const (
	attempts  = 4
	firstWait = time.Second
	// maxWait bounds what PagerDuty may ask for: the delivery is under a lease, and the bus delivers again.
	maxWait = 10 * time.Second
	// maxAnswer bounds how much of an answer is read.
	maxAnswer = 4096
)

// A Notifier pages by one integration. It is safe for concurrent use.
type Notifier struct {
	// Sleep waits between attempts. New sets one that ends early with the context.
	Sleep func(ctx context.Context, d time.Duration) error
	// Current returns an incident as it stands now. Where it is set, a message that comes late neither resolves the alert of
	// an incident that needs somebody again nor pages about one that needs nobody any more.
	Current func(ctx context.Context, id string) (ledger.Incident, error)

	key    *Key
	client *http.Client
}

// New returns a Notifier that sends with a key. The client should have a timeout; its redirects are not followed.
func New(key *Key, client *http.Client) *Notifier {
	return &Notifier{Sleep: sleep, key: key, client: client}
}

// Name returns "pagerduty".
func (n *Notifier) Name() string { return "pagerduty" }

// Notify sends the event of a message. It tries again where PagerDuty is busy, out of order or out of reach. Errors do not
// carry the key.
func (n *Notifier) Notify(ctx context.Context, m notify.Message) error {
	do := actionOf(m)
	if do == nothing {
		return nil
	}
	if late, err := n.late(ctx, m, do); late || err != nil {
		return err
	}
	if err := n.send(ctx, eventOf(m, do)); err != nil {
		return fmt.Errorf("pagerduty %s of %s: %w", do, dedupKey(m.Incident), err)
	}
	return nil
}

// late reports whether the incident has gone on to where the message does not fit.
func (n *Notifier) late(ctx context.Context, m notify.Message, do action) (bool, error) {
	if n.Current == nil || m.DetailType == notify.UndoFailed {
		return false, nil
	}
	live, err := n.Current(ctx, m.Incident.ID)
	if err != nil {
		if do == trigger {
			return false, nil // rather a page too many
		}
		return false, fmt.Errorf("pagerduty: read the incident before its alert is closed: %w", err)
	}
	settled := notify.Message{Incident: live}.Settled()
	return live.State != m.Incident.State && settled == (do == trigger), nil
}

// send posts an event, several times if need be.
func (n *Notifier) send(ctx context.Context, e event) error {
	var last error
	renewed := false
	for attempt := range attempts {
		c, err := n.key.Get(ctx)
		if err != nil {
			return err
		}
		a, err := n.post(ctx, c, e)
		wait := firstWait << attempt
		switch {
		case err != nil:
			last = err
		case a.status == http.StatusAccepted:
			return nil
		case !transient(a.status):
			last = &refusal{a.status, a.says}
			if renewed {
				return last
			}
			// The key may have been rotated: once more, with what the secret holds now.
			if fresh, err := n.key.Renewed(ctx, c); err != nil || fresh == nil {
				return errors.Join(last, err)
			}
			renewed, wait = true, 0
		default:
			last = fmt.Errorf("it answered %d: %s", a.status, a.says)
			wait = max(wait, a.retryAfter)
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

// An answer is what PagerDuty said, without the key.
type answer struct {
	status     int
	says       string
	retryAfter time.Duration
}

func (n *Notifier) post(ctx context.Context, c *credential, e event) (answer, error) {
	e.RoutingKey = c.routingKey
	body, err := encode(e)
	if err != nil {
		return answer{}, fmt.Errorf("encode the event: %w", err)
	}
	if len(body) > maxEvent {
		return answer{}, fmt.Errorf("the event has %d bytes, and PagerDuty takes %d", len(body), maxEvent)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return answer{}, fmt.Errorf("the %s holds an address that cannot be called", n.key)
	}
	req.Header.Set("Content-Type", "application/json")
	still := *n.client // the caller's client must not change
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := still.Do(req)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return answer{}, fmt.Errorf("post with the %s: %w", n.key, err)
	}
	defer resp.Body.Close()
	// A status is an answer even where the connection breaks before the text is complete.
	raw, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	says := strings.ReplaceAll(string(raw), c.routingKey, "[key]")
	return answer{resp.StatusCode, report.Clean(says), retryAfter(resp.Header.Get("Retry-After"))}, nil
}

// transient reports whether the same event may be taken later.
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
	if r.status == http.StatusBadRequest || r.status == http.StatusForbidden || r.status == http.StatusNotFound {
		hint = " (is the integration one for Events API v2, and is it still there? put its key into the secret)"
	}
	return fmt.Sprintf("it refused the event: %d %s%s", r.status, r.says, hint)
}

// retryAfter reads the number of seconds that a receiver asks to wait.
func retryAfter(header string) time.Duration {
	seconds, err := strconv.ParseInt(strings.TrimSpace(header), 10, 32)
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
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
