package simulation_test

import (
	"errors"
	"fmt"
	"time"

	"riposte/internal/simaws"
)

// A crew is several processes of the deployed system that work at once, one step of one at a time, in an order that the seed
// fixes. A nil crew is one process at a time.
type crew struct {
	w       *world
	turn    chan bool
	running *process // nil while people act
	active  []*process
	saw     func(by *process, c simaws.Call) // is told of every call that took effect

	received map[string]int // how often the queue has delivered the jobs of an incident
}

// maxReceives is after how many deliveries the queue gives a job up. Whoever looks after the system then redrives it.
const maxReceives = 5

// process is a process with one delivery.
type process struct {
	what    string
	again   func() // puts back what it was to deliver
	goOn    chan bool
	wakes   time.Time
	writing bool // it is about to change the account by what it has read
	over    bool // the goroutine has ended
	err     error
}

func newCrew(w *world) *crew {
	c := &crew{w: w, turn: make(chan bool), received: map[string]int{}}
	w.crew = c
	return c
}

// start lets a process begin with a delivery.
func (c *crew) start(what string, deliver func() error, again func()) {
	p := &process{what: what, again: again, goOn: make(chan bool), err: errors.New("died")}
	c.active = append(c.active, p)
	go func() {
		defer func() {
			p.over = true
			c.turn <- true
		}()
		<-p.goOn
		p.err = deliver()
	}()
}

// others lets others go on, and returns when it is this process's turn again.
func (c *crew) others() {
	if c == nil || c.running == nil {
		return
	}
	p := c.running
	c.turn <- true
	<-p.goOn
}

func (c *crew) sleep(d time.Duration) {
	if c == nil || c.running == nil {
		return
	}
	c.running.wakes = c.w.now.Add(d)
	c.others()
}

// sees is told of the calls of processes.
func (c *crew) sees(call simaws.Call, m simaws.Moment) {
	if c == nil || c.running == nil {
		return
	}
	p := c.running
	if m == simaws.After {
		if c.saw != nil {
			c.saw(p, call)
		}
		return
	}
	p.writing = call.Writes
	c.others()
	p.writing = false
}

// step lets one of the processes that are awake go on to its next step. Where all sleep, time passes.
func (c *crew) step() {
	if len(c.active) == 0 {
		return
	}
	var awake []int
	first := c.active[0].wakes
	for n, p := range c.active {
		if !p.wakes.After(c.w.now) {
			awake = append(awake, n)
		}
		if p.wakes.Before(first) {
			first = p.wakes
		}
	}
	if len(awake) == 0 {
		c.w.now = first
		return
	}
	n := awake[c.w.random.IntN(len(awake))]
	p := c.active[n]
	c.running = p
	p.goOn <- true
	<-c.turn
	c.running = nil
	if !p.over {
		return
	}
	c.w.dead = false
	c.active = append(c.active[:n], c.active[n+1:]...)
	outcome := "done"
	if p.err != nil {
		outcome = p.err.Error()
	}
	c.w.log = append(c.w.log, fmt.Sprintf("%s %s: %s", c.w.now.Format(time.TimeOnly), p.what, outcome))
	if p.err != nil || c.w.fragile && c.w.random.IntN(5) == 0 {
		p.again()
	}
}

// writing reports whether a process is about to change the account by what it has read.
func (c *crew) writing() bool {
	for _, p := range c.active {
		if p.writing {
			return true
		}
	}
	return false
}

// deliver starts a process for something that waits: an event, a job or a message.
func (c *crew) deliver() {
	w := c.w
	n := w.random.IntN(max(len(w.events)+len(w.jobs)+len(w.bus), 1))
	switch {
	case n < len(w.events):
		raw := w.events[n]
		w.events = append(w.events[:n:n], w.events[n+1:]...)
		c.start("event", func() error { _, err := w.detector().Handle(w.t.Context(), raw); return err }, func() { w.events = append(w.events, raw) })
	case n < len(w.events)+len(w.jobs):
		n -= len(w.events)
		job := w.jobs[n]
		w.jobs = append(w.jobs[:n:n], w.jobs[n+1:]...)
		c.received[job.Incident]++
		last := c.received[job.Incident] >= maxReceives
		c.start("job "+job.Incident, func() error { _, err := w.remediator().Handle(w.t.Context(), job, last); return err }, func() { w.jobs = append(w.jobs, job) })
	case n < len(w.events)+len(w.jobs)+len(w.bus):
		n -= len(w.events) + len(w.jobs)
		m := w.bus[n]
		w.bus = append(w.bus[:n:n], w.bus[n+1:]...)
		c.start("message "+m.Key(), func() error { return w.notifications().Handle(w.t.Context(), m) }, func() { w.bus = append(w.bus, m) })
	}
}
