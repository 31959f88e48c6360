package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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

// maxSummary is how many characters a summary has at the most, as in package detect.
const maxSummary = 1024

// A Series counts findings that only matter in numbers.
type Series struct{ Store ledger.Store }

// A window is what a rated finding fills.
type window struct {
	events []string         // the oldest first
	id     string           // of the incident that stands for the window
	stands *ledger.Incident // that incident; nil where it has still to be opened
}

// First adds a rated finding to its series and returns it as it is told, with the events that made it so, where it is the
// one that fills a window. Every later one in the window, and every one before, returns false. It is for those who open
// no incidents: the store gets one all the same, to know the window by.
func (s Series) First(ctx context.Context, f detect.Finding) (told detect.Finding, events []string, first bool, err error) {
	told, w, full, err := s.count(ctx, f)
	if err != nil || !full || w.stands != nil {
		return told, nil, false, err
	}
	in := incident(told, decide.Decision{Mode: decide.Alert}, w.events, f.Event.Time, f.Event.Time)
	in.ID = w.id
	_, _, err = s.Store.Open(ctx, in)
	return told, w.events, err == nil, err
}

// count adds a rated finding to its series. It returns the finding as it is told when the threshold is reached, and false
// where it is not: one failed sign-in is nothing.
func (s Series) count(ctx context.Context, f detect.Finding) (detect.Finding, window, bool, error) {
	key := seriesKey(f)
	at, rate := f.Event.Time, f.Rate
	if err := s.Store.Observe(ctx, key, sightings(f), 2*rate.Window+time.Hour); err != nil {
		return f, window{}, false, fmt.Errorf("count %s: %w", f.Rule, err)
	}
	seen, err := s.Store.Observed(ctx, key, at.Add(-rate.Window), at.Add(rate.Window))
	if err != nil {
		return f, window{}, false, fmt.Errorf("count %s: %w", f.Rule, err)
	}
	full := fullest(seen, at, rate.Window)
	n := len(members(full))
	if n < rate.Threshold {
		return f, window{}, false, nil
	}
	if rate.Threshold > 1 {
		f.Summary = detect.Line(fmt.Sprintf("%d %s within %s, the last: %s", n, rate.Noun, span(full), f.Summary), maxSummary)
	}
	id, stands, err := s.stands(ctx, key, f)
	return f, window{eventsOf(full), id, stands}, err == nil, err
}

// stands returns the incident that stands for the window of a finding, or only its identifier where it has still to be
// opened. Of many events at the same moment the one that leads the thread names it, and whichever comes first opens it under
// that name, so that a window gets one incident although the leader may be slow or dead. A thread knows only its latest
// window; what is remembered of who stood for earlier findings lets late deliveries find theirs.
func (s Series) stands(ctx context.Context, key string, f detect.Finding) (id string, in *ledger.Incident, err error) {
	at, own, stood := f.Event.Time, f.Incident(), key+"/stood"
	lead, err := s.Store.Thread(ctx, key, own, at, f.Rate.Window)
	if err != nil {
		return "", nil, err
	}
	if lead != own {
		in, known, err := found(s.Store.Get(ctx, lead))
		if err != nil {
			return "", nil, err
		}
		if !known {
			return lead, nil, s.remember(ctx, stood, lead, f)
		}
		if standsFor(in, at) {
			return lead, &in, s.remember(ctx, stood, lead, f)
		}
	}
	before, err := s.Store.Observed(ctx, stood, at.Add(-f.Rate.Window), at.Add(f.Rate.Window))
	if err != nil {
		return "", nil, err
	}
	looked := []string{own, lead}
	for _, b := range before {
		if slices.Contains(looked, b.Member) {
			continue
		}
		looked = append(looked, b.Member)
		in, known, err := found(s.Store.Get(ctx, b.Member))
		if err != nil {
			return "", nil, err
		}
		if known && standsFor(in, at) {
			return in.ID, &in, s.remember(ctx, stood, in.ID, f)
		}
	}
	return own, nil, s.remember(ctx, stood, own, f)
}

// standsFor reports whether an incident may stand for what happened at a time. One that the journal explains stands for
// nothing else.
func standsFor(in ledger.Incident, at time.Time) bool {
	return in.State != ledger.Suppressed && at.Sub(in.Times.Event).Abs() <= ledger.MaxThread
}

func (s Series) remember(ctx context.Context, key, incident string, f detect.Finding) error {
	return s.Store.Observe(ctx, key, []ledger.Sighting{{Member: incident, Event: f.Event.ID, At: f.Event.Time}}, 2*ledger.MaxThread)
}

// follow adds the events of a window to the incident that stands for it.
func (d *Detector) follow(ctx context.Context, in ledger.Incident, events []string) (ledger.Incident, error) {
	if len(missing(in.EventIDs, events)) == 0 {
		return in, nil
	}
	return d.Store.Update(ctx, in.ID, func(i *ledger.Incident) error {
		i.EventIDs = append(i.EventIDs, missing(i.EventIDs, events)...)
		return nil
	})
}

// unnamed reports whether an incident does not name the event of a rated finding that has the same identifier: another
// event of the window has opened it.
func unnamed(in ledger.Incident, f detect.Finding) bool {
	return f.Rate != nil && len(missing(in.EventIDs, []string{f.Event.ID})) > 0
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
func fullest(seen []ledger.Sighting, at time.Time, length time.Duration) []ledger.Sighting {
	seen = slices.Clone(seen)
	slices.SortStableFunc(seen, func(a, b ledger.Sighting) int { return a.At.Compare(b.At) })
	var best []ledger.Sighting
	most := 0
	for from, s := range seen {
		if s.At.After(at) {
			break
		}
		to := from
		for to < len(seen) && !seen[to].At.After(s.At.Add(length)) {
			to++
		}
		if s.At.Add(length).Before(at) {
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
