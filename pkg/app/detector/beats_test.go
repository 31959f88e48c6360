package detector

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"riposte/events"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
)

type lost struct{ ledger.Heartbeats }

func (lost) Beat(context.Context, ledger.Beat) error { return errors.New("throttled") }

func TestBeats(t *testing.T) {
	now := time.Date(2026, 11, 25, 2, 25, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	read := func(name string) []byte {
		t.Helper()
		raw, err := fs.ReadFile(events.Files(), "events/TagResource."+name+".json")
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for name, tt := range map[string]struct {
		event    []byte
		stack    string
		accounts []string
		taken    bool
	}{
		"a beat":                          {read("riposte-heartbeat"), "Riposte", []string{"111122223333"}, true},
		"of any account":                  {read("riposte-heartbeat"), "Riposte", nil, true},
		"of an account that is not ours":  {read("riposte-heartbeat"), "Riposte", []string{"444455556666"}, false},
		"of another stack":                {read("riposte-heartbeat"), "Guard", nil, false},
		"feigned":                         {read("riposte-heartbeat-feigned"), "Riposte", nil, false},
		"by the role of another region":   {read("riposte-heartbeat-elsewhere"), "Riposte", nil, false},
		"another rule's tag":              {read("other"), "Riposte", nil, false},
		"what cannot be read, with a tag": {[]byte(`{"detail":{"x":"riposte:heartbeat"`), "Riposte", nil, false},
	} {
		store := memory.New(clock)
		b := beats{stack: tt.stack, accounts: tt.accounts, ledger: store, now: clock}
		for range 2 {
			if taken, err := b.take(t.Context(), tt.event); taken != tt.taken || err != nil {
				t.Errorf("%s: taken %t, %v; want %t", name, taken, err, tt.taken)
			}
		}
		list, err := store.Beats(t.Context())
		if err != nil || len(list) != map[bool]int{true: 1}[tt.taken] {
			t.Errorf("%s: %v in the ledger: %v", name, list, err)
		}
		if tt.taken && (list[0].Place() != "111122223333/eu-west-1" || !list[0].Received.Equal(now) || !list[0].At.Before(now)) {
			t.Errorf("%s: %+v", name, list[0])
		}
	}
	b := beats{stack: "Riposte", ledger: lost{}, now: clock}
	if taken, err := b.take(t.Context(), read("riposte-heartbeat")); !taken || err == nil || !strings.Contains(err.Error(), "111122223333/eu-west-1") {
		t.Errorf("a ledger out of reach: taken %t, %v; want the cause, so that the delivery comes again", taken, err)
	}
}
