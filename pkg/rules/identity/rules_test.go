package identity_test

import (
	"flag"
	"testing"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/rules/identity"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestRules(t *testing.T) { ruletest.Run(t, identity.Rules(), *update) }
