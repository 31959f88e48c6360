package identity_test

import (
	"testing"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/rules/identity"
)

// TestNetworks holds which addresses are one place, which are two, and which do not say.
func TestNetworks(t *testing.T) {
	rule := identity.UserActiveFromTwoNetworks()
	place := func(address string) string {
		found, err := rule.Match(&cloudtrail.Event{
			Source: "sqs.amazonaws.com", Name: "CreateQueue", SourceIP: address,
			Identity: cloudtrail.Identity{Type: "IAMUser", UserName: "alice", ARN: "arn:aws:iam::111122223333:user/alice"},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 {
			return ""
		}
		return found[0].Rate.Key[1] + " " + found[0].Rate.Members[0]
	}
	for _, tt := range []struct{ address, want string }{
		{"203.0.113.9", "IPv4 203.0.0.0/16"},
		{"203.0.250.1", "IPv4 203.0.0.0/16"},
		{"198.51.100.17", "IPv4 198.51.0.0/16"},
		{"::ffff:198.51.100.17", "IPv4 198.51.0.0/16"},
		{"2001:db8:44:1::1", "IPv6 2001:db8:44::/48"},
		{"2001:db8:44:ffff::1", "IPv6 2001:db8:44::/48"},
		{"2001:db8:45::1", "IPv6 2001:db8:45::/48"},
		{"100.63.1.1", "IPv4 100.63.0.0/16"},
		{"100.64.1.1", ""},
		{"100.127.1.1", ""},
		{"100.128.1.1", "IPv4 100.128.0.0/16"},
		{"10.1.2.3", ""},
		{"fd00::1", ""},
		{"fe80::1%eth0", ""},
		{"127.0.0.1", ""},
		{"0.0.0.0", ""},
		{"AWS Internal", ""},
		{"cloudformation.amazonaws.com", ""},
		{"", ""},
	} {
		if got := place(tt.address); got != tt.want {
			t.Errorf("%q is in %q, want %q", tt.address, got, tt.want)
		}
	}
}
