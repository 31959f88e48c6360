package pagerduty

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf16"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
)

// Limits of Events API v2. https://developer.pagerduty.com/docs/events-api-v2-overview
const (
	maxEvent   = 512 << 10
	maxSummary = 1024
	maxField   = 255 // of source, component, group and class; PagerDuty states none
	maxDetail  = 1024
	maxLinks   = 5
)

// An action is what an event does to an alert.
type action string

const (
	trigger     action = "trigger"
	acknowledge action = "acknowledge"
	resolve     action = "resolve"
	nothing     action = ""
)

// An event is what Events API v2 takes.
type event struct {
	RoutingKey string   `json:"routing_key"`
	Action     action   `json:"event_action"`
	DedupKey   string   `json:"dedup_key"`
	Client     string   `json:"client,omitempty"`
	ClientURL  string   `json:"client_url,omitempty"`
	Links      []link   `json:"links,omitempty"`
	Payload    *payload `json:"payload,omitempty"`
}

type link struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

type payload struct {
	Summary   string            `json:"summary"`
	Source    string            `json:"source"`
	Severity  string            `json:"severity"`
	Timestamp string            `json:"timestamp,omitempty"`
	Component string            `json:"component,omitempty"`
	Group     string            `json:"group,omitempty"`
	Class     string            `json:"class,omitempty"`
	Details   map[string]string `json:"custom_details"`
}

// actionOf says what a message does to the alert of its chain. Of incidents that belong together none resolves the alert
// by having been reversed: a person has to look at what they are together. Once a person has decided about one of them,
// somebody is at it.
func actionOf(m notify.Message) action {
	switch {
	case m.DetailType == notify.ExceptionMade && !m.Settled():
		return acknowledge // whoever excepts it is at it
	case m.DetailType == notify.IncidentReminder || !m.Settled():
		return trigger
	case !together(m):
		return resolve
	case m.Answered():
		return acknowledge
	}
	return nothing
}

// together reports whether other incidents share the alert.
func together(m notify.Message) bool {
	many := func(in *ledger.Incident) bool {
		return in != nil && in.Chain != nil && len(in.Chain.Timeline)+in.Chain.LeftOut > 1
	}
	return m.Incident.PartOf != "" || many(&m.Incident) || many(m.Lead)
}

// eventOf makes the event of a message, without the key.
func eventOf(m notify.Message, do action) event {
	e := event{Action: do, DedupKey: dedupKey(m.Incident)}
	if do != trigger {
		return e
	}
	r := report.Of(m)
	e.Client, e.Payload = "Riposte", payloadOf(m, r)
	for _, l := range r.Links {
		if len(l.URL) <= 2048 && len(e.Links) < maxLinks {
			e.Links = append(e.Links, link{l.URL, l.Label})
		}
	}
	if len(e.Links) > 0 {
		e.ClientURL = e.Links[0].Href
	}
	return e
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,63}$`)

// dedupKey names the alert: that of the incident that leads.
func dedupKey(in ledger.Incident) string {
	lead := in.ID
	if in.PartOf != "" {
		lead = in.PartOf
	}
	if !identifier.MatchString(lead) {
		sum := sha256.Sum256([]byte(lead))
		lead = "odd-" + hex.EncodeToString(sum[:16])
	}
	return "riposte/" + lead
}

func payloadOf(m notify.Message, r report.Report) *payload {
	in := m.Incident
	p := &payload{
		Summary:  short(strings.TrimSpace(r.Title+" ("+report.Clean(in.Account)+"). "+r.Lead+" "+r.Summary), maxSummary),
		Source:   short(report.Clean(in.Account+"/"+in.Region), maxField),
		Severity: severity(r.Severity), Component: short(report.Clean(in.Resource), maxField),
		Group: short(report.Clean(in.Account), maxField), Class: short(report.Clean(in.Class), maxField), Details: details(m, r),
	}
	if t := in.Times.Event; t.Year() > 1970 && t.Year() < 10000 {
		p.Timestamp = t.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return p
}

// severity maps a severity. One that nobody rated is not to be overlooked.
func severity(s detect.Severity) string {
	switch s {
	case detect.Critical:
		return "critical"
	case detect.Medium:
		return "warning"
	case detect.Low, detect.Info:
		return "info"
	case detect.High, detect.Inherit:
	}
	return "error"
}

// details say what the person who is paged has to know.
func details(m notify.Message, r report.Report) map[string]string {
	out := map[string]string{}
	add := func(name string, parts ...string) {
		if text := short(strings.TrimSpace(strings.Join(parts, " | ")), maxDetail); text != "" {
			out[name] = text
		}
	}
	add("Severity", r.Severity.String())
	add("How it stands", r.Lead+" "+r.Standing)
	for _, f := range r.Facts {
		add(f.Label, text(f.Line))
	}
	for _, p := range []report.Paragraph{r.Error, r.Why, r.Decision} {
		if p.Text != "" {
			add(p.Label, p.Text)
		}
	}
	var steps, changes, notDone, next []string
	for _, s := range r.Chain.Steps {
		steps = append(steps, strings.TrimSpace(text(s.When)+" "+s.Summary))
	}
	for _, c := range r.Changes {
		changes = append(changes, c.Label+": "+c.Summary)
	}
	for _, l := range r.NotDone {
		notDone = append(notDone, text(l))
	}
	for _, s := range r.Next {
		next = append(next, s.Command+" : "+text(s.Does))
	}
	add("Belongs together", steps...)
	add("Changes", changes...)
	add("Not done", notDone...)
	add("What you can do", next...)
	add("Remark", report.Clean(m.Remark))
	if !m.Deadline.IsZero() {
		add("Decide before", m.Deadline.UTC().Format(time.RFC3339))
	}
	add("Identifiers", text(r.Footer))
	return out
}

func text(l report.Line) string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return b.String()
}

// short cuts a text to so many characters, as UTF-16 counts them.
func short(s string, most int) string {
	units, kept := 0, 0
	for at, r := range s {
		if units < most { // the "…" still fits here
			kept = at
		}
		if units += max(utf16.RuneLen(r), 1); units > most {
			return s[:kept] + "…"
		}
	}
	return s
}

// encode writes an event as JSON without the escapes for HTML.
func encode(e event) ([]byte, error) {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, err
	}
	return []byte(strings.TrimRight(b.String(), "\n")), nil
}
