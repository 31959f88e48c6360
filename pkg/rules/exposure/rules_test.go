package exposure_test

import (
	"flag"
	"testing"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/rules/exposure"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestRules(t *testing.T) { ruletest.Run(t, exposure.Rules(), *update) }
