package network

import "testing"

func TestPublic(t *testing.T) {
	for cidr, want := range map[string]bool{
		"203.0.113.66/32": true, "198.51.100.0/24": true, "2001:db8::/32": true, " 203.0.113.66/32": true,
		"10.0.0.0/8": false, "172.31.0.0/16": false, "192.168.1.0/24": false, "100.64.0.0/10": false, "127.0.0.1/32": false,
		"169.254.169.254/32": false, "fd00::/8": false, "fe80::/10": false, "": false, "office": false,
	} {
		if got := public(cidr); got != want {
			t.Errorf("public(%q) = %v", cidr, got)
		}
	}
}
