// Package network holds the rules about what may be reached from where.
package network

import "riposte/pkg/detect"

const ec2Source = "ec2.amazonaws.com"

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return []*detect.Rule{
		SecurityGroupOpenedToWorld(),
		ACLOpened(),
		RouteChanged(),
		SecurityGroupChanged(),
		TrafficMirrored(),
		DomainReleased(),
		KeyPairImported(),
	}
}
