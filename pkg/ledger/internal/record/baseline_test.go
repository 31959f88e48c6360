package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/ledger"
)

// stateOf returns a baseline of the hash h, minutes after noon.
func stateOf(h string, at int) Baseline {
	return Baseline{Baseline: ledger.Baseline{At: noon.Add(time.Duration(at) * time.Minute), By: fmt.Sprint("e", at)}, Hash: h}
}

// short writes a history as "a 0-5/e0-e5".
func short(h History) string {
	parts := make([]string, 0, len(h))
	for _, v := range h {
		minute := func(t time.Time) int { return int(t.Sub(noon) / time.Minute) }
		parts = append(parts, fmt.Sprintf("%s %d-%d/%s-%s", v.Hash, minute(v.First), minute(v.Last), v.By, v.LastBy))
	}
	return strings.Join(parts, ", ")
}

func TestHistoryAdd(t *testing.T) {
	type calls []Baseline
	for _, test := range []struct {
		name string
		calls
		want string
	}{
		{"first", calls{stateOf("a", 0)}, "a 0-0/e0-e0"},
		{"said again", calls{stateOf("a", 0), stateOf("a", 5), stateOf("a", 3)}, "a 0-5/e0-e5"},
		{"said earlier", calls{stateOf("a", 5), stateOf("a", 0)}, "a 0-5/e0-e5"},
		{"another", calls{stateOf("a", 0), stateOf("b", 5)}, "a 0-0/e0-e0, b 5-5/e5-e5"},
		{"another, earlier", calls{stateOf("a", 0), stateOf("b", -5)}, "b -5--5/e-5-e-5, a 0-0/e0-e0"},
		{"between", calls{stateOf("a", 0), stateOf("a", 5), stateOf("b", 3)}, "a 0-0/e0-e0, b 3-3/e3-e3, a 5-5/e5-e5"},
		{"at the end", calls{stateOf("a", 0), stateOf("a", 5), stateOf("b", 5)}, "a 0-5/e0-e5, b 5-5/e5-e5"},
		{"at the end, the smaller hash", calls{stateOf("b", 0), stateOf("b", 5), stateOf("a", 5)}, "b 0-0/e0-e0, a 5-5/e5-e5, b 5-5/e5-e5"},
		{"at the beginning", calls{stateOf("b", 0), stateOf("b", 5), stateOf("a", 0)}, "a 0-0/e0-e0, b 0-5/e0-e5"},
		{"between two", calls{stateOf("a", 0), stateOf("b", 5), stateOf("c", 3)}, "a 0-0/e0-e0, c 3-3/e3-e3, b 5-5/e5-e5"},
		{"joins the later", calls{stateOf("a", 0), stateOf("b", 5), stateOf("b", 3)}, "a 0-0/e0-e0, b 3-5/e3-e5"},
		{"joins the earlier", calls{stateOf("a", 0), stateOf("b", 5), stateOf("a", 3)}, "a 0-3/e0-e3, b 5-5/e5-e5"},
	} {
		var h History
		for n, b := range test.calls {
			h, _ = h.Add(b, fmt.Sprint("n", n), noon)
		}
		if got := short(h); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		for _, b := range test.calls {
			if next, changed := h.Add(b, "again", noon); changed || short(next) != test.want {
				t.Errorf("%s: Add again = %s, changed %t", test.name, short(next), changed)
			}
		}
	}
}

// TestHistoryNames holds when a state has to be stored, and when it is no longer needed.
func TestHistoryNames(t *testing.T) {
	const day = 24 * time.Hour
	var h History
	for n, step := range []struct {
		hash  string
		at    int
		later time.Duration // than noon
		names string        // of the versions
	}{
		{"a", 0, 0, "1"},
		{"a", 1, 0, "1"},
		{"a", 2, 30 * day, "1"}, // what is stored is stored for long enough
		{"b", 3, 30 * day, "1 4"},
		{"a", 4, 30 * day, "1 4 1"}, // one state, one name
		{"a", 5, 31 * day, "6 4 6"},
		{"c", 4, 31 * day, "6 4 6 7 6"},
		{"d", 6, 430 * day, "6 7 6 8"}, // what was said last on day 30 is over
	} {
		next, changed := h.Add(stateOf(step.hash, step.at), fmt.Sprint(n+1), noon.Add(step.later))
		if !changed {
			t.Errorf("%+v changed nothing", step)
		}
		var names []string
		for _, v := range next {
			names = append(names, v.Name)
			if v.Deadline > v.Kept || v.Kept != next.Kept(v.Name) || v.Deadline > next.Deadline() || !next.Holds(v.Name) {
				t.Errorf("%+v: version %+v is kept for longer than its state", step, v)
			}
		}
		if got := strings.Join(names, " "); got != step.names {
			t.Errorf("%+v: names %s, want %s", step, got, step.names)
		}
		h = next
	}
}

// TestHistoryModel adds baselines in random orders and holds what is left against all that was added.
func TestHistoryModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for round := range 2000 {
		var h History
		all := make([]Baseline, 1+r.IntN(2*ledger.MaxBaselines))
		for n := range all {
			all[n] = stateOf(string(rune('a'+r.IntN(4))), r.IntN(20))
		}
		for n, b := range all {
			before := slices.Clone(h)
			next, _ := h.Add(b, fmt.Sprint(n), noon)
			if diff := cmp.Diff(before, h); diff != "" {
				t.Fatalf("Add changed what it was given:\n%s", diff)
			}
			h = next
			if again, changed := h.Add(b, "again", noon); changed {
				t.Fatalf("round %d: Add again made %s of %s", round, short(again), short(h))
			}
		}
		slices.SortStableFunc(all, func(a, b Baseline) int {
			return Version{First: a.At, Hash: a.Hash}.compare(Version{First: b.At, Hash: b.Hash})
		})
		if last := all[len(all)-1]; h[len(h)-1].Hash != last.Hash || !h[len(h)-1].Last.Equal(last.At) {
			t.Fatalf("round %d: %s does not end with %s at %v", round, short(h), last.Hash, last.At)
		}
		names := map[string]string{}
		for n, v := range h {
			if n > 0 && (h[n-1].Hash == v.Hash || h[n-1].end().compare(v) >= 0) {
				t.Fatalf("round %d: versions of %s are alike or overlap", round, short(h))
			}
			if name, ok := names[v.Hash]; ok && name != v.Name {
				t.Fatalf("round %d: one state has two names: %+v", round, h)
			}
			names[v.Hash] = v.Name
			if !slices.ContainsFunc(all, func(b Baseline) bool { return b.Hash == v.Hash && b.At.Equal(v.First) && b.By == v.By }) {
				t.Fatalf("round %d: %s has a version that nobody added", round, short(h))
			}
		}
	}
}

// TestHistoryOrder: in the order of their times, the newest before any time is what was added last before it.
func TestHistoryOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 500 {
		var h History
		var all []Baseline
		for n := range ledger.MaxBaselines {
			all = append(all, stateOf(string(rune('a'+r.IntN(3))), n))
			h, _ = h.Add(all[n], fmt.Sprint(n), noon)
		}
		for n := range ledger.MaxBaselines {
			v, found := h.Before(all[n].At.Add(1), noon)
			if !found || v.Hash != all[n].Hash {
				t.Fatalf("before %d min: %+v, %t; want %s", n, v, found, all[n].Hash)
			}
		}
		if _, found := h.Before(noon, noon); found {
			t.Fatal("Before its own time a baseline is found")
		}
	}
}

// TestHistoryJSON: a history that was stored is the one that was not.
func TestHistoryJSON(t *testing.T) {
	var h, back History
	h, _ = h.Add(Baseline{Hash: "z"}, "0", noon)
	for _, b := range []Baseline{stateOf("a", 0), {Baseline: ledger.Baseline{At: Forever(), By: "\u2028<"}, Hash: "b"}} {
		h, _ = h.Add(b, b.Hash, noon)
	}
	body, err := json.Marshal(h)
	if err := errors.Join(err, json.Unmarshal(body, &back)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(h, back) || len(h) != 3 {
		t.Errorf("stored and read, %+v became %+v", h, back)
	}
}

func TestUnpackDamaged(t *testing.T) {
	b, err := NewBaseline("k", ledger.Baseline{State: json.RawMessage(`{"k":1}`), At: noon})
	if err != nil {
		t.Fatal(err)
	}
	packed, err := b.Pack()
	if err != nil {
		t.Fatal(err)
	}
	v := Version{Hash: b.Hash}
	if got, err := v.Unpack(packed); err != nil || string(got.State) != `{"k":1}` {
		t.Fatalf("Unpack = %s, %v", got.State, err)
	}
	for n := range packed {
		broken := bytes.Clone(packed)
		broken[n] ^= 0x10
		if got, err := v.Unpack(broken); err == nil && string(got.State) != `{"k":1}` {
			t.Errorf("Unpack with byte %d broken = %q", n, got.State)
		}
		if _, err := v.Unpack(packed[:n]); err == nil {
			t.Errorf("Unpack of the first %d bytes worked", n)
		}
	}
}

// FuzzBaseline: whatever the state is, it is refused or comes back byte for byte, under a key that is its own.
func FuzzBaseline(f *testing.F) {
	f.Add("k", []byte(`{"k":[1,"a`+"\xff"+`b",null]}`), "e")
	f.Add("", []byte("{"), "")
	f.Add(strings.Repeat("n", 2000), []byte(" null\n"), "\xff")
	f.Fuzz(func(t *testing.T, key string, state []byte, by string) {
		b, err := NewBaseline(key, ledger.Baseline{State: state, At: noon, By: by})
		if err != nil {
			return
		}
		packed, err := b.Pack()
		if errors.Is(err, ledger.ErrTooLarge) {
			return
		}
		h, changed := History{}.Add(b, "name", noon)
		if err != nil || !changed || len(h) != 1 {
			t.Fatalf("Pack: %v; Add = %+v, %t", err, h, changed)
		}
		got, err := h[0].Unpack(packed)
		if err != nil || !bytes.Equal(got.State, state) {
			t.Errorf("%q came back as %q, %v", state, got.State, err)
		}
	})
}
