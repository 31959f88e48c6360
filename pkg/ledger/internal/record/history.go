package record

import (
	"slices"
	"strings"
	"time"

	"riposte/pkg/ledger"
)

// A Version is a state that a key was known to have from one time to another. The state itself is stored apart, under a
// name of its own, so that confirming a version costs no more than a small write. A name is given to one state only and
// never again.
type Version struct {
	Hash     string    `json:"hash"`
	Name     string    `json:"name"`
	Kept     Deadline  `json:"kept"` // until when what has the name is stored
	First    time.Time `json:"first"`
	By       string    `json:"by,omitempty"`
	Last     time.Time `json:"last"`
	LastBy   string    `json:"last_by,omitempty"`
	Deadline Deadline  `json:"deadline"`

	Contested bool `json:"-"` // set by Before
}

// slack is for how much longer a state is stored than its version is kept, so that not every confirmation has to store it
// again.
const slack = 30 * 24 * time.Hour

// A History is the versions of a key in the order of their times. All versions with one hash have one name.
type History []Version

// Add returns the history with a baseline in it, and whether that changes it. Where the result holds name, the state has
// to be stored under it first; what only h holds is over.
func (h History) Add(b Baseline, name string, now time.Time) (next History, changed bool) {
	old := slices.DeleteFunc(slices.Clone(h), func(v Version) bool { return v.Deadline.Over(now) })
	next = old.insert(Version{
		Hash: b.Hash, First: b.At, By: b.By, Last: b.At, LastBy: b.By, Deadline: In(now, ledger.BaselineRetention),
	})
	next = next[max(0, len(next)-ledger.MaxBaselines):]
	if slices.Equal(next, old) {
		return h, false
	}
	until, kept := In(now, ledger.BaselineRetention), In(now, ledger.BaselineRetention+slack)
	for _, v := range next {
		if v.Hash == b.Hash && v.Kept >= until {
			name, kept = v.Name, v.Kept
		}
	}
	for i := range next {
		if next[i].Hash == b.Hash {
			next[i].Name, next[i].Kept = name, kept
		}
	}
	return next, true
}

// insert sorts in a version of one moment.
func (h History) insert(v Version) History {
	at := 0
	for at < len(h) && h[at].compare(v) <= 0 {
		at++
	}
	list := slices.Clone(h[:at])
	if at > 0 {
		p := h[at-1]
		if p.Hash == v.Hash && !v.Last.After(p.Last) {
			return slices.Clone(h)
		}
		if end := p.end(); p.Hash != v.Hash && v.compare(end) < 0 { // it was something else in between
			list[at-1].Last, list[at-1].LastBy = p.First, p.By
			return append(append(list, v, end), h[at:]...).merge()
		}
	}
	return append(append(list, v), h[at:]...).merge()
}

// merge makes one version of those that follow one another and are alike.
func (h History) merge() History {
	merged := h[:0]
	for _, v := range h {
		if n := len(merged) - 1; n >= 0 && merged[n].Hash == v.Hash {
			p := &merged[n]
			if v.Kept > p.Kept {
				p.Name, p.Kept = v.Name, v.Kept
			}
			p.Last, p.LastBy, p.Deadline = v.Last, v.LastBy, max(p.Deadline, v.Deadline)
			continue
		}
		merged = append(merged, v)
	}
	return merged
}

// end returns what is known of the last time of a version.
func (v Version) end() Version {
	v.First, v.By = v.Last, v.LastBy
	return v
}

// compare orders versions by when they began; those of one moment by their hashes, so that all stores agree.
func (v Version) compare(o Version) int {
	if c := v.First.Compare(o.First); c != 0 {
		return c
	}
	return strings.Compare(v.Hash, o.Hash)
}

// Before returns the newest version that began before a time. It is contested where another was there at the moment when it
// began and it was not said again by then.
func (h History) Before(t, now time.Time) (v Version, found bool) {
	t = When(t)
	for n, v := range slices.Backward(h) {
		if v.First.Before(t) && !v.Deadline.Over(now) {
			again := v.Last.After(v.First) && v.Last.Before(t)
			v.Contested = n > 0 && !h[n-1].Last.Before(v.First) && !again
			return v, true
		}
	}
	return Version{}, false
}

// Holds reports whether a version has a name.
func (h History) Holds(name string) bool {
	return slices.ContainsFunc(h, func(v Version) bool { return v.Name == name })
}

// Kept returns until when the state with a name has to be stored.
func (h History) Kept(name string) (d Deadline) {
	for _, v := range h {
		if v.Name == name {
			d = v.Kept
		}
	}
	return d
}

// Deadline returns when the last version is over.
func (h History) Deadline() (d Deadline) {
	for _, v := range h {
		d = max(d, v.Deadline)
	}
	return d
}
