package webreport_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"riposte/pkg/ledger"
	"riposte/pkg/webreport"
)

// TestSize holds how large pages are: they are sent by mail.
func TestSize(t *testing.T) {
	for n, most := range map[int]int{0: 56 << 10, 500: 250 << 10, 10_000: 5 << 20} {
		if got := len(written(t, report(sample(n)))); got > most {
			t.Errorf("%d incidents: %d bytes, want %d at the most", n, got, most)
		}
	}
}

// TestLeftOut holds that a page which does not hold everything says so.
func TestLeftOut(t *testing.T) {
	r := report(sample(3))
	if got := string(written(t, r)); strings.Contains(got, `class="notice">The ledger`) || strings.Contains(got, "no room on this page") {
		t.Error("a whole page says that something is left out")
	}
	r.LeftOut = true
	if got := string(written(t, r)); !strings.Contains(got, "more incidents of this period than the 3 newest") {
		t.Error("a page that the limit cut does not say so")
	}
	huge := make([]ledger.Incident, 3)
	for n := range huge {
		huge[n] = sample(1)[0]
		huge[n].Changes = make([]ledger.Change, 0, 20)
		for range 20 {
			huge[n].Changes = append(huge[n].Changes, ledger.Change{State: ledger.Verified})
		}
	}
	many := make([]ledger.Incident, 0, 60_000)
	for len(many) < cap(many) {
		many = append(many, huge...)
	}
	var out bytes.Buffer
	done, err := report(many).Write(&out)
	if err != nil {
		t.Fatal(err)
	}
	if done.LeftOut == 0 || done.Incidents+done.LeftOut != len(many) || out.Len() > webreport.MaxBytes+(1<<20) || !strings.Contains(out.String(), "no room on this page") {
		t.Errorf("%d shown, %d left out, %d bytes", done.Incidents, done.LeftOut, out.Len())
	}
}

// TestBounds holds that no text floods the page, and that a state that is cut says so.
func TestBounds(t *testing.T) {
	in := sample(1)[0]
	long := strings.Repeat("x", 1<<20)
	state, err := json.Marshal(long)
	if err != nil {
		t.Fatal(err)
	}
	in.Summary, in.Error, in.Finding.Why = long, long, long
	in.Changes = make([]ledger.Change, 100)
	for n := range in.Changes {
		in.Changes[n].Before, in.Changes[n].State = state, ledger.Verified
	}
	in.Notes = make([]ledger.Note, 1000)
	got := written(t, report([]ledger.Incident{in}))
	if len(got) > 80<<10 {
		t.Errorf("%d bytes", len(got))
	}
	if !bytes.Contains(got, []byte("(cut: it has 1048576 characters;")) {
		t.Error("a state that is cut does not say so")
	}
}

// FuzzReport holds that whatever texts an incident has, the data ends where it should and is what the page's script reads.
func FuzzReport(f *testing.F) {
	for _, in := range poisoned() {
		f.Add(in.Summary)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in := sample(1)[0]
		in.ID, in.Summary, in.Account, in.Mode, in.Finding.Why = text, text, text, text, text
		in.State = ledger.State(text)
		page := string(written(t, report([]ledger.Incident{in})))
		_, rest, ok := strings.Cut(page, `<script type="application/json" id="data">`)
		data, rest, closed := strings.Cut(rest, "</script>")
		if !ok || !closed || !strings.HasPrefix(rest, "\n<script>\n\"use strict\";") {
			t.Fatalf("the data do not end where they should for %q", text)
		}
		if strings.ContainsAny(data, "<>&") || !json.Valid([]byte(data)) {
			t.Errorf("the data have markup, or are no JSON, for %q", text)
		}
		if strings.Count(strings.ToLower(page), "<script") != 2 {
			t.Errorf("%q makes another script", text)
		}
	})
}
