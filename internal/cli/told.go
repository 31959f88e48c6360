package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify/route"
)

// told says where "riposte config explain" expects the message about a finding to go. It names no secret.
type told struct {
	Receivers []toldReceiver `json:"receivers"`
	Routes    []toldRoute    `json:"routes"`
	Fallback  bool           `json:"fallback"`          // no route takes it
	Silence   *toldSilence   `json:"silence,omitempty"` // what mutes it for people
	Waits     string         `json:"waits,omitempty"`   // for what, where people are not told at once
}

// toldReceiver is a receiver and its ways.
type toldReceiver struct {
	Name         string `json:"name"`
	Topic        string `json:"topic,omitempty"`
	StackTopic   bool   `json:"stack_topic,omitempty"` // the topic of a deployed stack, where the configuration names no way
	SlackWebhook bool   `json:"slack_webhook,omitempty"`
	SlackChannel string `json:"slack_channel,omitempty"`
	SecurityHub  bool   `json:"security_hub,omitempty"`
	PagerDuty    bool   `json:"pagerduty,omitempty"`
}

// toldRoute is a route that was looked at.
type toldRoute struct {
	Route    int      `json:"route"` // its place in notify.routes
	Position string   `json:"position"`
	Matches  bool     `json:"matches"`
	Matched  []string `json:"matched,omitempty"` // conditions that hold
	Missed   string   `json:"missed,omitempty"`  // the first that does not
	To       []string `json:"to,omitempty"`
	Takes    bool     `json:"takes"` // the routes after it are not looked at
}

// toldSilence is the silence that mutes a finding.
type toldSilence struct {
	Key      string    `json:"key"`
	Position string    `json:"position"`
	Until    time.Time `json:"until"`
	Owner    string    `json:"owner"`
	Reason   string    `json:"reason"`
}

// A teller says where messages go.
type teller struct {
	cfg    *config.Config
	router *route.Router
	own    bool // the default receiver is the deployed stack's topic
}

func newTeller(cfg *config.Config) teller {
	t := teller{cfg: cfg, own: cfg.Notify.Empty()}
	deployed := *cfg
	if t.own { // a stack then tells its own topic
		deployed.Notify.SNS.Topic = "the stack's"
	}
	t.router = route.New(&deployed)
	return t
}

func (t teller) tell(f detect.Finding, now time.Time) *told {
	in := ledger.Incident{Rule: f.Rule, Class: f.Class, Severity: f.Severity, Account: f.Event.Account, Finding: f}
	d := t.router.Route(in)
	out := &told{Routes: []toldRoute{}, Fallback: d.Fallback, Waits: t.waits(d.Severity)}
	for _, name := range d.Receivers {
		out.Receivers = append(out.Receivers, t.receiver(name))
	}
	for _, s := range d.Trail {
		out.Routes = append(out.Routes, toldRoute{s.Route, s.Pos.String(), s.Missed == "", s.Matched, s.Missed, s.To, s.Takes})
	}
	if m, ok := t.router.Silenced(in, now); ok {
		out.Silence = &toldSilence{m.Key(), m.Pos.String(), m.Until, m.Owner, m.Reason}
	}
	return out
}

func (t teller) receiver(name string) toldReceiver {
	r, _ := t.cfg.Notify.Named(name)
	return toldReceiver{
		Name: name, Topic: r.SNS.Topic, StackTopic: t.own && name == config.DefaultReceiver,
		SlackWebhook: r.Slack.WebhookSecret != "", SlackChannel: r.Slack.Channel, SecurityHub: r.SecurityHub,
		PagerDuty: r.PagerDuty.KeySecret != "",
	}
}

// waits says for what a message waits by its severity. It is asked of a clock only when there is a message.
func (t teller) waits(severity detect.Severity) string {
	q, d := t.cfg.Notify.Quiet, t.cfg.Notify.Digest
	less := func(than detect.Severity) string { return "less grave than " + strings.ToLower(than.String()) }
	switch {
	case severity >= detect.Critical:
	case d != nil && severity < d.Below:
		return fmt.Sprintf("for the digest at %s %s: %s", clockTime(d.At), d.Zone, less(d.Below))
	case q != nil && severity < q.Below:
		return fmt.Sprintf("until %s %s where it comes between %s and then: %s", clockTime(q.To), q.Zone, clockTime(q.From), less(q.Below))
	}
	return ""
}

func clockTime(sinceMidnight time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(sinceMidnight.Hours()), int(sinceMidnight.Minutes())%60)
}

// String says by what ways a receiver is told.
func (r toldReceiver) String() string {
	var ways []string
	add := func(is bool, way string) {
		if is {
			ways = append(ways, way)
		}
	}
	add(r.StackTopic, "the deployed stack's own topic")
	add(r.Topic != "", "topic "+r.Topic)
	add(r.SlackWebhook, "Slack by a webhook")
	add(r.SlackChannel != "", "Slack channel "+r.SlackChannel)
	add(r.SecurityHub, "Security Hub")
	add(r.PagerDuty, "PagerDuty")
	return r.Name + ": " + strings.Join(ways, ", ")
}

// write writes what a person wants to know, one line each, as two columns.
func (t *told) write(w io.Writer) {
	for _, r := range t.Routes {
		verdict := "passes it on: " + r.Missed
		if r.Matches {
			verdict = "adds " + strings.Join(r.To, ", ") + why(r.Matched)
		}
		if r.Takes {
			verdict = "takes it to " + strings.Join(r.To, ", ") + why(r.Matched)
		}
		fmt.Fprintf(w, "  routes[%d]\t%s (%s)\n", r.Route, printable(verdict), printable(r.Position))
	}
	for i, r := range t.Receivers {
		what := "told"
		if i > 0 {
			what = ""
		}
		fmt.Fprintf(w, "  %s\t%s\n", what, printable(r.String()))
	}
	if s := t.Silence; s != nil {
		fmt.Fprintf(w, "  silenced\tuntil %s by %s: %s (%s); only Security Hub and PagerDuty get it\n", s.Until.Format(time.RFC3339),
			printable(s.Owner), printable(s.Reason), printable(s.Position))
	}
	if t.Waits != "" {
		fmt.Fprintf(w, "  waits\t%s\n", t.Waits)
	}
}

// why says which conditions hold; a route without any takes everything.
func why(matched []string) string {
	if len(matched) == 0 {
		return ": it has no condition"
	}
	return ": " + strings.Join(matched, ", ")
}
