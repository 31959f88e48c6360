package slackstandin

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"riposte/pkg/slackapp"
)

// An Ephemeral is a reply that only one person saw.
type Ephemeral struct {
	User, Channel, Text string
}

// Ephemerals returns the replies so far and forgets them.
func (s *Server) Ephemerals() []Ephemeral {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.ephemerals
	s.ephemerals = nil
	return out
}

// A Request is a signed request of Slack's to the app, and what somebody may make of it.
type Request struct {
	Body      string
	Timestamp string
	Signature string
	server    *Server
}

// Click returns the request that a click on the button of an incident makes, or fails the test where the channel's
// messages have none. The newest message is looked at first.
func (s *Server) Click(user, channel, incident, label string) Request {
	s.t.Helper()
	for _, m := range slices.Backward(s.messages(channel, func(*Message) bool { return true })) {
		for _, b := range m.Blocks {
			for _, e := range b.Elements {
				if e.Type == "button" && e.Label() == label && strings.Contains(e.Value, incident) {
					return s.Press(user, channel, m.TS, b.BlockID, e)
				}
			}
		}
	}
	s.t.Fatalf("channel %s has no button %q of %s", channel, label, incident)
	return Request{}
}

// Press returns the request that a click on a button makes, whether or not a message still has it.
func (s *Server) Press(user, channel, ts, blockID string, e Element) Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	trigger := user + "." + s.id()
	s.triggers[trigger] = false
	reply := "T0EXAMPLE/" + s.id() + "/not-a-real-capability-" + s.id()
	s.replies[reply] = &replies{user: user, channel: channel, ts: ts, left: 5}
	return s.sign(map[string]any{
		"type": "block_actions", "api_app_id": "A0EXAMPLE", "token": "deprecated", "trigger_id": trigger,
		"team":      map[string]any{"id": "T0EXAMPLE", "domain": "example"},
		"user":      map[string]any{"id": user, "username": "whatever", "name": "whatever", "team_id": "T0EXAMPLE"},
		"container": map[string]any{"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": false},
		"channel":   map[string]any{"id": channel, "name": "security"}, "response_url": s.URL + "/actions/" + reply,
		"actions": []any{map[string]any{
			"type": "button", "action_id": e.ActionID, "block_id": blockID, "value": e.Value, "style": e.Style, "action_ts": fmt.Sprint(s.count),
			"text": map[string]any{"type": "plain_text", "text": e.Label(), "emoji": false},
		}},
	})
}

// Submit returns the request that filling in a modal makes.
func (s *Server) Submit(v View, reason string) Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	return s.sign(map[string]any{
		"type": "view_submission", "api_app_id": "A0EXAMPLE", "token": "deprecated", "trigger_id": v.User + "." + s.id(), "response_urls": []any{},
		"team": map[string]any{"id": "T0EXAMPLE", "domain": "example"}, "user": map[string]any{"id": v.User, "name": "whatever"},
		"view": map[string]any{
			"id": v.ID, "type": "modal", "callback_id": v.Callback, "private_metadata": v.Metadata,
			"state": map[string]any{"values": map[string]any{"reason": map[string]any{
				"text": map[string]any{"type": "plain_text_input", "value": reason},
			}}},
		},
	})
}

// Payload returns the request of any payload, signed.
func (s *Server) Payload(payload any) Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sign(payload)
}

func (s *Server) sign(payload any) Request {
	raw, err := json.Marshal(payload)
	if err != nil {
		s.t.Fatal(err)
	}
	r := Request{Body: url.Values{"payload": {string(raw)}}.Encode(), server: s}
	return r.signed(s.now(), s.SigningSecret)
}

func (r Request) signed(at time.Time, secret string) Request {
	r.Timestamp = strconv.FormatInt(at.Unix(), 10)
	r.Signature = slackapp.Sign(secret, r.Timestamp, []byte(r.Body))
	return r
}

// At returns the request as Slack would have signed it at another time.
func (r Request) At(at time.Time) Request { return r.signed(at, r.server.SigningSecret) }

// By returns the request signed with another secret.
func (r Request) By(secret string) Request {
	at, _ := strconv.ParseInt(r.Timestamp, 10, 64)
	return r.signed(time.Unix(at, 0), secret)
}

// Forged returns the request with something else in its body, under the signature that it had.
func (r Request) Forged(old, new string) Request {
	r.Body = strings.Replace(r.Body, url.QueryEscape(old), url.QueryEscape(new), 1)
	return r
}

// FunctionURL returns the event by which a Lambda function URL hands the request to its function, in payload format 2.0.
func (r Request) FunctionURL(encoded bool) []byte {
	body := r.Body
	if encoded {
		body = base64.StdEncoding.EncodeToString([]byte(body))
	}
	raw, err := json.Marshal(map[string]any{
		"version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "", "isBase64Encoded": encoded, "body": body,
		"headers": map[string]string{
			"content-type": "application/x-www-form-urlencoded", "x-slack-request-timestamp": r.Timestamp, "x-slack-signature": r.Signature,
			"user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
		},
		"requestContext": map[string]any{
			"accountId": "anonymous", "apiId": "abcdefghij", "domainName": "abcdefghij.lambda-url.us-east-1.on.aws", "requestId": r.server.request(),
			"http": map[string]any{"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "Slackbot 1.0"},
		},
	})
	if err != nil {
		r.server.t.Fatal(err)
	}
	return raw
}

// request returns the identifier of one delivery: a replay has another.
func (s *Server) request() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id()
}

// id returns an identifier that is used once.
func (s *Server) id() string {
	s.count++
	return fmt.Sprintf("%010d", s.count)
}
