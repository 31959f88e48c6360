package data_test

import (
	"flag"
	"testing"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/rules/data"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestRules(t *testing.T) { ruletest.Run(t, data.Rules(), *update) }
