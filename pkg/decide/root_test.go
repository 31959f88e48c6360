package decide

import (
	"slices"
	"strings"
	"testing"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
)

// TestRootOf holds that nobody is asked about what takes on a root user that cannot be taken on, and that another action is
// taken where there is one.
func TestRootOf(t *testing.T) {
	asRoot, other := actions.DeleteRootAccessKey().ID, actions.DeactivateAccessKey().ID
	members := func(account string) bool { return account == "444455556666" }
	for name, c := range map[string]struct {
		rootOf  func(string) bool
		account string
		actions []string
		mode    Mode
		action  string
		says    string
	}{
		"a member":               {members, "444455556666", []string{asRoot}, Ask, asRoot, "cannot be undone"},
		"the hub":                {members, "111122223333", []string{asRoot}, Alert, "", "the root user of account 111122223333 cannot be taken on"},
		"no organization":        {nil, "444455556666", []string{asRoot}, Alert, "", "the root user of account 444455556666 cannot be taken on"},
		"another action will do": {nil, "444455556666", []string{asRoot, other}, Act, other, "Stance enforce"},
	} {
		t.Run(name, func(t *testing.T) {
			p := policy(t, "stance: enforce", Options{RootOf: c.rootOf})
			p.action = actions.ByID
			d := p.Decide(finding(func(f *detect.Finding) {
				f.Actions, f.Event.Account = c.actions, c.account
			}), facts())
			if beyond := slices.Contains(d.Beyond, asRoot); beyond != (c.action != asRoot) || len(d.Beyond) > 1 {
				t.Errorf("beyond reach are %v", d.Beyond)
			}
			if d.Mode != c.mode || d.Action != c.action || !strings.Contains(d.Reason, c.says) {
				t.Errorf("got %s %q: %s; want %s %q and %q", d.Mode, d.Action, d.Reason, c.mode, c.action, c.says)
			}
		})
	}
}
