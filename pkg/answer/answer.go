package answer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"riposte/pkg/ledger"
)

// Bounds of an answer.
const (
	MaxReason = 500            // characters of a reason
	MaxFor    = 24 * time.Hour // how long an exception from a button holds at the most
	maxText   = ledger.MaxID   // bytes of every other text
	maxURL    = 2048
)

// An Answer is the job that a person's click becomes. It is carried out by the remediator, later and perhaps more than
// once.
type Answer struct {
	ID       string       `json:"id"` // the same for two clicks that mean the same
	Incident string       `json:"incident"`
	Verb     Verb         `json:"verb"`
	Seen     ledger.State `json:"seen"`  // the state that the person saw
	Slack    string       `json:"slack"` // the person's ID in Slack
	Name     string       `json:"name"`
	Reason   string       `json:"reason,omitempty"`
	For      string       `json:"for,omitempty"` // a Go duration: how long an exception holds
	ReplyTo  ReplyURL     `json:"response_url,omitempty"`
}

// Check reports what keeps a job from being an answer.
func (a Answer) Check() error {
	switch {
	case a.ID == "" || a.Incident == "" || a.Slack == "" || a.Seen == "":
		return errors.New("an answer needs an id, an incident, the state that was seen and a person")
	case max(len(a.ID), len(a.Incident), len(a.Slack), len(a.Name), len(a.Seen)) > maxText || len(a.ReplyTo) > maxURL:
		return errors.New("a part of the answer is too long")
	case utf8.RuneCountInString(a.Reason) > MaxReason:
		return fmt.Errorf("the reason has more than %d characters", MaxReason)
	case !slices.Contains(Verbs(), a.Verb):
		return fmt.Errorf("no answer %.40q", string(a.Verb))
	case a.Verb == Except && strings.TrimSpace(a.Reason) == "":
		return errors.New("an exception needs a reason")
	}
	_, err := a.Length()
	return err
}

// Length returns how long an exception is to hold: MaxFor where the answer does not say.
func (a Answer) Length() (time.Duration, error) {
	if a.For == "" {
		return MaxFor, nil
	}
	d, err := time.ParseDuration(a.For)
	if err != nil || d <= 0 || d > MaxFor {
		return 0, fmt.Errorf("an exception for %.40q: want a duration up to %s", a.For, MaxFor)
	}
	return d, nil
}

// By returns the person as the history names them.
func (a Answer) By() string { return Named(a.Name, a.Slack) }

// Named returns a person of Slack as the history names them.
func Named(name, slack string) string {
	if name == "" {
		return "Slack " + slack
	}
	return name + " (Slack " + slack + ")"
}

// Key identifies what a click means: two clicks of one person on the same offer are one answer.
func Key(o Offer, v Verb, slack string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{o.Incident, string(o.State), fmt.Sprint(o.Version), string(v), slack}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// A ReplyURL lets whoever knows it write to the person who clicked: it is a secret for half an hour, and is never shown.
type ReplyURL string

// Format writes that there is one, whatever the verb.
func (u ReplyURL) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, u.LogValue().String()) }

// LogValue says that there is one.
func (u ReplyURL) LogValue() slog.Value {
	if u == "" {
		return slog.StringValue("no response URL")
	}
	return slog.StringValue("a response URL")
}

// LogValue returns what may stand in a log: not the reason, which people write freely, nor where to reply.
func (a Answer) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", a.ID), slog.String("incident", a.Incident), slog.String("verb", string(a.Verb)),
		slog.String("seen", string(a.Seen)), slog.String("slack", a.Slack),
	)
}

// An Offer is what a button carries: the incident, and how it stood when the button was drawn.
type Offer struct {
	Incident string       `json:"i"`
	State    ledger.State `json:"s"`
	Version  int64        `json:"v"`
}

// OfferOf returns the offer of an incident as it stands.
func OfferOf(in ledger.Incident) Offer {
	return Offer{Incident: in.ID, State: in.State, Version: in.Version}
}

// String returns the offer as a button carries it.
func (o Offer) String() string {
	raw, err := json.Marshal(o)
	if err != nil {
		return "" // unreachable: texts and a number
	}
	return string(raw)
}

// maxOffer is how many bytes a button's value has at the most.
const maxOffer = 2000

// ParseOffer reads what a button carries.
func ParseOffer(text string) (Offer, error) {
	var o Offer
	if len(text) > maxOffer || json.Unmarshal([]byte(text), &o) != nil {
		return Offer{}, errors.New("the button carries no offer that this version knows")
	}
	if o.Incident == "" || len(o.Incident) > ledger.MaxID || !slices.Contains(ledger.States(), o.State) || o.Version < 1 {
		return Offer{}, errors.New("the button carries an offer without an incident and its state")
	}
	return o, nil
}
