package simulation_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"riposte/events"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// What comes before the attacks: somebody who has a password fails at the second factor until it is let go, and is in.
const (
	failedSignIn = "signin/ConsoleLogin.user-failed-mfa.json"
	signIn       = "signin/ConsoleLogin.user-no-mfa.json"
	failures     = 5
)

// actors is how many principals act in the story, each within an hour, and on nobody that another acts on.
const actors = 2

// story returns the records of everything that happens, in the order in which it does.
func (w *world) story() [][]byte {
	files := slices.Repeat([]string{failedSignIn}, failures)
	files = append(files, signIn)
	for _, a := range attacks() {
		files = append(files, a.event)
	}
	var out [][]byte
	for n, file := range files {
		out = append(out, w.record(file, fmt.Sprintf("%08d-0000-4000-8000-000000000000", n), w.now.Add(time.Duration(n-len(files))*time.Minute)))
	}
	return out
}

// record returns a sample event as it happens at another time.
func (w *world) record(file, id string, at time.Time) []byte {
	w.t.Helper()
	raw, err := fs.ReadFile(events.Files(), file)
	w.must(err)
	var was struct {
		Detail struct{ EventID, EventTime string }
	}
	w.must(json.Unmarshal(raw, &was))
	raw = bytes.ReplaceAll(raw, []byte(was.Detail.EventID), []byte(id))
	return bytes.ReplaceAll(raw, []byte(was.Detail.EventTime), []byte(at.UTC().Format(time.RFC3339)))
}

// checkChains holds that every actor's deeds ended in one chain, and the failures in one incident.
func (w *world) checkChains(incidents []ledger.Incident) {
	t := w.t
	byID, roots, series := map[string]ledger.Incident{}, 0, 0
	for _, in := range incidents {
		byID[in.ID] = in
	}
	for _, in := range incidents {
		if in.Joining {
			t.Errorf("%s on %s never found what it belongs to", in.Rule, in.Resource)
		}
		if in.Finding.Rate != nil {
			if series++; len(in.EventIDs) != failures {
				t.Errorf("the series names %v, want all %d failures", in.EventIDs, failures)
			}
		}
		if in.PartOf == "" {
			roots++
			if in.Chain == nil || in.Severity != in.Chain.Severity || in.Severity < detect.High {
				t.Errorf("%s leads %+v and is %s", in.ID, in.Chain, in.Severity)
			}
			continue
		}
		lead := byID[in.PartOf]
		for range len(incidents) {
			if lead.PartOf != "" {
				lead = byID[lead.PartOf]
			}
		}
		if lead.ID == "" || lead.PartOf != "" || lead.Chain == nil || !lead.Chain.Has(in.ID) || lead.Finding.Actor.ARN != in.Finding.Actor.ARN {
			t.Errorf("%s by %s is part of %q, whose chain is %+v", in.ID, in.Actor, in.PartOf, lead.Chain)
		}
	}
	if roots != actors || series != 1 {
		t.Errorf("%d chains and %d series, want %d and one", roots, series, actors)
	}
}

// toldOf reports whether people got a message about an incident, or about what led it at the same event.
func (w *world) toldOf(in ledger.Incident, detailType string) bool {
	return slices.ContainsFunc(w.told, func(m notify.Message) bool {
		about := m.Incident
		return m.DetailType == detailType && (about.ID == in.ID || in.Action == "" && in.PartOf != "" &&
			about.Finding.Event.ID == in.Finding.Event.ID && about.Chain != nil && about.Chain.Has(in.ID))
	})
}
