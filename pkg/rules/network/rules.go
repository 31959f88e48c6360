// Package network holds the rules about what may be reached from where.
package network

import (
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const ec2Source = "ec2.amazonaws.com"

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return caller.Named([]*detect.Rule{
		SecurityGroupOpenedToWorld(),
		ACLOpened(),
		RouteChanged(),
		SecurityGroupChanged(),
		TrafficMirrored(),
		DomainReleased(),
		KeyPairImported(),
	})
}
