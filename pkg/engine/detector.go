package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"riposte/pkg/actions"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// ErrNotNow is what Detector.Home's error is where it passes by itself, such as a throttled call or a broken connection: the
// incident is then opened as if the account were the right one, rather than only told because of a moment. The remediator
// asks once more before it changes anything.
var ErrNotNow = errors.New("not now")

// A Decider turns a finding into a decision. Own reports whether an actor is one of Riposte's own principals.
type Decider interface {
	Decide(f detect.Finding, facts decide.Facts) decide.Decision
	Own(a detect.Actor) bool
}

// A Detector turns CloudTrail events into incidents and sends those that are to be acted on to the remediator. It has
// no right to change an account.
type Detector struct {
	Index       *detect.Index
	Policy      Decider
	ConfigError error // why the operator's configuration could not be read; every finding then alerts
	Breaker     Breaker
	Accounts    []string // the accounts that Riposte watches; empty for every account
	// Home returns the one account that may be changed, where that is not known before somebody asks; nil for all that
	// are watched. It is asked only about events that would be acted on.
	Home func(context.Context) (string, error)
	// Caller returns the ARN under which Riposte changes the account, where its roles are not known to the policy; nil where
	// they are. Who acts under it is never contained.
	Caller  func(context.Context) (string, error)
	Actions func(id string) (actions.Action, bool) // what actions do; nil for actions.ByID
	Store   ledger.Store
	Queue   Queue
	Bus     Bus
	Now     func() time.Time
	Log     *slog.Logger
}

// Handle takes one EventBridge envelope. An error means that the delivery has to come again; nothing is lost then.
func (d *Detector) Handle(ctx context.Context, envelope []byte) ([]ledger.Incident, error) {
	received := d.Now()
	if !d.Index.WantsRecord(envelope) {
		return nil, nil
	}
	ev, err := cloudtrail.DecodeAny(envelope)
	if err != nil {
		return nil, fmt.Errorf("event: %w", err)
	}
	return d.Process(ctx, ev, received)
}

// Process takes one decoded event, received at the given time, and returns the incidents that stand for it. All of them
// are in the ledger, and joined to what they belong to, before people are told of the first.
func (d *Detector) Process(ctx context.Context, ev *cloudtrail.Event, received time.Time) ([]ledger.Incident, error) {
	var opened []ledger.Incident
	var errs []error
	findings := gravestFirst(d.Index.Match(ev))
	for _, f := range findings {
		var first *ledger.Incident
		if len(opened) > 0 {
			first = &opened[0]
		}
		in, ok, err := d.take(ctx, f, ev, received, first)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s on %s: %w", f.Rule, f.Resource, err))
		}
		if ok {
			opened = append(opened, in)
		}
	}
	if len(errs) == 0 { // otherwise the next delivery knows more
		if err := d.remember(ctx, ev, findings, opened); err != nil {
			errs = append(errs, err)
		}
	}
	incidents := make([]ledger.Incident, 0, len(opened))
	for n, in := range opened {
		in, err := d.finish(ctx, in, n < len(opened)-1)
		if err != nil {
			errs = append(errs, err)
		}
		incidents = append(incidents, in)
	}
	return incidents, errors.Join(errs...)
}

// gravestFirst puts the findings of one event in the order in which they lead: the gravest, and among equals the one that
// something can be done about.
func gravestFirst(findings []detect.Finding) []detect.Finding {
	slices.SortStableFunc(findings, func(a, b detect.Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(min(len(b.Actions), 1), min(len(a.Actions), 1)))
	})
	return findings
}

// take makes sure that a finding has its incident, and that the incident knows what it belongs to. first is the incident
// of the event's gravest finding, where that is another.
func (d *Detector) take(ctx context.Context, f detect.Finding, ev *cloudtrail.Event, received time.Time, first *ledger.Incident,
) (ledger.Incident, bool, error) {
	in, known, err := found(d.Store.Get(ctx, f.Incident()))
	if err != nil {
		return in, false, fmt.Errorf("look up the incident: %w", err)
	}
	if !known || unnamed(in, f) {
		var told bool
		if in, told, err = d.open(ctx, f, ev, received); err != nil || !told {
			return in, false, err
		}
	}
	if in.Joining {
		in, err = d.join(ctx, in, first)
	}
	return in, true, err
}

// open opens the incident of a finding, unless nobody is to be told of it. A finding of a series gets the incident that
// stands for its window.
func (d *Detector) open(ctx context.Context, f detect.Finding, ev *cloudtrail.Event, received time.Time,
) (ledger.Incident, bool, error) {
	w := window{events: []string{f.Event.ID}, id: f.Incident()}
	if f.Rate != nil {
		var full bool
		var err error
		if f, w, full, err = d.counted(ctx, f, ev); err != nil || !full {
			return ledger.Incident{}, false, err
		}
		if w.stands != nil {
			in, err := d.follow(ctx, *w.stands, w.events)
			return in, err == nil, err
		}
	}
	decision, err := d.decide(ctx, f, ev)
	if err != nil || decision.Mode == decide.Off {
		return ledger.Incident{}, false, err
	}
	if !decision.Suppressed && d.untrusted(ev) == "" {
		if err := d.witness(ctx, f); err != nil {
			return ledger.Incident{}, false, err
		}
	}
	in, created, err := d.record(ctx, w.id, incident(f, decision, w.events, received, d.Now()), decision.Held)
	if err == nil && !created && f.Rate != nil {
		in, err = d.follow(ctx, in, w.events)
	}
	return in, err == nil, err
}

// counted counts a rated finding, unless nobody wants to know of it or it is Riposte's own call, and reports whether it fills
// its window.
func (d *Detector) counted(ctx context.Context, f detect.Finding, ev *cloudtrail.Event) (detect.Finding, window, bool, error) {
	if own, err := d.ownCall(ctx, f, ev); own || err != nil || d.silences(ctx, f) {
		return f, window{}, false, err
	}
	return Series{d.Store}.count(ctx, f)
}

// record stores an incident under a name, which that of a series shares with what else fills its window. What the journal
// explains keeps to its own name, and nothing else goes under it.
func (d *Detector) record(ctx context.Context, name string, in ledger.Incident, held decide.Hold) (ledger.Incident, bool, error) {
	own := in
	if in.State != ledger.Suppressed {
		in.ID = name
	}
	stored, created, err := d.Store.Open(ctx, in)
	if err == nil && stored.State == ledger.Suppressed && in.State != ledger.Suppressed && in.ID != own.ID {
		stored, created, err = d.Store.Open(ctx, own)
	}
	if err != nil {
		return stored, false, fmt.Errorf("open the incident: %w", err)
	}
	if created {
		d.logOpened(ctx, stored, held)
	}
	return stored, created, nil
}

// silences reports whether the policy turns a finding off or excepts it, so that it is not even counted.
func (d *Detector) silences(ctx context.Context, f detect.Finding) bool {
	silent := d.Policy.Decide(f, d.withExceptions(ctx, f, decide.Facts{Now: d.Now(), ConfigError: d.ConfigError}))
	return silent.Mode == decide.Off || silent.Suppressed
}

// finish sends an incident on its way, also where it could not be joined yet: the next delivery joins it, and what has to
// be reversed does not wait for that. Where others of the same event have joined it meanwhile it is read again, so that
// the message about it tells of them too.
func (d *Detector) finish(ctx context.Context, in ledger.Incident, mayHaveGrown bool) (ledger.Incident, error) {
	if mayHaveGrown && len(in.Outbox) > 0 {
		if fresh, err := d.Store.Get(ctx, in.ID); err == nil { // without it, those who joined make the message due again
			in = fresh
		}
	}
	return d.dispatch(ctx, in)
}

// dispatch sends an incident on its way as far as it is not there yet. A delivery that comes again finds the incident
// and does the rest.
func (d *Detector) dispatch(ctx context.Context, in ledger.Incident) (ledger.Incident, error) {
	var sendErr error
	if workable(in) {
		if sendErr = d.Queue.Send(ctx, Job{Incident: in.ID, Group: in.Finding.Group()}); sendErr != nil {
			sendErr = fmt.Errorf("queue %s for remediation: %w", in.ID, sendErr)
		}
	}
	in, err := publish(ctx, d.Store, d.Bus, in) // people are told even while the queue is out of reach
	return in, errors.Join(sendErr, err)
}

func (d *Detector) decide(ctx context.Context, f detect.Finding, ev *cloudtrail.Event) (decide.Decision, error) {
	facts := decide.Facts{Now: d.Now(), ConfigError: d.ConfigError, Untrusted: d.untrusted(ev)}
	sw, err := d.Store.Switch(ctx)
	if err != nil {
		facts.StopUnknown = err
	} else if sw.Stopped {
		facts.Stopped = fmt.Sprintf("stopped by %s on %s: %s", detect.Text(sw.By), sw.At.UTC().Format(time.RFC3339), detect.Text(sw.Reason))
	}
	if facts.OwnIncident, err = d.explained(ctx, f, ev); err != nil {
		return decide.Decision{}, err
	}
	if f.Severity == detect.Medium && len(f.Actions) > 0 && !f.Attempt {
		chain, err := d.expected(ctx, f)
		if err != nil {
			return decide.Decision{}, fmt.Errorf("look for a chain: %w", err)
		}
		facts.Chain, facts.ChainSeverity = chain.Lead, chain.Severity
	}
	facts = d.withExceptions(ctx, f, facts)
	decision := d.Policy.Decide(f, facts)
	if !decision.Mode.Acts() {
		return decision, nil
	}
	return d.confirm(ctx, f, facts, decision)
}

// confirm asks about a decision to act what costs more to know: whose account it is, whether it is a fight, and what the
// breaker has left.
func (d *Detector) confirm(ctx context.Context, f detect.Finding, facts decide.Facts, decision decide.Decision) (decide.Decision, error) {
	var err error
	if facts.Untrusted, err = d.foreign(ctx, f); err != nil {
		return decision, err
	}
	if facts.Untrusted != "" {
		return d.Policy.Decide(f, facts), nil
	}
	if facts.Fight, err = d.fight(ctx, f); err != nil {
		return decision, err
	}
	if facts.Fight != "" {
		return d.Policy.Decide(f, facts), nil
	}
	if facts.Spent, err = d.Breaker.spend(ctx, d.Store, f, facts.Now); err != nil {
		facts.Spent = "the breaker's counters could not be read: " + err.Error()
	}
	if facts.Spent != "" {
		return d.Policy.Decide(f, facts), nil
	}
	decision.Escalation = d.escalation(ctx, f, facts)
	return decision, nil
}

// foreign says why the account of a finding may not be changed with the credentials at hand, or "". People hear of the change
// all the same.
func (d *Detector) foreign(ctx context.Context, f detect.Finding) (string, error) {
	if d.Home == nil {
		return "", nil
	}
	home, err := d.Home(ctx)
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("which account may be changed: %w", err)
	case errors.Is(err, ErrNotNow):
		d.Log.WarnContext(ctx, "nobody can tell at present which account may be changed", "event_id", f.Event.ID, "rule", f.Rule, "err", err)
		return "", nil
	case err != nil:
		d.Log.ErrorContext(ctx, "nobody can tell which account may be changed", "event_id", f.Event.ID, "rule", f.Rule, "err", err)
		return "nobody can tell whose account the credentials belong to: " + detect.Line(err.Error(), maxNote), nil
	case home != f.Event.Account:
		return fmt.Sprintf("it happened in account %q and the credentials belong to account %q", f.Event.Account, home), nil
	}
	return "", nil
}

// untrusted says why an event must not be acted on whatever it tells, or "".
func (d *Detector) untrusted(ev *cloudtrail.Event) string {
	if len(d.Accounts) > 0 && !slices.Contains(d.Accounts, ev.Account) {
		return fmt.Sprintf("account %q is not one that this deployment watches", ev.Account)
	}
	return Untrusted(ev)
}

// Untrusted says what does not fit between the envelope and the record, or "". The pattern on the bus lets only events of
// AWS services through, but a pattern can be edited.
func Untrusted(ev *cloudtrail.Event) string {
	env := ev.Envelope
	switch {
	case env == nil:
		return ""
	case env.ReplayName != "":
		return fmt.Sprintf("the event comes from the archive replay %q, not from the account", env.ReplayName)
	case !strings.HasPrefix(env.Source, "aws."):
		return fmt.Sprintf("the envelope's source is %q, not an AWS service", env.Source)
	case env.Account != ev.Account:
		return fmt.Sprintf("the envelope names account %q and the record account %q", env.Account, ev.Account)
	}
	return ""
}

// incident makes the incident of a finding and its decision. What is recorded and not told joins nothing.
func incident(f detect.Finding, d decide.Decision, events []string, received, now time.Time) ledger.Incident {
	if len(d.Beyond) > 0 { // people are not told that it could be done
		f.Actions = slices.DeleteFunc(slices.Clone(f.Actions), func(id string) bool { return slices.Contains(d.Beyond, id) })
	}
	in := ledger.Incident{
		ID: f.Incident(), State: ledger.Open, Mode: string(d.Mode), Reason: d.Reason,
		Rule: f.Rule, Class: f.Class, Severity: f.Severity, Title: f.Title, Summary: f.Summary,
		EventIDs: events, Account: f.Event.Account, Region: f.Event.Region,
		Actor: f.Actor.ARN, Resource: f.Resource.String(), Changes: []ledger.Change{},
		Times:   ledger.Times{Event: f.Event.Time, Received: received, Decided: now},
		Finding: f, Action: d.Action, Escalation: d.Escalation, Exception: d.Exception, ExceptionEnds: d.Until, Joining: !d.Suppressed,
	}
	if in.Actor == "" {
		in.Actor = f.Actor.Name
	}
	switch {
	case d.Suppressed:
		in.State = ledger.Suppressed
	case d.Mode == decide.Ask:
		in.State = ledger.Asked
	}
	return in
}
