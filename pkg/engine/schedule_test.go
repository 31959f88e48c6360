package engine_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

var errLost = errors.New("the connection broke")

// A schedule runs deliveries in several processes at once, one step of one process at a time, in an order that its seed
// fixes. A step is whatever leaves the process. Before or after a step the process may die, and the answer may be lost.
type schedule struct {
	ledger.Store
	w         *world
	random    *rand.Rand
	processes int
	faults    int  // one step in so many goes wrong; 0 for none
	inside    bool // others may come between the reading and the writing of an update
	turn      chan bool
	running   *delivery
	jobs      map[string]int
	published []notify.Message
}

// delivery is a process with one delivery.
type delivery struct {
	event *cloudtrail.Event
	goOn  chan bool
	over  bool // the goroutine has ended
	done  bool // the delivery has succeeded
}

func newSchedule(w *world, seed uint64) *schedule {
	return &schedule{
		Store: w.store.(*dyingStore).Store, w: w, random: rand.New(rand.NewPCG(seed, 7)), processes: 4, faults: 25, inside: true,
		turn: make(chan bool), jobs: map[string]int{},
	}
}

// run delivers events until each has succeeded, some of them more than once.
func (s *schedule) run(ctx context.Context, d *engine.Detector, events []*cloudtrail.Event) {
	d.Store, d.Queue, d.Bus = s, s, s
	queue := slices.Clone(events)
	for _, e := range events {
		if s.random.IntN(3) == 0 {
			queue = append(queue, e)
		}
	}
	var active []*delivery
	for len(queue)+len(active) > 0 {
		if len(queue) > 0 && len(active) < s.processes && s.random.IntN(3) == 0 || len(active) == 0 {
			n := s.random.IntN(len(queue))
			p := &delivery{event: queue[n], goOn: make(chan bool)}
			queue = slices.Delete(queue, n, n+1)
			active = append(active, p)
			go s.live(ctx, d, p)
		}
		n := s.random.IntN(len(active))
		s.running = active[n]
		s.running.goOn <- true
		<-s.turn
		if p := active[n]; p.over {
			active = slices.Delete(active, n, n+1)
			if !p.done {
				queue = append(queue, p.event)
			}
		}
	}
}

func (s *schedule) live(ctx context.Context, d *engine.Detector, p *delivery) {
	defer func() {
		p.over = true
		s.turn <- true
	}()
	<-p.goOn
	_, err := d.Process(ctx, p.event, s.w.now)
	p.done = err == nil
}

// others lets other processes go on, and returns when it is this one's turn again.
func (s *schedule) others() {
	p := s.running
	s.turn <- true
	<-p.goOn
}

func (s *schedule) step(do func() error) error {
	s.others()
	if s.faults == 0 || s.random.IntN(s.faults) > 0 {
		return do()
	}
	if s.random.IntN(2) == 0 {
		_ = do()
	}
	if s.random.IntN(2) == 0 {
		runtime.Goexit()
	}
	return errLost
}

func (s *schedule) Send(_ context.Context, j engine.Job) error {
	return s.step(func() error { s.jobs[j.Incident]++; return nil })
}

func (s *schedule) Publish(_ context.Context, m notify.Message) error {
	return s.step(func() error { s.published = append(s.published, m); return nil })
}

func (s *schedule) Open(ctx context.Context, in ledger.Incident) (stored ledger.Incident, created bool, err error) {
	err = s.step(func() (err error) { stored, created, err = s.Store.Open(ctx, in); return err })
	return stored, created, err
}

func (s *schedule) Get(ctx context.Context, id string) (in ledger.Incident, err error) {
	err = s.step(func() (err error) { in, err = s.Store.Get(ctx, id); return err })
	return in, err
}

func (s *schedule) Update(ctx context.Context, id string, change func(*ledger.Incident) error) (in ledger.Incident, err error) {
	err = s.step(func() (err error) {
		in, err = s.Store.Update(ctx, id, func(i *ledger.Incident) error {
			if s.inside {
				s.others()
			}
			return change(i)
		})
		return err
	})
	return in, err
}

func (s *schedule) Observe(ctx context.Context, key string, seen []ledger.Sighting, keep time.Duration) error {
	return s.step(func() error { return s.Store.Observe(ctx, key, seen, keep) })
}

func (s *schedule) Observed(ctx context.Context, key string, from, to time.Time) (seen []ledger.Sighting, err error) {
	err = s.step(func() (err error) { seen, err = s.Store.Observed(ctx, key, from, to); return err })
	return seen, err
}

func (s *schedule) Thread(ctx context.Context, key, candidate string, at time.Time, window time.Duration) (lead string, err error) {
	err = s.step(func() (err error) { lead, err = s.Store.Thread(ctx, key, candidate, at, window); return err })
	return lead, err
}

func (s *schedule) Threaded(ctx context.Context, key string, at time.Time, window time.Duration) (lead string, err error) {
	err = s.step(func() (err error) { lead, err = s.Store.Threaded(ctx, key, at, window); return err })
	return lead, err
}
