package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// Slots of messages that are held, and of those that are gathered, have keys that begin with these. What is gathered comes
// first, so that no flood of the others hides it.
const (
	gatheredKey = "0/"
	heldKey     = "1/"
)

// heldFor is how long a message is held before it is forgotten: far longer than any failure of the tick can last unseen.
const heldFor = 90 * 24 * time.Hour

// A held message is what a digest needs of it. Its texts are bounded: they may come from an attacker.
type held struct {
	To
	At         time.Time       `json:"at"`
	DetailType string          `json:"detail_type"`
	Rule       string          `json:"rule"`
	Title      string          `json:"title"`
	Severity   detect.Severity `json:"severity"`
	Account    string          `json:"account"`
	Actor      string          `json:"actor"`
	Incident   string          `json:"incident"`
}

// Bytes of the texts of a held message.
const (
	maxTitle = 160
	maxName  = 100
)

// hold makes a message durable in a family. Holding it again changes nothing.
func (g *Gate) hold(ctx context.Context, family, key string, to To, m notify.Message) error {
	in, now := m.Incident, g.Now()
	value, err := encode(held{
		To: to, At: now.UTC(), DetailType: short(m.DetailType, maxName), Rule: short(in.Rule, maxName), Title: short(in.Title, maxTitle),
		Severity: m.Weight(), Account: short(in.Account, maxName), Actor: short(in.Actor, maxName), Incident: short(in.ID, 2*maxName),
	})
	if err != nil {
		return err
	}
	_, err = g.Store.PutSlot(ctx, family, ledger.Slot{Key: heldKey + key, Value: value, Expires: now.Add(heldFor)})
	if err != nil && !errors.Is(err, ledger.ErrConflict) { // which says that it is held already
		return fmt.Errorf("hold %s: %w", m.Key(), err)
	}
	return nil
}

// short makes one line of a text, of so many bytes at the most.
func short(s string, most int) string {
	s = detect.Line(s, most)
	if len(s) <= most {
		return s
	}
	end := 0
	for at := range s {
		if at > most-len("…") {
			break
		}
		end = at
	}
	return s[:end] + "…"
}

// encode writes JSON without the escapes for HTML, which would make it longer.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
