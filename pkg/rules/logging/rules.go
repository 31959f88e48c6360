// Package logging holds the rules about the record of what happens in an account.
package logging

import "riposte/pkg/detect"

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return []*detect.Rule{
		CloudTrailStopped(),
	}
}
