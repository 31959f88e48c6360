package simulation_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"riposte/pkg/app/awsbus"
	"riposte/pkg/ocsf"
)

// TestMessagesFitTheirSchemas holds that every message that a whole story puts on the bus is as docs/schemas says.
func TestMessagesFitTheirSchemas(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for _, name := range []string{"detail.schema.json", "event.schema.json"} {
		file, err := os.Open(filepath.Join("../../docs/schemas", name))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(file)
		_ = file.Close()
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(name, doc); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile("event.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for seed := range uint64(3) {
		w := newWorld(t, rand.New(rand.NewPCG(seed, 1)))
		w.calm()
		for _, m := range w.told {
			kinds[m.DetailType]++
			finding := ocsf.Of(m)
			detail, err := json.Marshal(awsbus.Detail{Version: awsbus.Version, Message: m, OCSF: &finding})
			if err != nil {
				t.Fatal(err)
			}
			event, err := jsonschema.UnmarshalJSON(strings.NewReader(`{"source":"riposte","detail-type":` + strconv.Quote(m.DetailType) + `,"detail":` + string(detail) + `}`))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(event); err != nil {
				t.Errorf("seed %d, %s: %v", seed, m.Key(), err)
			}
		}
	}
	if len(kinds) < 2 {
		t.Errorf("the stories tell only %v", kinds)
	}
	t.Logf("%v", kinds)
}
