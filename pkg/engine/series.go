package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// maxEventIDs bounds how many events the incident of a series names.
const maxEventIDs = 100

// A series is what a rated finding belongs to.
type series struct {
	key    string
	events []string // of the window that is full, the oldest first
	lead   string   // the incident that stands for the window; the finding's own where it is the first
}

// count adds a rated finding to its series. It returns the finding as it is told when the threshold is reached, and false
// where it is not: one failed sign-in is nothing. What the policy silences is not counted.
func (d *Detector) count(ctx context.Context, f detect.Finding) (detect.Finding, series, bool, error) {
	silent := d.Policy.Decide(f, decide.Facts{Now: d.Now(), ConfigError: d.ConfigError})
	if silent.Mode == decide.Off || silent.Suppressed {
		return f, series{}, false, nil
	}
	s := series{key: seriesKey(f)}
	at, rate := f.Event.Time, f.Rate
	if err := d.Store.Observe(ctx, s.key, sightings(f), 2*rate.Window+time.Hour); err != nil {
		return f, s, false, fmt.Errorf("count %s: %w", f.Rule, err)
	}
	seen, err := d.Store.Observed(ctx, s.key, at.Add(-rate.Window), at.Add(rate.Window))
	if err != nil {
		return f, s, false, fmt.Errorf("count %s: %w", f.Rule, err)
	}
	window := fullest(seen, at, rate.Window)
	if n := len(members(window)); n >= rate.Threshold {
		s.events = eventsOf(window)
		if rate.Threshold > 1 {
			f.Summary = detect.Line(fmt.Sprintf("%d %s within %s, the last: %s", n, rate.Noun, span(window), f.Summary), maxSummary)
		}
		s.lead, err = d.leadOfSeries(ctx, s.key, f)
		return f, s, err == nil, err
	}
	return f, s, false, nil
}

// leadOfSeries returns the incident that stands for the window of a finding. The thread of a series knows only its latest
// window; what the ledger remembers of earlier ones catches deliveries that come again when that has passed.
func (d *Detector) leadOfSeries(ctx context.Context, key string, f detect.Finding) (string, error) {
	at, window := f.Event.Time, f.Rate.Window
	lead, err := d.Store.Thread(ctx, key, f.Incident(), at, window)
	if err != nil {
		return "", err
	}
	led := key + "/led"
	if lead == f.Incident() {
		before, err := d.Store.Observed(ctx, led, at.Add(-window), at.Add(window))
		if err != nil {
			return "", err
		}
		for _, s := range slices.Backward(before) {
			in, known, err := found(d.Store.Get(ctx, s.Member))
			if err != nil {
				return "", err
			}
			if known && at.Sub(in.Times.Event).Abs() <= ledger.MaxThread {
				lead = in.ID
				break
			}
		}
	}
	return lead, d.Store.Observe(ctx, led, []ledger.Sighting{{Member: lead, Event: f.Event.ID, At: at}}, 2*ledger.MaxThread)
}

// maxSummary is how many characters a summary has at the most, as in package detect.
const maxSummary = 1024

// follow adds the events of a series to the incident that stands for its window, and reports false where that incident is
// not there: whoever was to open it may never do so.
func (d *Detector) follow(ctx context.Context, s series) (ledger.Incident, bool, error) {
	in, known, err := found(d.Store.Get(ctx, s.lead))
	if err != nil || !known {
		return in, false, err
	}
	if fresh := missing(in.EventIDs, s.events); len(fresh) == 0 {
		return in, true, nil
	}
	in, err = d.Store.Update(ctx, s.lead, func(i *ledger.Incident) error {
		i.EventIDs = append(i.EventIDs, missing(i.EventIDs, s.events)...)
		return nil
	})
	if errors.Is(err, ledger.ErrNotFound) {
		return in, false, nil
	}
	return in, err == nil, err
}

// missing returns the events that a list lacks, as far as the list may still grow.
func missing(have, events []string) []string {
	var out []string
	for _, id := range events {
		if !slices.Contains(have, id) && len(have)+len(out) < maxEventIDs {
			out = append(out, id)
		}
	}
	return out
}

// seriesKey names what is counted together. Its parts are hostile and of any length, so that they are hashed.
func seriesKey(f detect.Finding) string {
	sum := sha256.Sum256([]byte(strings.Join(f.Rate.Key, "\x00")))
	return fmt.Sprintf("series/%s/%s/%s", f.Event.Account, f.Rule, hex.EncodeToString(sum[:16]))
}

func sightings(f detect.Finding) []ledger.Sighting {
	if len(f.Rate.Members) == 0 {
		return []ledger.Sighting{{Member: f.Event.ID, Event: f.Event.ID, At: f.Event.Time}}
	}
	var out []ledger.Sighting
	for _, m := range f.Rate.Members {
		out = append(out, ledger.Sighting{Member: m, Event: f.Event.ID, At: f.Event.Time})
	}
	return out
}

// fullest returns the sightings of the window that contains a moment and holds the most different members, the oldest
// first. Events come in any order, so that the window may end after the moment.
func fullest(seen []ledger.Sighting, at time.Time, window time.Duration) []ledger.Sighting {
	seen = slices.Clone(seen)
	slices.SortStableFunc(seen, func(a, b ledger.Sighting) int { return a.At.Compare(b.At) })
	var best []ledger.Sighting
	most := 0
	for from, s := range seen {
		if s.At.After(at) {
			break
		}
		to := from
		for to < len(seen) && !seen[to].At.After(s.At.Add(window)) {
			to++
		}
		if s.At.Add(window).Before(at) {
			continue
		}
		if n := len(members(seen[from:to])); n > most {
			best, most = seen[from:to], n
		}
	}
	return best
}

func members(seen []ledger.Sighting) map[string]bool {
	out := make(map[string]bool, len(seen))
	for _, s := range seen {
		out[s.Member] = true
	}
	return out
}

func eventsOf(seen []ledger.Sighting) []string {
	var out []string
	for _, s := range seen {
		if !slices.Contains(out, s.Event) && len(out) < maxEventIDs {
			out = append(out, s.Event)
		}
	}
	return out
}

func span(seen []ledger.Sighting) time.Duration {
	if len(seen) == 0 {
		return 0
	}
	return max(seen[len(seen)-1].At.Sub(seen[0].At).Round(time.Second), time.Second)
}
