// Package organization holds the rules about what an organisation holds its accounts to, and where they may work.
package organization

import "riposte/pkg/detect"

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return []*detect.Rule{
		GuardrailChanged(),
		RegionEnabled(),
	}
}
