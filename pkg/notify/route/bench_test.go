package route

import (
	"testing"
	"time"

	"riposte/pkg/config"
)

func BenchmarkRoute(b *testing.B) {
	many := make([]string, 0, 200)
	for range 199 {
		many = append(many, "severity: critical, to: [a]")
	}
	for name, r := range map[string]*Router{
		"default": New(config.Default()), "three": router(b, "severity: critical, to: [a]", "rules: [IAM-003], to: [b]", "ous: [Workloads], to: [c]"),
		"200": router(b, append(many, "to: [b]")...),
	} {
		b.Run(name, func(b *testing.B) {
			in := incident()
			b.ReportAllocs()
			for b.Loop() {
				r.Route(in)
			}
		})
	}
}

// TestNoRoutesNoAllocation holds that who uses no routes and no silences pays nothing for them.
func TestNoRoutesNoAllocation(t *testing.T) {
	r, in, now := New(config.Default()), incident(), time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	if n := testing.AllocsPerRun(100, func() {
		r.Route(in)
		r.Silenced(in, now)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
