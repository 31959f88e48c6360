// Package local runs the whole system in one process: the queue and the bus are in memory, and everything that an event
// sets off has happened when Run returns.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/remedy"
)

// Parts are what a Pipeline is made of.
type Parts struct {
	Index       *detect.Index
	Policy      *decide.Policy
	ConfigError error
	Breaker     engine.Breaker
	Home        func(context.Context) (string, error) // the account that may be changed
	Caller      func(context.Context) (string, error) // the ARN that changes it, as engine.Detector has it
	Store       ledger.Store
	Remedies    []remedy.Remedy
	Notifiers   []notify.Notifier            // of the default receiver
	Receivers   map[string][]notify.Notifier // of the others
	Route       func(ledger.Incident) []string
	Now         func() time.Time
	Sleep       engine.Sleep
	Log         *slog.Logger
	Tries       int // how often a job is tried before it fails; at least 1
}

// A Pipeline is Riposte in one process. It takes one event at a time: it is not safe for concurrent use.
type Pipeline struct {
	Detector   *engine.Detector
	Remediator *engine.Remediator
	queue      *queue
	sleep      engine.Sleep
	tries      int
}

// New wires a pipeline.
func New(p Parts) *Pipeline {
	bus := Tell(&engine.Notifications{
		Notifiers: p.Notifiers, Receivers: p.Receivers, Route: p.Route, Store: p.Store, Now: p.Now, Sleep: p.Sleep, Log: p.Log,
	})
	q := &queue{}
	return &Pipeline{
		Detector: &engine.Detector{
			Index: p.Index, Policy: p.Policy, ConfigError: p.ConfigError, Breaker: p.Breaker, Home: p.Home, Caller: p.Caller,
			Store: p.Store, Queue: q, Bus: bus, Now: p.Now, Log: p.Log,
		},
		Remediator: &engine.Remediator{
			Remedies: remedy.ByAction(p.Remedies), Store: p.Store, Bus: bus, Now: p.Now, Sleep: p.Sleep, Log: p.Log,
		},
		queue: q, sleep: p.Sleep, tries: max(p.Tries, 1),
	}
}

// Deliver takes one EventBridge envelope all the way, as Run does.
func (p *Pipeline) Deliver(ctx context.Context, envelope []byte) ([]ledger.Incident, error) {
	incidents, err := p.Detector.Handle(ctx, envelope)
	return p.finish(ctx, incidents, err)
}

// Run takes one event all the way and returns the incidents that stand for it, as the ledger has them at the end.
// After an error the same event may be given again: what was done stays done, the rest is finished. People who cannot be
// told do not keep a change from being reversed; they are told the next time.
func (p *Pipeline) Run(ctx context.Context, ev *cloudtrail.Event) ([]ledger.Incident, error) {
	incidents, err := p.Detector.Process(ctx, ev, p.Detector.Now())
	return p.finish(ctx, incidents, err)
}

// finish works on the jobs that the detector has sent and reads the incidents back.
func (p *Pipeline) finish(ctx context.Context, incidents []ledger.Incident, err error) ([]ledger.Incident, error) {
	errs := []error{err}
	for _, job := range p.queue.take() {
		errs = append(errs, p.work(ctx, job))
	}
	for n := range incidents {
		in, err := p.Detector.Store.Get(ctx, incidents[n].ID)
		if err != nil {
			errs = append(errs, fmt.Errorf("read back: %w", err))
			continue
		}
		incidents[n] = in
	}
	return incidents, errors.Join(errs...)
}

// work tries a job until it is done or has been tried as often as it may. An incident whose account was out of reach stays
// as it is, so that the same event can be given again; any other trouble that stays makes it fail, and people are told.
func (p *Pipeline) work(ctx context.Context, job engine.Job) error {
	for try := 1; ; try++ {
		in, err := p.Remediator.Handle(ctx, job, false)
		switch {
		case err == nil:
			return nil
		case in.State.Finished(), try >= p.tries && unreachable(err): // finished: what failed was to tell people
			return fmt.Errorf("incident %s: %w", job.Incident, err)
		case try >= p.tries:
			_, err = p.Remediator.GiveUp(ctx, in, err)
			return err
		}
		if stopped := p.sleep(ctx, time.Duration(try)*time.Second); stopped != nil {
			return errors.Join(err, stopped)
		}
	}
}

// unreachable reports whether a call never got an answer, or only that it is too early for one.
func unreachable(err error) bool {
	_, ok := errors.AsType[net.Error](err)
	return ok || errors.Is(err, engine.ErrNotNow)
}

// queue keeps the jobs of one event in the order in which they came.
type queue struct{ jobs []engine.Job }

// Send keeps a job until take.
func (q *queue) Send(_ context.Context, j engine.Job) error {
	q.jobs = append(q.jobs, j)
	return nil
}

func (q *queue) take() []engine.Job {
	jobs := q.jobs
	q.jobs = nil
	return jobs
}

// bus hands every message to the notifications at once: a message has been taken when people were told.
type bus struct{ notifications *engine.Notifications }

// Tell returns a bus whose messages people are told at once.
func Tell(n *engine.Notifications) engine.Bus { return &bus{n} }

// Publish tells people.
func (b *bus) Publish(ctx context.Context, m notify.Message) error {
	return b.notifications.Handle(ctx, m)
}
