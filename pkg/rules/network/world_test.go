package network

import "testing"

func TestFromWorld(t *testing.T) {
	tests := []struct {
		cidr string
		want bool
	}{
		{"0.0.0.0/0", true},
		{"208.236.235.254/0", true},
		{"10.0.0.0/0", true},
		{"0.0.0.0/00", true},
		{"000.000.000.000/0", true},
		{" 0.0.0.0/0 ", true},
		{"::/0", true},
		{"0::0/0", true},
		{"0:0:0:0:0:0:0:0/0", true},
		{"2001:db8::1/0", true},
		{"0.0.0.0/1", true},
		{"128.0.0.0/1", true},
		{"64.0.0.0/2", true},
		{"8.0.0.0/7", true},
		{"::/1", true},
		{"2000::/3", true},

		{"", false},
		{"10.0.0.0/8", false},
		{"8.0.0.0/8", false},
		{"172.16.0.0/12", false},
		{"192.0.2.0/24", false},
		{"192.0.2.7/32", false},
		{"192.0.2.7", false},
		{"224.0.0.0/4", false},
		{"240.0.0.0/4", false},
		{"fc00::/7", false},
		{"fd00::/8", false},
		{"fe80::/10", false},
		{"f000::/4", true},
		{"ff00::/8", false},
		{"2001:db8::/32", false},
		{"2600:1f00::/24", false},
		{"2001:db8::1/128", false},
	}
	for _, tt := range tests {
		if got, err := fromWorld(tt.cidr); err != nil || got != tt.want {
			t.Errorf("fromWorld(%q) = %v, %v, want %v", tt.cidr, got, err, tt.want)
		}
	}
	for _, bad := range []string{"...", "anywhere/8", "0.0.0.0/", "0.0.0.0/x", "0.0.0.0/-1", "10.0.0/8", "/8", "a/b/0"} {
		if got, err := fromWorld(bad); err == nil {
			t.Errorf("fromWorld(%q) = %v, want an error", bad, got)
		}
	}
}
