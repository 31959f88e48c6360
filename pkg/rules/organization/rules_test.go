package organization_test

import (
	"flag"
	"testing"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/rules/organization"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestRules(t *testing.T) { ruletest.Run(t, organization.Rules(), *update) }
