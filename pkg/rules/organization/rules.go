// Package organization holds the rules about what an organisation holds its accounts to, and where they may work.
package organization

import (
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return caller.Named([]*detect.Rule{
		GuardrailChanged(),
		RegionEnabled(),
		ChangedInUnlistedRegion(),
	})
}
