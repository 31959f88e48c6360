package remedies

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/detect"
	"riposte/pkg/remedy"
	"riposte/pkg/rules/exposure"
)

// TestFindingsSuffice holds that what a rule says of an event is enough for the remedies that it names: none of them
// refuses before it has looked at the account.
func TestFindingsSuffice(t *testing.T) {
	asked := errors.New("access was asked for")
	remedies := remedy.ByAction(All(func(context.Context, remedy.Target) (aws.Config, error) { return aws.Config{}, asked }))
	seen := map[string]bool{}
	for name, ev := range ruletest.Events(t) {
		for _, r := range exposure.Rules() {
			if !r.Wants(ev) {
				continue
			}
			for _, f := range detect.NewIndex([]*detect.Rule{r}).Match(ev) {
				if f.Attempt || f.Unjudged != "" {
					continue
				}
				for _, action := range f.Actions {
					seen[action] = true
					if remedies[action] == nil {
						t.Errorf("%s: %s names %s, which does not exist", name, f.Rule, action)
					} else if _, _, err := remedies[action].Plan(t.Context(), f, nil); !errors.Is(err, asked) {
						t.Errorf("%s: %s names %s, which says %v", name, f.Rule, action, err)
					}
				}
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d actions were asked", len(seen))
	}
}
