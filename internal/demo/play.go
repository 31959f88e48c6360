// Package demo plays attack stories on a simulated account, through the parts that are deployed: the EventBridge patterns,
// the detector, the decision, the queue, the remediator, the verification and the messages.
package demo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"time"

	"riposte/events"
	"riposte/internal/simaws"
	"riposte/pkg/app/local"
	"riposte/pkg/catalog"
	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/decide"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
	"riposte/pkg/notify/slack"
	"riposte/pkg/remedies"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
	"riposte/pkg/routing"
)

// chainFiles holds the events of one intruder, in their order.
//
//go:embed chain/*.json
var chainFiles embed.FS

// A Story is what one attack, or one undo, set off.
type Story struct {
	Title     string            `json:"title"`
	Event     string            `json:"event,omitempty"`     // the file in events/
	Chain     []string          `json:"chain,omitempty"`     // the files in internal/demo/chain/, of a story of several events
	Delivered int               `json:"delivered,omitempty"` // how often it was delivered
	RoutedBy  []string          `json:"routed_by,omitempty"` // EventBridge rules that match it
	Undo      string            `json:"undo,omitempty"`      // the incident that a person undid
	Refused   string            `json:"refused,omitempty"`   // why the undo was refused
	Incidents []ledger.Incident `json:"incidents"`
	Slack     []string          `json:"slack"` // messages as they appear in Slack
}

// Play plays all stories and shows each as it ends.
func Play(ctx context.Context, show func(Story) error) error {
	s, err := newStage()
	if err != nil {
		return err
	}
	var played []Story
	for _, sc := range scenes() {
		story, err := s.play(ctx, sc)
		if err != nil {
			return fmt.Errorf("%s: %w", sc.title, err)
		}
		if err := show(story); err != nil {
			return err
		}
		played = append(played, story)
	}
	return s.undos(ctx, played, show)
}

// stage is the simulated account with Riposte around it. Its clock stands still but for what it is told.
type stage struct {
	account  *simaws.Account
	pipeline *local.Pipeline
	routes   []route
	slack    *channel
	store    ledger.Store
	now      time.Time
	end      time.Time // of the last story
}

// route is a deployed EventBridge rule.
type route struct {
	name    string
	pattern *routing.Matcher
}

func newStage() (*stage, error) {
	s := &stage{slack: &channel{}}
	clock := func() time.Time { return s.now }
	cfg, err := config.Parse("demo.yaml", []byte(policy))
	if err != nil {
		return nil, err
	}
	rendered, err := routing.Render(catalog.InUse(cfg))
	if err != nil {
		return nil, err
	}
	for _, r := range rendered {
		m, err := routing.Parse([]byte(r.Pattern))
		if err != nil {
			return nil, fmt.Errorf("pattern %s: %w", r.Name, err)
		}
		s.routes = append(s.routes, route{r.Name, m})
	}
	s.account, s.store = simaws.New(account, clock), memory.New(clock)
	s.pipeline = local.New(local.Parts{
		Index: catalog.Index(cfg), Policy: decide.New(cfg, decide.Options{}), Breaker: engine.BreakerOf(cfg.Limits),
		Store: s.store, Remedies: remedies.All(access.HomeAccount(s.account.Config(region), access.Known(account))),
		Notifiers: []notify.Notifier{s.slack}, Now: clock,
		Sleep: func(_ context.Context, d time.Duration) error { s.now = s.now.Add(d); return nil },
		Log:   slog.New(slog.DiscardHandler), Tries: 3,
	})
	return s, nil
}

// play delivers a scene's events.
func (s *stage) play(ctx context.Context, sc scene) (Story, error) {
	story := Story{Title: sc.title, Event: sc.event, Incidents: []ledger.Incident{}}
	files, links := events.Files(), []link{{sc.event, sc.stage}}
	if len(sc.chain) > 0 {
		var err error
		if files, err = fs.Sub(chainFiles, "chain"); err != nil {
			return story, err
		}
		links = sc.chain
		for _, l := range links {
			story.Chain = append(story.Chain, l.event)
		}
	}
	for _, l := range links {
		if err := s.deliver(ctx, files, l, sc.twice, &story); err != nil {
			return story, fmt.Errorf("%s: %w", l.event, err)
		}
	}
	for n, in := range story.Incidents {
		var err error
		if sc.approve {
			in, err = s.pipeline.Remediator.Approve(ctx, in.ID, ann())
		} else { // a later event of the chain may have changed it
			in, err = s.store.Get(ctx, in.ID)
		}
		if err != nil {
			return story, err
		}
		story.Incidents[n] = in
	}
	story.Slack = s.slack.take()
	return story, nil
}

// deliver delivers one event by the EventBridge rules that match it, as EventBridge does: once for each.
func (s *stage) deliver(ctx context.Context, files fs.FS, l link, twice bool, story *Story) error {
	envelope, err := fs.ReadFile(files, l.event)
	if err != nil {
		return err
	}
	ev, err := cloudtrail.DecodeAny(envelope)
	if err != nil {
		return err
	}
	const latency = 40 * time.Second // what CloudTrail and EventBridge take, roughly
	s.now = ev.Time.Add(latency)
	s.end = later(s.end, s.now)
	l.stage(s.account)
	times := 0
	for _, r := range s.routes {
		matches, err := r.pattern.Match(envelope)
		if err != nil {
			return err
		}
		if matches {
			times++
			if !slices.Contains(story.RoutedBy, r.name) {
				story.RoutedBy = append(story.RoutedBy, r.name)
			}
		}
	}
	if twice {
		times *= 2
	}
	story.Delivered += times
	var incidents []ledger.Incident
	for range times {
		if incidents, err = s.pipeline.Deliver(ctx, envelope); err != nil {
			return err
		}
	}
	story.Incidents = append(story.Incidents, incidents...)
	return nil
}

// undos puts one change back, and tries to put back another whose resource somebody has changed since.
func (s *stage) undos(ctx context.Context, played []Story, show func(Story) error) error {
	inGroup := func(in ledger.Incident) bool { return in.Resource == "SecurityGroup/"+group }
	if err := s.undo(ctx, "Undo: the rule was wanted after all", find(played, inGroup), show); err != nil {
		return err
	}
	restored := find(played, func(in ledger.Incident) bool { return in.Resource == "Policy/"+appPolicy })
	s.account.AddPolicyVersion(appPolicy, allowTwo, true)
	return s.undo(ctx, "Undo refused: the team has published version 3 of the policy since", restored, show)
}

func (s *stage) undo(ctx context.Context, title string, in ledger.Incident, show func(Story) error) error {
	s.end = s.end.Add(20 * time.Minute)
	s.now = s.end
	story := Story{Title: title, Undo: in.ID}
	after, err := s.pipeline.Remediator.Undo(ctx, in.ID, ann())
	if drift, ok := errors.AsType[*remedy.DriftError](err); ok {
		story.Refused = drift.Error()
	} else if err != nil {
		return err
	}
	story.Incidents, story.Slack = []ledger.Incident{after}, s.slack.take()
	return show(story)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// find returns the first incident that fits. The stories are fixed, so there is one.
func find(played []Story, fits func(ledger.Incident) bool) ledger.Incident {
	for _, story := range played {
		for _, in := range story.Incidents {
			if fits(in) {
				return in
			}
		}
	}
	return ledger.Incident{}
}

// ann is the person who answers.
func ann() engine.Person {
	return engine.Person{Name: "ann", Principal: "arn:aws:iam::" + account + ":user/ann"}
}

// channel is a Slack channel of which only the messages' appearance is kept.
type channel struct{ said []string }

// Name returns the name of the way of telling.
func (c *channel) Name() string { return "slack" }

// Notify keeps a message as it appears in Slack.
func (c *channel) Notify(_ context.Context, m notify.Message) error {
	c.said = append(c.said, slack.Text(m))
	return nil
}

func (c *channel) take() []string {
	said := c.said
	c.said = nil
	return said
}
