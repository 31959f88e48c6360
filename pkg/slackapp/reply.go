package slackapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"riposte/pkg/answer"
	"riposte/pkg/notify/report"
)

// maxReply is how many characters a reply has at the most, once it is escaped.
const maxReply = 2900

// A Replier replies to whoever clicked, so that only they see it.
type Replier struct {
	HTTP  *http.Client
	Slack Endpoint
}

// Reply tells somebody something, as text without markup. Slack takes five replies within half an hour of the click.
// Errors do not carry the URL. https://docs.slack.dev/interactivity/handling-user-interaction
func (r Replier) Reply(ctx context.Context, to answer.ReplyURL, text string) error {
	if to == "" {
		return errors.New("nobody to reply to")
	}
	where, err := r.Slack.reply(string(to))
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{
		"response_type": "ephemeral", "replace_original": false, "mrkdwn": false, "text": Escaped(text, maxReply),
	})
	if err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, where, bytes.NewReader(body))
	if err != nil {
		return errors.New("reply: the response URL cannot be called")
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := still(r.HTTP).Do(req)
	if err != nil {
		return fmt.Errorf("reply to whoever clicked: %w", unwrapped(err))
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("reply to whoever clicked: slack answered %d", resp.StatusCode)
	}
	return nil
}

// Escaped makes lines of ours, in which names from an event may stand, fit for a place where Slack looks for markup, in
// about so many characters.
func Escaped(text string, most int) string {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = escape.Replace(report.Clean(line))
		if b.Len()+len(line)+1 > most {
			b.WriteString("…")
			break
		}
		b.WriteString(line + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
