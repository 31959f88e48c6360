package engine

import "riposte/pkg/config"

// BreakerOf returns the breaker with the bounds of a configuration.
func BreakerOf(l config.Limits) Breaker {
	return Breaker{PerRule: l.PerRule, PerAccount: l.PerAccount, Total: l.Total}
}
