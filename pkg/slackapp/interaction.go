package slackapp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"riposte/pkg/answer"
)

// The kinds of interaction that a Riposte app gets. Others are for nobody here.
const (
	Clicked   = "block_actions"   // a button
	Submitted = "view_submission" // a modal that was filled in
)

// The names by which Slack hands back what we sent.
const (
	ActionPrefix   = "riposte:"       // before the verb in a button's action_id
	CallbackExcept = "riposte:except" // the callback_id of the modal that asks for a reason
	ReasonBlock    = "reason"         // the block_id of its input
	ReasonInput    = "text"           // and the action_id
)

// maxName bounds every identifier that Slack sends; the longest has some 60 characters.
const maxName = 255

// ErrNotOurs says that an interaction is of a kind that Riposte does not use. It is no mistake of anybody's.
var ErrNotOurs = errors.New("an interaction of another kind")

// An Interaction is what somebody did. All of it was signed by Slack; the texts in it are those of Slack's users all the
// same.
type Interaction struct {
	Kind      string
	User      string // the ID
	Channel   string // the ID of the channel of the message; empty for a modal
	MessageTS string
	TriggerID string          // opens a modal, once, within three seconds
	ReplyTo   answer.ReplyURL // empty for a modal
	Verb      answer.Verb     // of the button
	Value     string          // of the button, as the app had set it
	Metadata  string          // of the modal, as the app had set it
	Reason    string          // what was typed into the modal
}

// wire is what is read of a payload.
type wire struct {
	Type string `json:"type"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	Container   struct {
		ChannelID string `json:"channel_id"`
		MessageTS string `json:"message_ts"`
	} `json:"container"`
	Actions []struct {
		ActionID string `json:"action_id"`
		Type     string `json:"type"`
		Value    string `json:"value"`
	} `json:"actions"`
	View struct {
		CallbackID      string `json:"callback_id"`
		PrivateMetadata string `json:"private_metadata"`
		State           struct {
			Values map[string]map[string]struct {
				Value string `json:"value"`
			} `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

var userID = regexp.MustCompile(`^[UW][A-Z0-9]{2,30}$`)

// Parse reads the body of an interactive request, which has been verified: a form whose one field is the payload.
// https://docs.slack.dev/reference/interaction-payloads
func Parse(body []byte) (Interaction, error) {
	if len(body) > MaxBody {
		return Interaction{}, fmt.Errorf("a request of %d bytes: at most %d are read", len(body), MaxBody)
	}
	if strings.Count(string(body), "&") > 4 {
		return Interaction{}, errors.New("the request has more fields than a payload")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form["payload"]) != 1 {
		return Interaction{}, errors.New("the request is no form with one payload")
	}
	text := form.Get("payload")
	if !utf8.ValidString(text) {
		return Interaction{}, errors.New("the payload is not UTF-8")
	}
	var w wire
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return Interaction{}, errors.New("the payload is not the JSON of an interaction") // the decoder's error may quote it
	}
	return w.interaction()
}

func (w *wire) interaction() (Interaction, error) {
	for _, name := range []string{w.Type, w.TriggerID, w.Container.ChannelID, w.Container.MessageTS, w.View.CallbackID} {
		if len(name) > maxName {
			return Interaction{}, errors.New("an identifier in the payload is too long")
		}
	}
	if !userID.MatchString(w.User.ID) {
		return Interaction{}, errors.New("the payload names no user")
	}
	i := Interaction{Kind: w.Type, User: w.User.ID, TriggerID: w.TriggerID}
	switch w.Type {
	case Clicked:
		return w.click(i)
	case Submitted:
		return w.submission(i)
	}
	return i, fmt.Errorf("%w: %.40q", ErrNotOurs, w.Type)
}

func (w *wire) click(i Interaction) (Interaction, error) {
	if len(w.Actions) != 1 {
		return i, fmt.Errorf("the payload has %d actions, want one", len(w.Actions))
	}
	a := w.Actions[0]
	verb, ours := strings.CutPrefix(a.ActionID, ActionPrefix)
	switch {
	case a.Type != "button" || !ours: // such as a link, which Slack tells of too
		return i, fmt.Errorf("%w: action %.40q", ErrNotOurs, a.ActionID)
	case len(w.ResponseURL) > 2*1024 || len(a.Value) > 2000 || len(verb) > maxName:
		return i, errors.New("a part of the payload is too long")
	}
	i.Channel, i.MessageTS, i.ReplyTo = w.Container.ChannelID, w.Container.MessageTS, answer.ReplyURL(w.ResponseURL)
	i.Verb, i.Value = answer.Verb(verb), a.Value
	return i, nil
}

func (w *wire) submission(i Interaction) (Interaction, error) {
	if w.View.CallbackID != CallbackExcept {
		return i, fmt.Errorf("%w: view %.40q", ErrNotOurs, w.View.CallbackID)
	}
	if len(w.View.PrivateMetadata) > 3000 {
		return i, errors.New("a part of the payload is too long")
	}
	i.Verb, i.Metadata = answer.Except, w.View.PrivateMetadata
	i.Reason = strings.TrimSpace(w.View.State.Values[ReasonBlock][ReasonInput].Value)
	return i, nil
}
