package slack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/ledger/schema"
	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
	"riposte/pkg/slackapp"
)

// A CardStore is the part of the ledger by which an App knows how incidents stand and where it has posted them.
type CardStore interface {
	Get(ctx context.Context, id string) (ledger.Incident, error)
	Begin(ctx context.Context, key string, lease time.Duration) (done bool, err error)
	Release(ctx context.Context, key string) error
	Slot(ctx context.Context, family, key string) (ledger.Slot, error)
	PutSlot(ctx context.Context, family string, s ledger.Slot) (ledger.Slot, error)
}

// An App tells people in one Slack channel as an app: each incident, or chain of incidents, is one message there, its card,
// which always shows how the ledger has it and bears the buttons that fit. What happened one after the other is in the
// thread below it. An App is safe for concurrent use, also by several processes.
type App struct {
	client  *slackapp.Client
	channel string
	store   CardStore
	now     func() time.Time
}

// NewApp returns an App that posts to a channel, given by its ID.
func NewApp(client *slackapp.Client, channel string, store CardStore, now func() time.Time) *App {
	return &App{client: client, channel: channel, store: store, now: now}
}

// Name returns "slack-" and the channel, because several channels may be told of one incident.
func (a *App) Name() string { return "slack-" + a.channel }

const (
	// cardLease is how long one process may draw a card before another may.
	cardLease = 30 * time.Second
	// cardFor is how long it is known where a card is. An incident is forgotten later.
	cardFor = 390 * 24 * time.Hour
	// maxTold is how many of a card's messages are known to have been told.
	maxTold = 64
)

// A posting is where a card is, as its slot keeps it.
type posting struct {
	TS         string            `json:"ts"`
	Generation int               `json:"generation,omitempty"` // how many cards there were before
	Told       []string          `json:"told,omitempty"`       // the messages that the thread has, by a part of a hash
	Ends       map[string]ending `json:"ends,omitempty"`       // when containments end by themselves, by incident
}

// An ending is when a containment ends by itself.
type ending struct {
	At   time.Time `json:"at"`
	Undo bool      `json:"undo,omitempty"`
}

// Notify draws the card of the incident's chain as it stands now and adds the message to its thread. Of two processes at
// once, one waits for the other. Where a process dies after it has posted a card and before it has recorded where, Slack
// is asked by the same client_msg_id again; should Slack not know it, there is a second card, and the first is not updated
// any more.
func (a *App) Notify(ctx context.Context, m notify.Message) error {
	lead := cmp.Or(m.Incident.PartOf, m.Incident.ID)
	key := lead + "/slack-card/" + a.channel
	if err := a.claim(ctx, key); err != nil {
		return fmt.Errorf("claim the card of %s: %w", lead, err)
	}
	err := a.tell(ctx, lead, m)
	return errors.Join(err, a.store.Release(context.WithoutCancel(ctx), key))
}

// claim claims a card, and waits for whoever draws it at the moment.
func (a *App) claim(ctx context.Context, key string) error {
	const wait = 250 * time.Millisecond
	for waited := time.Duration(0); ; waited += wait {
		_, err := a.store.Begin(ctx, key, cardLease)
		if !errors.Is(err, ledger.ErrBusy) || waited > cardLease {
			return err
		}
		if err := a.client.Sleep(ctx, wait); err != nil {
			return errors.Join(ledger.ErrBusy, err)
		}
	}
}

func (a *App) tell(ctx context.Context, lead string, m notify.Message) error {
	at, slot, err := a.posted(ctx, lead)
	if err != nil {
		return err
	}
	if !m.Deadline.IsZero() && len(at.Ends) < maxParts {
		if at.Ends == nil {
			at.Ends = map[string]ending{}
		}
		at.Ends[m.Incident.ID] = ending{m.Deadline, m.EndsUndone}
	}
	v, err := a.standing(ctx, lead, m, at)
	if err != nil {
		return err
	}
	if slot, err = a.draw(ctx, lead, &at, slot, cardOf(v)); err != nil {
		return err
	}
	told := hashed(m.Key())
	if slices.Contains(at.Told, told) {
		return nil
	}
	if err := a.reply(ctx, at, m); err != nil {
		return err
	}
	at.Told = append(at.Told, told)
	at.Told = at.Told[max(0, len(at.Told)-maxTold):]
	_, err = a.record(ctx, lead, at, slot)
	return err
}

// draw brings the card to what it has to show: in its place, or as a new one where there is none any more.
func (a *App) draw(ctx context.Context, lead string, at *posting, slot ledger.Slot, card Card) (ledger.Slot, error) {
	if at.TS != "" {
		err := a.update(ctx, at.TS, card)
		if !gone(err) {
			return slot, err
		}
		// Whoever deleted it did not decide anything: what is open has to be seen.
		at.TS, at.Told, at.Generation = "", nil, at.Generation+1
	}
	var err error
	if at.TS, err = a.post(ctx, posted{Text: card.Text, Blocks: card.Blocks}, lead, fmt.Sprint(at.Generation)); err != nil {
		return slot, err
	}
	return a.record(ctx, lead, *at, slot)
}

// gone reports whether a card cannot be updated any more because it was deleted, or belongs to another app.
func gone(err error) bool {
	return slices.Contains([]string{"message_not_found", "cant_update_message", "edit_window_closed"}, slackapp.Code(err))
}

// posted returns where a card is.
func (a *App) posted(ctx context.Context, lead string) (posting, ledger.Slot, error) {
	key := a.channel + "/" + lead
	if len(key) > ledger.MaxSlotKey {
		key = a.channel + "/" + hashed(lead)
	}
	slot, err := a.store.Slot(ctx, schema.Cards, key)
	if errors.Is(err, ledger.ErrNotFound) {
		return posting{}, ledger.Slot{Key: key}, nil
	}
	var at posting
	if err == nil {
		err = json.Unmarshal(slot.Value, &at)
	}
	if err != nil {
		return at, slot, fmt.Errorf("where the card of %s is: %w", lead, err)
	}
	return at, slot, nil
}

// record keeps where a card is and what its thread has.
func (a *App) record(ctx context.Context, lead string, at posting, slot ledger.Slot) (ledger.Slot, error) {
	value, err := json.Marshal(at)
	if err != nil {
		return slot, err
	}
	slot.Value, slot.Expires = value, a.now().Add(cardFor)
	slot, err = a.store.PutSlot(ctx, schema.Cards, slot)
	if errors.Is(err, ledger.ErrConflict) { // with itself, where an answer was lost: the claim keeps others away
		fresh, again := a.store.Slot(ctx, schema.Cards, slot.Key)
		if again == nil && string(fresh.Value) == string(value) {
			return fresh, nil
		}
	}
	if err != nil {
		return slot, fmt.Errorf("record where the card of %s is: %w", lead, err)
	}
	return slot, nil
}

// posted is what chat.postMessage takes. https://docs.slack.dev/reference/methods/chat.postMessage
type posted struct {
	Channel     string `json:"channel"`
	ThreadTS    string `json:"thread_ts,omitempty"`
	Broadcast   bool   `json:"reply_broadcast,omitempty"`
	Text        string `json:"text"`
	Blocks      any    `json:"blocks,omitempty"`
	UnfurlLinks bool   `json:"unfurl_links"`
	UnfurlMedia bool   `json:"unfurl_media"`
	ClientMsgID string `json:"client_msg_id,omitempty"`
}

// updated is what chat.update takes. https://docs.slack.dev/reference/methods/chat.update
type updated struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Text    string `json:"text"`
	Blocks  any    `json:"blocks"`
	Parse   string `json:"parse"` // unlike chat.postMessage, it looks for links and names where nothing is said
}

// post posts a message and returns its timestamp. Where Slack refuses the blocks, it posts the bare text: people are told
// in any case. The parts identify the message, so that Slack may tell when it is posted once more; Slack's documentation
// names client_msg_id only in the errors of the method.
func (a *App) post(ctx context.Context, p posted, parts ...string) (string, error) {
	p.Channel, p.ClientMsgID = a.channel, uuid(append(parts, a.channel)...)
	ts, err := a.postOnce(ctx, p)
	if strings.HasPrefix(slackapp.Code(err), "duplicate_") { // it was posted, and deleted since
		p.ClientMsgID = ""
		ts, err = a.postOnce(ctx, p)
	}
	if ofContent(err) {
		p.Text, p.Blocks, p.ClientMsgID = p.Text+refusedFull, nil, ""
		bare, again := a.postOnce(ctx, p)
		if again != nil {
			return "", errors.Join(err, again)
		}
		return bare, nil
	}
	return ts, err
}

func (a *App) postOnce(ctx context.Context, p posted) (string, error) {
	var out struct {
		TS string `json:"ts"`
	}
	if err := a.client.Call(ctx, "chat.postMessage", p, &out); err != nil {
		return "", fmt.Errorf("post to channel %s: %w", a.channel, err)
	}
	if out.TS == "" {
		return "", fmt.Errorf("post to channel %s: slack does not say where the message is", a.channel)
	}
	return out.TS, nil
}

func (a *App) update(ctx context.Context, ts string, card Card) error {
	u := updated{Channel: a.channel, TS: ts, Text: card.Text, Blocks: card.Blocks, Parse: "none"}
	err := a.client.Call(ctx, "chat.update", u, nil)
	if ofContent(err) {
		u.Text, u.Blocks = u.Text+refusedFull, []any{}
		err = errors.Join(a.client.Call(ctx, "chat.update", u, nil))
	}
	if err != nil {
		return fmt.Errorf("update a message in channel %s: %w", a.channel, err)
	}
	return nil
}

const refusedFull = " Slack refused the full message; see the incident."

// ofContent reports whether it is the message that Slack does not like.
func ofContent(err error) bool {
	switch slackapp.Code(err) {
	case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_arguments":
		return true
	}
	return false
}

// reply adds a message to the card's thread. What somebody has to act on, the channel shows too: nobody hears of a card that
// changes.
func (a *App) reply(ctx context.Context, at posting, m notify.Message) error {
	p := stepOf(m)
	if len(at.Told) == 0 || m.DetailType == notify.IncidentOpened {
		p = Render(m) // all that is known, once for each incident
	}
	_, err := a.post(ctx, posted{ThreadTS: at.TS, Broadcast: urgent(m), Text: p.Text, Blocks: p.Blocks}, at.TS, m.Key())
	return err
}

// urgent reports whether a message asks for somebody after the card was first seen.
func urgent(m notify.Message) bool {
	switch m.DetailType {
	case notify.RemediationFailed, notify.UndoFailed, notify.IncidentRaised, notify.IncidentReminder, notify.ApprovalGiven:
		return true
	}
	return false
}

// standing reads how a card's incidents stand now. A ledger that has lost the lead does not keep people from being told.
func (a *App) standing(ctx context.Context, lead string, m notify.Message, at posting) (view, error) {
	v := view{ends: at.Ends}
	var err error
	v.lead, err = a.store.Get(ctx, lead)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		v.lead = m.Incident
		if m.Lead != nil {
			v.lead = *m.Lead
		}
	case err != nil:
		return v, fmt.Errorf("how %s stands: %w", lead, err)
	}
	if v.lead.Chain == nil {
		return v, nil
	}
	steps := v.lead.Chain.Timeline
	for _, s := range steps[max(0, len(steps)-maxParts):] {
		if s.Incident == v.lead.ID {
			continue
		}
		part, err := a.store.Get(ctx, s.Incident)
		switch {
		case err == nil:
			v.parts = append(v.parts, part)
		case !errors.Is(err, ledger.ErrNotFound):
			return v, fmt.Errorf("how %s stands: %w", s.Incident, err)
		}
	}
	return v, nil
}

// hashed shortens a text to what tells it from others.
func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// uuid makes a UUID of texts, the same for the same (RFC 9562, version 8).
func uuid(parts ...string) string {
	sum := sha256.Sum256([]byte("riposte\x00" + strings.Join(parts, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// stepOf returns a message as a step of its incident's history: what has become of it, without what the thread has said
// already.
func stepOf(m notify.Message) Payload {
	r := report.Of(m)
	text := severity(r.Severity) + ": " + r.Title + " (account " + m.Incident.Account + "). " + r.Lead
	p := Payload{Text: fit(report.Clean(text), maxStanding)}
	p.section(marked("*" + fit(r.Lead, 100) + "* " + fit(r.Standing, maxStanding-104)))
	p.sentence("", strings.Join(r.Notices, " "))
	if m.Incident.PartOf != "" {
		p.sentence("", r.Summary)
	}
	p.sentence(r.Error.Label, r.Error.Text)
	for _, f := range r.Facts {
		if f.Label == "Answer" {
			p.section(marked("*" + f.Label + "*  " + line(f.Line, maxLine)))
		}
	}
	p.changes(r.Changes)
	p.notDone(r.NotDone)
	p.next(r)
	p.Blocks = append(p.Blocks, Block{Type: small, Elements: []TextObject{marked(line(r.Footer, maxFooter))}})
	return p
}
