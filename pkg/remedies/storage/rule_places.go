package storage

import "slices"

// places say at which place among all rules of a bucket some stand, by their ids.
type places map[string]int

// with returns the places with one more.
func (p places) with(id string, at int) places {
	if p == nil {
		p = places{}
	}
	p[id] = at
	return p
}

// merged returns the live rules with wanted ones in the place of those that are mine: where one of the same id stands, else
// where it stood, else at the end. All others stay as and where they are.
func merged[R any](live, wanted []R, at places, id func(R) string, mine func(R) bool) []R {
	var out []R
	left := slices.Clone(wanted)
	for _, r := range live {
		if !mine(r) {
			out = append(out, r)
			continue
		}
		if n := slices.IndexFunc(left, func(w R) bool { return id(w) == id(r) }); n >= 0 {
			out = append(out, left[n])
			left = slices.Delete(left, n, n+1)
		}
	}
	place := func(r R) int {
		if n, known := at[id(r)]; known {
			return n
		}
		return len(live) + len(wanted)
	}
	slices.SortStableFunc(left, func(a, b R) int { return place(a) - place(b) })
	for _, r := range left {
		out = slices.Insert(out, min(max(place(r), 0), len(out)), r)
	}
	return out
}
