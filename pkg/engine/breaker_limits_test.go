package engine

import (
	"testing"

	"riposte/pkg/config"
)

func TestBreakerOf(t *testing.T) {
	if got, want := BreakerOf(config.Limits{PerRule: 1, PerAccount: 2, Total: 3}), (Breaker{PerRule: 1, PerAccount: 2, Total: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := BreakerOf(config.Limits{}); got != (Breaker{}) {
		t.Errorf("no limits: got %+v, want a breaker that lets nothing through", got)
	}
	if got := BreakerOf(config.Default().Limits); got.PerRule <= 0 || got.PerAccount < got.PerRule || got.Total < got.PerAccount {
		t.Errorf("defaults: %+v", got)
	}
}
