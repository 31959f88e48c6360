package record

import (
	"time"

	"riposte/pkg/ledger"
)

// A Thread is what belongs together under one key: the incident that leads it, and from when to when what happened
// reaches. The zero value is a thread that nothing leads.
type Thread struct {
	Lead  string    `json:"lead"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// Leads returns the incident that leads what happened at a time, or "" where the thread does not reach it.
func (t Thread) Leads(at time.Time, window time.Duration) string {
	at, window = When(at), max(window, 0)
	if at.Before(t.First.Add(-window)) || at.After(t.Last.Add(window)) || !t.takes(at) {
		return ""
	}
	return t.Lead
}

// Join returns who leads what happened at a time that candidate would lead otherwise, and the thread as it is from then
// on, which is equal to t where nothing changes.
func (t Thread) Join(candidate string, at time.Time, window time.Duration) (lead string, next Thread) {
	at = When(at)
	switch {
	case t.Lead == "":
		return candidate, Thread{Lead: candidate, First: at, Last: at}
	case t.Leads(at, window) != "", t.Lead == candidate && t.takes(at):
		return t.Lead, t.with(at)
	case at.After(t.Last):
		return candidate, Thread{Lead: candidate, First: at, Last: at}
	}
	return candidate, t // it comes late: taking over would tear what came after it off its lead
}

// takes reports whether the thread stays within its longest span with a time.
func (t Thread) takes(at time.Time) bool {
	t = t.with(at)
	return t.Last.Sub(t.First) <= ledger.MaxThread
}

func (t Thread) with(at time.Time) Thread {
	if at.Before(t.First) {
		t.First = at
	}
	if at.After(t.Last) {
		t.Last = at
	}
	return t
}
