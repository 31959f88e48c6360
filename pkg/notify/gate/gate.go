// Package gate decides which messages people get at once, and gathers the others into digests.
//
// Of messages that are alike within an hour the 1st, 2nd, 3rd, 10th, 30th, 100th… are told; what lies between them, what is
// not grave enough for now and what comes in quiet hours is held until Flush tells it in one message. A message that is held
// is durable before Pass returns. The only ones that nobody is told of are those that a silence of the operator names.
//
// What is held stands in the ledger's slots twice over at the most: first on its own, so that deliveries do not get into each
// other's way and one that comes again changes nothing, then gathered. Flush moves it from the one to the other so that a
// death on the way neither loses it nor counts it twice.
package gate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/schema"
	"riposte/pkg/notify"
)

// A Store is what the gate needs of the ledger.
type Store interface {
	ledger.Slots
	Count(ctx context.Context, key string, ttl time.Duration) (int64, error)
}

// A Gate stands before the ways of telling people.
type Gate struct {
	Store  Store
	Quiet  *config.Quiet  // nil for none
	Digest *config.Digest // nil for none
	// Silenced returns the silence that keeps an incident from being told now; nil for none ever.
	Silenced func(in ledger.Incident, now time.Time) (config.Muting, bool)
	Now      func() time.Time
}

// To is one way of telling one receiver.
type To struct {
	Receiver string `json:"receiver"`
	Notifier string `json:"notifier"` // its name
}

// A Verdict says what is done with a message.
type Verdict struct {
	Tell   bool
	Stands int    // how many messages like it this one stands for, since the last that was told; where it is told
	Why    string // where it is not told now, for the log
}

// Pass decides about a message. It may be called again with the same message after an error, or where telling has failed and
// Failed was called; the one who calls it sees to it that a message that was told, or passed over, is not given again.
func (g *Gate) Pass(ctx context.Context, to To, m notify.Message) (Verdict, error) {
	v, err := g.pass(ctx, to, m)
	if err != nil {
		return Verdict{}, fmt.Errorf("gate of %s: %w", to, err)
	}
	return v, nil
}

func (g *Gate) pass(ctx context.Context, to To, m notify.Message) (Verdict, error) {
	key := name(to, m.Key())
	if v, known, err := g.decided(ctx, key); known || err != nil {
		return v, err
	}
	now := g.Now()
	if muting, ok := g.silenced(m, now); ok {
		return Verdict{Why: fmt.Sprintf("silenced until %s by %s (%s)", muting.Until.UTC().Format(time.RFC3339), detect.Text(muting.Owner), detect.Text(muting.Reason))}, nil
	}
	if family, until := g.waits(m, now); family != "" {
		if err := g.hold(ctx, family, key, to, m); err != nil {
			return Verdict{}, err
		}
		return Verdict{Why: "held until " + until.UTC().Format(time.RFC3339)}, nil
	}
	stands, err := g.climb(ctx, to, m)
	if err != nil || stands > 0 {
		return Verdict{Tell: stands > 0, Stands: stands}, err
	}
	if err := g.hold(ctx, schema.Pending, key, to, m); err != nil {
		return Verdict{}, err
	}
	return Verdict{Why: "one of many: it is told together with others within minutes"}, nil
}

// toldFor is how long it is remembered that a message is to be told: the bus delivers again for a day.
const toldFor = 3 * 24 * time.Hour

// Failed keeps a verdict to tell for the next delivery, which must neither count the message again nor hold it back.
func (g *Gate) Failed(ctx context.Context, to To, m notify.Message, v Verdict) error {
	value, err := json.Marshal(v.Stands)
	if err != nil {
		return err
	}
	_, err = g.Store.PutSlot(ctx, schema.Told, ledger.Slot{Key: name(to, m.Key()), Value: value, Expires: g.Now().Add(toldFor)})
	if err != nil && !errors.Is(err, ledger.ErrConflict) { // which an earlier failure has written
		return fmt.Errorf("gate of %s: remember that %s is to be told: %w", to, m.Key(), err)
	}
	return nil
}

func (g *Gate) decided(ctx context.Context, key string) (Verdict, bool, error) {
	s, err := g.Store.Slot(ctx, schema.Told, key)
	switch {
	case errors.Is(err, ledger.ErrNotFound):
		return Verdict{}, false, nil
	case err != nil:
		return Verdict{}, false, err
	}
	v := Verdict{Tell: true}
	if err := json.Unmarshal(s.Value, &v.Stands); err != nil {
		v.Stands = 1 // what nobody can read holds nothing back
	}
	return v, true, nil
}

// silenced asks for the silence of a message that is as grave as its chain.
func (g *Gate) silenced(m notify.Message, now time.Time) (config.Muting, bool) {
	if g.Silenced == nil {
		return config.Muting{}, false
	}
	in := m.Incident
	in.Severity = m.Weight()
	return g.Silenced(in, now)
}

// waits returns the family in which a message waits, and until when; "" where it does not.
func (g *Gate) waits(m notify.Message, now time.Time) (family string, until time.Time) {
	weight := m.Weight()
	if weight == detect.Inherit || weight >= detect.Critical || m.DetailType == notify.IncidentReminder {
		return "", time.Time{}
	}
	if d := g.Digest; d != nil && weight < d.Below {
		family, until = schema.Digest, digestAfter(*d, now)
	} else if q := g.Quiet; q != nil && weight < q.Below {
		if end, quiet := quietUntil(*q, now); quiet {
			family, until = schema.Quiet, end
		}
	}
	if !m.Deadline.IsZero() && !m.Deadline.After(until) {
		return "", time.Time{} // nobody could answer in time
	}
	return family, until
}

// String names a way for people.
func (t To) String() string { return detect.Text(t.Receiver) + "/" + detect.Text(t.Notifier) }

// name makes a short key of a way and other texts, whatever is in them.
func name(to To, parts ...string) string {
	sum := sha256.New()
	for _, part := range append([]string{to.Receiver, to.Notifier}, parts...) {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(sum.Sum(nil))[:32]
}

// kindOf keeps the names of counters short.
func kindOf(detailType string) string {
	return strings.ReplaceAll(strings.ToLower(detect.Line(detailType, 40)), " ", "-")
}
