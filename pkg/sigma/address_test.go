package sigma

import (
	"net/netip"
	"testing"
)

func FuzzAddress(f *testing.F) {
	for _, text := range []string{"203.0.113.7", "0.0.0.0", "255.255.255.255", "256.1.1.1", "01.2.3.4", "1.2.3", "1.2.3.4.", "1.2.3.4.5", "::1", "::ffff:1.2.3.4", "fe80::1%eth0", "iam.amazonaws.com", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, err := netip.ParseAddr(text)
		got, ok := address([]byte(text))
		if len(text) <= 45 && (ok != (err == nil) || ok && got != want.Unmap()) {
			t.Errorf("address(%q) = %v, %v; netip says %v, %v", text, got, ok, want, err)
		}
	})
}
