package logging_test

import (
	"flag"
	"testing"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/rules/logging"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestRules(t *testing.T) { ruletest.Run(t, logging.Rules(), *update) }
