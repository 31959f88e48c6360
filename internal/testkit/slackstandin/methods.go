package slackstandin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// message is what chat.postMessage and chat.update take. A field that Slack does not know would be lost silently, so that
// here it fails.
type message struct {
	Channel        string    `json:"channel"`
	TS             string    `json:"ts"`
	ThreadTS       string    `json:"thread_ts"`
	Text           string    `json:"text"`
	Blocks         *[]Block  `json:"blocks"`
	ReplyBroadcast bool      `json:"reply_broadcast"`
	UnfurlLinks    *bool     `json:"unfurl_links"`
	UnfurlMedia    *bool     `json:"unfurl_media"`
	Mrkdwn         *bool     `json:"mrkdwn"`
	Metadata       *struct { // for other apps
		EventType    string         `json:"event_type"`
		EventPayload map[string]any `json:"event_payload"`
	} `json:"metadata"`
	ClientMsgID string `json:"client_msg_id"`
	Parse       string `json:"parse"`
}

// read reads arguments; what Slack would not know is reported to the test.
func (s *Server) read(body []byte, into any) string {
	if !utf8.Valid(body) {
		return "invalid_json"
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		s.t.Errorf("slack stand-in: arguments that Slack does not know: %v\n%.500s", err, body)
		return "invalid_arguments"
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return "invalid_json"
	}
	return ""
}

// readMessage reads a message and checks it by Slack's limits.
func (s *Server) readMessage(body []byte) (message, *channel, map[string]any, string) {
	var m message
	if code := s.read(body, &m); code != "" {
		return m, nil, nil, code
	}
	c := s.channels[m.Channel]
	switch {
	case c == nil:
		return m, nil, nil, "channel_not_found"
	case c.archived:
		return m, nil, nil, "is_archived"
	case c.left:
		return m, nil, nil, "not_in_channel"
	case m.Text == "" && (m.Blocks == nil || len(*m.Blocks) == 0):
		return m, nil, nil, "no_text"
	case utf8.RuneCountInString(m.Text) > 40_000:
		return m, nil, nil, "msg_too_long"
	}
	if m.Blocks != nil {
		if code, wrong := checkMessage(*m.Blocks); code != "" {
			return m, c, map[string]any{"response_metadata": map[string]any{"messages": []string{wrong}}}, code
		}
	}
	return m, c, nil, ""
}

func (s *Server) post(body []byte) (map[string]any, string) {
	m, c, more, code := s.readMessage(body)
	if code != "" {
		return more, code
	}
	if m.TS != "" {
		return nil, "invalid_arguments"
	}
	if m.ThreadTS != "" && c.find(m.ThreadTS) == nil {
		return nil, "thread_not_found"
	}
	if s.limited {
		if now := s.now(); now.Before(c.next) {
			return nil, "ratelimited"
		}
		c.next = s.now().Add(time.Second)
	}
	if ts := s.clientIDs[m.Channel+m.ClientMsgID]; s.dedup && m.ClientMsgID != "" && ts != "" {
		if c.find(ts) == nil {
			return nil, "duplicate_message_not_found"
		}
		return map[string]any{"channel": m.Channel, "ts": ts}, ""
	}
	posted := &Message{TS: s.stamp(), ThreadTS: m.ThreadTS, Text: m.Text, InChannel: m.ReplyBroadcast && m.ThreadTS != ""}
	if m.Blocks != nil {
		posted.Blocks = *m.Blocks
	}
	c.messages = append(c.messages, posted)
	s.clientIDs[m.Channel+m.ClientMsgID] = posted.TS
	return map[string]any{"channel": m.Channel, "ts": posted.TS}, ""
}

func (s *Server) update(body []byte) (map[string]any, string) {
	m, c, more, code := s.readMessage(body)
	if code != "" {
		return more, code
	}
	if m.ThreadTS != "" || m.ReplyBroadcast || m.UnfurlLinks != nil || m.UnfurlMedia != nil || m.ClientMsgID != "" {
		s.t.Errorf("slack stand-in: chat.update has no such argument: %.2000s", body)
	}
	there := c.find(m.TS)
	if there == nil {
		return nil, "message_not_found"
	}
	there.Text, there.Edits = m.Text, there.Edits+1
	if m.Blocks != nil { // without them, Slack keeps the former ones
		there.Blocks = *m.Blocks
	}
	return map[string]any{"channel": m.Channel, "ts": m.TS}, ""
}

func (s *Server) open(body []byte) (map[string]any, string) {
	var in struct {
		TriggerID string `json:"trigger_id"`
		View      struct {
			Type            string  `json:"type"`
			CallbackID      string  `json:"callback_id"`
			PrivateMetadata string  `json:"private_metadata"`
			Title           Text    `json:"title"`
			Submit          Text    `json:"submit"`
			Close           Text    `json:"close"`
			Blocks          []Block `json:"blocks"`
		} `json:"view"`
	}
	if code := s.read(body, &in); code != "" {
		return nil, code
	}
	exchanged, known := s.triggers[in.TriggerID]
	switch {
	case !known:
		return nil, "invalid_trigger_id"
	case exchanged:
		return nil, "exchanged_trigger_id"
	}
	v := in.View
	if wrong := checkView(v.Type, v.Title, v.Submit, v.Close, v.CallbackID, v.PrivateMetadata, v.Blocks); wrong != "" {
		return map[string]any{"response_metadata": map[string]any{"messages": []string{wrong}}}, "invalid_arguments"
	}
	s.triggers[in.TriggerID] = true
	user, _, _ := strings.Cut(in.TriggerID, ".")
	s.count++
	view := View{ID: "V" + s.id(), User: user, Callback: v.CallbackID, Metadata: v.PrivateMetadata, Title: v.Title.Text, Text: shown(v.Blocks)}
	s.views = append(s.views, view)
	return map[string]any{"view": map[string]any{"id": view.ID}}, ""
}

// serveReply takes what is posted to a response URL.
func (s *Server) serveReply(w http.ResponseWriter, path string, body []byte) {
	to := s.replies[path]
	var in struct {
		ResponseType    string  `json:"response_type"`
		ReplaceOriginal bool    `json:"replace_original"`
		Mrkdwn          *bool   `json:"mrkdwn"`
		Text            string  `json:"text"`
		Blocks          []Block `json:"blocks"`
	}
	switch code := s.read(body, &in); {
	case to == nil || to.left == 0:
		http.Error(w, "expired_url", http.StatusNotFound)
	case code != "" || in.Text == "" || in.ResponseType != "ephemeral" || utf8.RuneCountInString(in.Text) > 3000:
		http.Error(w, "invalid_payload", http.StatusBadRequest)
	default:
		to.left--
		s.ephemerals = append(s.ephemerals, Ephemeral{User: to.user, Channel: to.channel, Text: in.Text})
		_, _ = io.WriteString(w, "ok")
	}
}
