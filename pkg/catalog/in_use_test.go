package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

func TestAskedFor(t *testing.T) {
	r := &detect.Rule{ID: "ORG-900", Class: "some-class", OptIn: true}
	for text, want := range map[string]bool{
		"":                                     false,
		"rules: { ORG-900: { mode: alert } }":  true,
		"rules: { some-class: { mode: act } }": true,
		"rules: { ORG-900: { mode: off }, some-class: { mode: act } }":                         false,
		"rules: { ORG-901: { mode: alert } }":                                                  false,
		`accounts: { "111122223333": { rules: { ORG-900: { mode: alert } } } }`:                true,
		"rules: { ORG-900: { mode: off } }\naccounts: { \"111122223333\": { stance: guard } }": false,
	} {
		cfg, err := config.Parse("f", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := askedFor(cfg, r); got != want {
			t.Errorf("%s: %t, want %t", text, got, want)
		}
	}
}

// TestInUse holds that the default configuration leaves out nothing but what has to be asked for.
func TestInUse(t *testing.T) {
	used := map[string]bool{}
	for _, r := range InUse(config.Default()) {
		used[r.ID] = true
	}
	for _, r := range Rules() {
		if used[r.ID] == r.OptIn {
			t.Errorf("%s: in use %t, has to be asked for %t", r.ID, used[r.ID], r.OptIn)
		}
	}
}

func TestEstateOf(t *testing.T) {
	cfg, err := config.Parse("f", []byte(`
organization: o-a1b2c3d4e5
trusted_accounts: ["999988887777"]
regions: [eu-west-1]
accounts: { "444455556666": { production: true }, "111122223333": {} }
`))
	if err != nil {
		t.Fatal(err)
	}
	want := &cloudtrail.Estate{
		Organization: "o-a1b2c3d4e5", Accounts: []string{"111122223333", "444455556666"}, Trusted: []string{"999988887777"},
		Production: []string{"444455556666"}, Regions: []string{"eu-west-1"},
	}
	if diff := cmp.Diff(want, EstateOf(cfg)); diff != "" {
		t.Error(diff)
	}
}
