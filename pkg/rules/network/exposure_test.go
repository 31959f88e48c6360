package network

import (
	"testing"

	"riposte/pkg/detect"
)

func TestExposure(t *testing.T) {
	tests := []struct {
		protocol string
		from, to int32
		severity detect.Severity
		public   bool
		text     string
	}{
		{"-1", -1, -1, detect.Critical, false, "all traffic from 0.0.0.0/0"},
		{"", -1, -1, detect.Critical, false, "all traffic from 0.0.0.0/0"},
		{"tcp", 0, 65535, detect.Critical, false, "every tcp port from 0.0.0.0/0"},
		{"6", 1, 65535, detect.Critical, false, "every tcp port from 0.0.0.0/0"},
		{"udp", -1, -1, detect.Critical, false, "every udp port from 0.0.0.0/0"},
		{"tcp", 22, 22, detect.High, false, "tcp 22 from 0.0.0.0/0"},
		{"tcp", 3389, 3389, detect.High, false, "tcp 3389 from 0.0.0.0/0"},
		{"6", 5432, 5432, detect.High, false, "tcp 5432 from 0.0.0.0/0"},
		{"tcp", 1024, 65535, detect.High, false, "tcp 1024-65535 from 0.0.0.0/0"},
		{"tcp", 80, 443, detect.High, false, "tcp 80-443 from 0.0.0.0/0"},
		{"tcp", 8443, 8443, detect.Medium, false, "tcp 8443 from 0.0.0.0/0"},
		{"17", 1194, 1194, detect.Medium, false, "udp 1194 from 0.0.0.0/0"},
		{"udp", 443, 443, detect.Medium, false, "udp 443 from 0.0.0.0/0"},
		{"50", -1, -1, detect.Medium, false, "protocol 50 from 0.0.0.0/0"},
		{"esp", -1, -1, detect.Medium, false, "protocol esp from 0.0.0.0/0"},
		{"TCP", 22, 22, detect.High, false, "tcp 22 from 0.0.0.0/0"},
		{"Tcp", 443, 443, detect.Medium, true, "tcp 443 from 0.0.0.0/0"},
		{"icmp", 8, -1, detect.Low, false, "icmp from 0.0.0.0/0"},
		{"58", -1, -1, detect.Low, false, "icmpv6 from 0.0.0.0/0"},
		{"tcp", 443, 443, detect.Medium, true, "tcp 443 from 0.0.0.0/0"},
		{"6", 80, 80, detect.Medium, true, "tcp 80 from 0.0.0.0/0"},
	}
	for _, tt := range tests {
		r := detect.SecurityGroupRule{Protocol: tt.protocol, FromPort: tt.from, ToPort: tt.to, CIDRIPv4: "0.0.0.0/0"}
		if got := severityOf(r); got != tt.severity {
			t.Errorf("%+v: severity %v, want %v", r, got, tt.severity)
		}
		if got := forPublic(r); got != tt.public {
			t.Errorf("%+v: for the public %v, want %v", r, got, tt.public)
		}
		if got := described(r); got != tt.text {
			t.Errorf("%+v: %q, want %q", r, got, tt.text)
		}
	}
}
