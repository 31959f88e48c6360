package simaws_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"riposte/internal/testkit/moto"
	"riposte/pkg/actions"
	"riposte/pkg/remedies"
	"riposte/pkg/remedy"
)

var motoSeeds = flag.Int("moto-seeds", 1, "in how many generated states the property tests play each action on moto")

// servicesOf returns the services that an action works with, by what IAM calls them.
func servicesOf(a actions.Action) (services []string) {
	for _, g := range a.Grants {
		for _, name := range g.Actions {
			if service, _, _ := strings.Cut(name, ":"); !slices.Contains(services, service) {
				services = append(services, service)
			}
		}
	}
	return services
}

// onMoto makes a state on moto, among what earlier acts have left there, and returns an act on it. It sees what has been made
// since it began.
func onMoto(t *testing.T, server *moto.Server, gr generator, seed int, names string) *act {
	t.Helper()
	w := newWorld(t, server.Config())
	w.bucket = func(bucket string) { server.CreateBucket(t, bucket) }
	g := &gen{world: w, Rand: rand.New(rand.NewPCG(uint64(seed), 6)), names: names}
	r := remedy.ByAction(remedies.All(ways(w.cfg)))[gr.action]
	services := servicesOf(r.Action())
	_, old := survey(w, r.Action(), nil)
	catalog := map[string]actions.Action{}
	for _, a := range actions.All() {
		catalog[a.ID] = a
	}
	near := slices.DeleteFunc(scenarios(), func(sc scenario) bool {
		return sc.simulated != "" || gr.alone && sc.action == gr.action || slices.Contains(gr.forbids, sc.action) ||
			!slices.ContainsFunc(servicesOf(catalog[sc.action]), func(s string) bool { return slices.Contains(services, s) })
	})
	if len(near) > 0 {
		near[g.IntN(len(near))].seed(w, names+"other")
	}
	return &act{
		episode: gr.make(g), t: t, remedy: r, others: func(string) {},
		look: func(since *snapshot) snapshot {
			tree, _ := survey(w, r.Action(), old)
			raw, err := json.Marshal(tree)
			if err != nil {
				t.Fatal(err)
			}
			return normalized(t, raw, since)
		},
	}
}

// TestReversalOnMoto plays risky changes in generated states over the wire, and looks at the account through the API.
func TestReversalOnMoto(t *testing.T) {
	t.Parallel()
	server := moto.Start(t)
	n := 0
	for _, gr := range generators() {
		if gr.simulated != "" {
			continue
		}
		for seed := range *motoSeeds {
			t.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(gr.String(), " ", "-"), seed), func(t *testing.T) {
				n++
				a := onMoto(t, server, gr, seed, fmt.Sprintf("m%dx", n))
				a.respells = true
				a.restored()
			})
		}
	}
}
