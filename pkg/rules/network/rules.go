// Package network holds the rules about what may be reached from where.
package network

import "riposte/pkg/detect"

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return []*detect.Rule{
		SecurityGroupOpenedToWorld(),
	}
}
