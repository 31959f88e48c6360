package redrive

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// hidden is how long a letter is hidden while its batch is worked on. What takes longer hides its letter anew.
const hidden = 5 * time.Minute

// maxRefusals is how many letters in a row the next hop may refuse before the run ends: what refuses every letter is not
// the letters' fault, and each one tried costs its time.
const maxRefusals = 3

// The outcomes of a letter.
const (
	Redriven   = "redriven"   // given, and taken out of the queue
	Redrivable = "redrivable" // it would be given; nothing was done
	Stays      = "stays"      // it is in the queue, and the reason says why
	Skipped    = "skipped"    // it is in the queue, because it is not of the age that was asked for
)

// An Outcome is what became of one letter.
type Outcome struct {
	Queue     string    `json:"queue"`
	Region    string    `json:"region,omitempty"`
	Kind      Kind      `json:"kind"`
	MessageID string    `json:"message_id"`
	EventID   string    `json:"event_id,omitempty"`
	Incident  string    `json:"incident,omitempty"`
	Sent      time.Time `json:"sent,omitzero"`
	Why       string    `json:"why,omitempty"` // why it became a dead letter
	Outcome   string    `json:"outcome"`
	Reason    string    `json:"reason,omitempty"`
}

// A Run is one walk through a dead-letter queue.
type Run struct {
	Name     string // of the queue, for people
	Region   string
	Kind     Kind
	Queue    Queue
	Hop      Hop
	Function string // the function that the hop invokes; empty where it is a queue
	DryRun   bool
	Limit    int       // how many letters of the age that is asked for are looked at, at the most; 0 for all
	From, To time.Time // only letters that came into the queue between them; zero for any
	Now      func() time.Time
	Report   func(Outcome) error

	begun    time.Time
	seen     map[string]bool
	kept     map[string]Letter // letters that stay, by ID: hidden until the end of a round
	held     map[string]bool   // groups whose order would break
	refusals int               // one after the other
	looked   int
	left     int // letters that stay though they should not
}

// errRefused says that the next hop takes nothing.
var errRefused = errors.New("the next hop refuses every letter")

// errEnough says that as many letters were looked at as were to be.
var errEnough = errors.New("enough")

// Do walks through the queue until it holds nothing that was not seen, and returns how many letters stay that should not.
// A letter that came in after the run began is left alone: one that fails again must not go round in circles.
func (r *Run) Do(ctx context.Context) (left int, err error) {
	r.begun = r.Now()
	r.seen, r.held = map[string]bool{}, map[string]bool{}
	for {
		news, err := r.round(ctx)
		behind := r.grouped()
		r.show(ctx)
		switch {
		case errors.Is(err, errEnough):
			return r.left, nil
		case err != nil:
			return r.left, err
		case news == 0 || !behind:
			return r.left, nil
		}
	}
}

// round receives letters until none is to be seen, and returns how many were new.
func (r *Run) round(ctx context.Context) (news int, err error) {
	r.kept = map[string]Letter{}
	for {
		batch, err := r.Queue.Receive(ctx, hidden)
		if err != nil {
			return news, fmt.Errorf("receive from %s: %w", r.Name, err)
		}
		if len(batch) == 0 {
			return news, nil
		}
		known := len(r.kept)
		for _, l := range batch {
			r.kept[l.ID] = l // until it is deleted
		}
		if len(r.kept) == known { // what was hidden long ago comes round again
			return news, nil
		}
		fresh, err := r.work(ctx, batch)
		if news += fresh; err != nil {
			return news, err
		}
	}
}

// work decides about the letters of a batch that were not seen, and returns how many they are.
func (r *Run) work(ctx context.Context, batch []Letter) (news int, err error) {
	received, lost := r.Now(), map[string]error{}
	for n, l := range batch {
		if r.seen[l.ID] {
			continue
		}
		if r.Limit > 0 && r.looked >= r.Limit {
			return news, errEnough
		}
		r.seen[l.ID] = true
		news++
		if r.Now().Sub(received) > hidden/2 { // others could soon receive what this run is about to give
			received = r.Now()
			for _, rest := range batch[n:] {
				if err := r.Queue.Hide(ctx, rest, hidden); err != nil {
					lost[rest.ID] = err
				}
			}
		}
		if err := r.take(ctx, l, lost[l.ID]); err != nil {
			return news, err
		}
	}
	return news, nil
}

// grouped reports whether a letter that stays belongs to a group: while it was hidden, those behind it were hidden too.
func (r *Run) grouped() bool {
	for _, l := range r.kept {
		if l.Group != "" {
			return true
		}
	}
	return false
}

// take decides about one letter, does it, and reports it. lost says why the letter may be somebody else's by now.
func (r *Run) take(ctx context.Context, l Letter, lost error) error {
	p, err := Open(r.Kind, l)
	o := Outcome{
		Queue: r.Name, Region: r.Region, Kind: r.Kind, MessageID: l.ID, EventID: p.EventID, Incident: p.Incident, Sent: l.Sent, Why: p.Why,
	}
	o.Outcome, o.Reason = r.judge(l, p, err)
	switch {
	case o.Outcome != Redrivable || r.DryRun:
	case lost != nil:
		o.Outcome, o.Reason = r.hold(l), fmt.Sprintf("it could not be kept from others any longer, and nothing was done: %v", lost)
	default:
		o.Outcome, o.Reason = r.give(ctx, l, p)
	}
	if o.Outcome == Stays {
		r.left++
	}
	if o.Outcome != Skipped {
		r.looked++
	}
	if err := r.Report(o); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case r.refusals >= maxRefusals:
		return fmt.Errorf("%s: %w", r.Name, errRefused)
	}
	return nil
}

// judge says what may become of a letter.
func (r *Run) judge(l Letter, p Parcel, unread error) (outcome, reason string) {
	switch {
	case l.Sent.After(r.begun):
		return Stays, "it came in after this run began"
	case !r.From.IsZero() && l.Sent.Before(r.From), !r.To.IsZero() && l.Sent.After(r.To):
		return Skipped, "it is not of the age that was asked for"
	case unread != nil:
		return Stays, unread.Error()
	case p.Function != "" && r.Function != "" && p.Function != r.Function:
		return Stays, fmt.Sprintf("it is a failure of the function %s, and this queue's letters go to %s", p.Function, r.Function)
	case l.Group != "" && r.held[l.Group]:
		return Stays, "an earlier letter of its group stays"
	}
	return Redrivable, ""
}

// give gives a parcel to the next hop and then deletes its letter.
func (r *Run) give(ctx context.Context, l Letter, p Parcel) (outcome, reason string) {
	if err := r.Hop.Give(ctx, p); err != nil {
		r.refusals++
		return r.hold(l), err.Error()
	}
	r.refusals = 0
	if err := r.Queue.Delete(ctx, l); err != nil {
		return r.hold(l), fmt.Sprintf("it was given, and then could not be deleted; to give it again does no harm: %v", err)
	}
	delete(r.kept, l.ID)
	return Redriven, ""
}

// hold keeps the order of a group behind a letter that stays for now. A letter that cannot be read is not held for: it
// is no job, and has no place in the order.
func (r *Run) hold(l Letter) string {
	if l.Group != "" {
		r.held[l.Group] = true
	}
	return Stays
}

// show lets the letters that stay be received again. One that cannot be shown shows itself in a few minutes.
func (r *Run) show(ctx context.Context) {
	const most = 30 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), most)
	defer cancel()
	for _, l := range r.kept {
		if r.Queue.Hide(ctx, l, 0) != nil && ctx.Err() != nil {
			return
		}
	}
	r.kept = nil
}
