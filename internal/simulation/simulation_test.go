// Package simulation_test runs the whole system under a virtual clock, with all that may go wrong with it: deliveries that
// come twice, late, or in another order, a process that dies at any step, calls that are throttled or whose answers are
// lost, and reads that see the account as it was. Each run is replayed from its seed.
package simulation_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

var (
	seeds    = flag.Int("seeds", 200, "how many runs")
	onlySeed = flag.Uint64("seed", 0, "replay this run alone")
)

func TestSimulation(t *testing.T) {
	for n := range *seeds {
		seed := uint64(n + 1)
		if *onlySeed != 0 {
			if n > 0 {
				return
			}
			seed = *onlySeed
		}
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := newWorld(t, rand.New(rand.NewPCG(seed, 1)))
			for range 400 {
				w.chaos()
			}
			w.calm()
			w.check()
			if t.Failed() {
				t.Logf("replay with -seed %d\n%s", seed, w.trace())
			}
		})
	}
}

// check holds how every run has to end, whatever went wrong on the way.
func (w *world) check() {
	t := w.t
	incidents, err := w.store.List(t.Context(), ledger.Query{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	reversed := 0
	for _, in := range incidents {
		messages := []string{notify.IncidentOpened}
		if in.Action != "" {
			reversed++
			messages = append(messages, notify.IncidentRemediated)
			if in.State != ledger.Remediated || len(in.Changes) != 1 || in.Changes[0].State != ledger.Verified {
				t.Errorf("%s on %s is %s with %d changes (%s), want remediated with one that is verified", in.Rule, in.Resource, in.State, len(in.Changes), in.Error)
			}
		}
		if len(in.Outbox) != 0 {
			t.Errorf("%s still owes %v", in.Resource, in.Outbox)
		}
		for _, detailType := range messages {
			if !w.toldOf(in, detailType) {
				t.Errorf("nobody was told %q of %s", detailType, in.Resource)
			}
		}
	}
	if reversed != len(attacks()) {
		t.Errorf("%d incidents were acted on, want one for each of %d attacks", reversed, len(attacks()))
	}
	w.checkChains(incidents)
	for _, a := range attacks() {
		if stands, neighbour := a.stands(w), a.neighbour(w); stands || !neighbour {
			t.Errorf("%s: the attack stands %v, its neighbour %v, want only the neighbour to stand", a.event, stands, neighbour)
		}
	}
}
