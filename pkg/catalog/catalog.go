// Package catalog lists every rule, as data: what the detector, the infrastructure, the documentation and the command
// line read. Actions stand in pkg/actions.
package catalog

import (
	"slices"
	"strings"

	"riposte/pkg/detect"
	"riposte/pkg/rules/data"
	"riposte/pkg/rules/exposure"
	"riposte/pkg/rules/identity"
	"riposte/pkg/rules/logging"
	"riposte/pkg/rules/network"
	"riposte/pkg/rules/organization"
)

// Rules returns every rule, in the order of the documentation.
func Rules() []*detect.Rule {
	return slices.Concat(identity.Rules(), logging.Rules(), network.Rules(), exposure.Rules(), data.Rules(), organization.Rules())
}

// ByID returns the rule with an ID, in any letter case.
func ByID(id string) (*detect.Rule, bool) {
	return find(func(r *detect.Rule) bool { return strings.EqualFold(r.ID, id) })
}

// ByClass returns the rule of a risk class.
func ByClass(class string) (*detect.Rule, bool) {
	return find(func(r *detect.Rule) bool { return r.Class == class })
}

func find(is func(*detect.Rule) bool) (*detect.Rule, bool) {
	rules := Rules()
	if i := slices.IndexFunc(rules, is); i >= 0 {
		return rules[i], true
	}
	return nil, false
}
