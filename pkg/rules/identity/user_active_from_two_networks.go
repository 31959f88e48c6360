package identity

import (
	"fmt"
	"net/netip"
	"time"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	// networks is how many a user changes things from at a time, who is at one place.
	networks = 2
	// networksWindow is too short to go from one place to another.
	networksWindow = 10 * time.Minute

	// Providers give a caller one address after another of their pools, which are rarely wider than this.
	ipv4Network = 16
	ipv6Network = 48
)

// UserActiveFromTwoNetworks fires when an IAM user changes things from two networks at a time.
func UserActiveFromTwoNetworks() *detect.Rule {
	return &detect.Rule{
		ID:       "IAM-032",
		Title:    "User active from two networks at a time",
		Class:    "user-from-two-networks",
		Severity: detect.High,
		Doc: `**Why it matters.** A password or a key that is used from two places at a time is shared or stolen. It is
the first thing to see of a key that leaked while its owner goes on using it.

Changes that an IAM user makes within 10 minutes are looked at, and sign-ins. A network is the first 16 bits of an
IPv4 address, since carriers and gateways hand out addresses of a pool, or the first 48 of an IPv6 address. Addresses
of the two kinds are not compared: one machine has both. Calls that a service of AWS or CloudShell makes for the user
do not count, and neither do private addresses: a program in a VPC reaches one service through an endpoint and another
through a gateway.

The rule is off until riposte.yaml gives it a mode, because it wants every change that a user makes.

**False positives.** A VPN that is switched on or off, or that carries only some services; a phone that leaves the
house; a user whose key several machines hold, which is worth a role each.

**What to do.** Ask the user about both places. If one is not theirs, deactivate the key, reset the password, and look
at what was done from there.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1078.004", URL: "https://attack.mitre.org/techniques/T1078/004/"},
			{
				Kind: "AWS", Name: "Remediating compromised AWS credentials",
				URL: "https://docs.aws.amazon.com/guardduty/latest/ug/compromised-creds.html",
			},
		},
		Pattern: detect.Pattern{{Identity: "IAMUser", Writes: true}},
		OptIn:   true,
		Match:   matchUserActiveFromTwoNetworks,
	}
}

func matchUserActiveFromTwoNetworks(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Identity.InvokedBy != "" && ev.Identity.InvokedBy != signInSource {
		return nil, nil
	}
	network, ok := networkOf(ev.SourceIP)
	if !ok {
		return nil, nil
	}
	kind := "IPv6"
	if network.Addr().Is4() {
		kind = "IPv4"
	}
	return one(detect.Finding{
		Resource: caller.Resource(ev),
		Summary: fmt.Sprintf("%s called %s:%s from %s in the network %s", callerName(ev), detect.Text(service(ev)),
			detect.Text(ev.Name), detect.Text(ev.SourceIP), network),
		Rate: &detect.Rate{
			Key:       []string{caller.Principal(ev), kind},
			Members:   []string{network.String()},
			Threshold: networks, Window: networksWindow, Noun: "different networks",
		},
	}), nil
}

// networkOf returns the network of an address in the internet. Private addresses and the texts that AWS writes in an
// address's place have none.
func networkOf(address string) (netip.Prefix, bool) {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}, false
	}
	addr = addr.Unmap().WithZone("")
	if !addr.IsGlobalUnicast() || addr.IsPrivate() || isShared(addr) {
		return netip.Prefix{}, false
	}
	bits := ipv6Network
	if addr.Is4() {
		bits = ipv4Network
	}
	return netip.PrefixFrom(addr, bits).Masked(), true
}

// isShared reports whether an address is of the space 100.64.0.0/10, which VPCs use like a private one.
func isShared(addr netip.Addr) bool {
	if !addr.Is4() {
		return false
	}
	b := addr.As4()
	return b[0] == 100 && b[1]&0xc0 == 64
}
