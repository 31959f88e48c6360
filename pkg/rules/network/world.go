package network

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"riposte/pkg/detect"
)

// Ranges broader than these are nobody's own: no organisation holds more than a /8 of IPv4 or a /16 of IPv6, and
// two halves of the Internet are as open as the whole.
const (
	broadestIPv4 = 8
	broadestIPv6 = 16
)

// fromWorld reports whether a CIDR is the Internet or so much of it that it makes no difference. It goes by the prefix
// length, because "208.236.235.254/0" is a legal spelling of "0.0.0.0/0".
func fromWorld(cidr string) (bool, error) {
	if cidr == "" {
		return false, nil
	}
	address, length, found := strings.Cut(strings.TrimSpace(cidr), "/")
	if !found {
		_, err := netip.ParseAddr(address)
		if err != nil {
			return false, fmt.Errorf("%q is no CIDR", detect.Text(cidr))
		}
		return false, nil // one address
	}
	bits, err := strconv.ParseUint(length, 10, 8)
	if err != nil {
		return false, fmt.Errorf("%q is no CIDR: no prefix length", detect.Text(cidr))
	}
	addr, err := netip.ParseAddr(address)
	switch {
	case bits == 0:
		return true, nil
	case err != nil:
		return false, fmt.Errorf("%q is no CIDR: no address", detect.Text(cidr))
	case addr.Is4():
		return bits < broadestIPv4 && !within(addr, int(bits), "224.0.0.0/3"), nil
	}
	return bits < broadestIPv6 && !within(addr, int(bits), "fc00::/6"), nil
}

// within reports whether a range lies in one that has no senders on the Internet: multicast and reserved addresses of
// IPv4, local and multicast ones of IPv6.
func within(addr netip.Addr, bits int, private string) bool {
	p := netip.MustParsePrefix(private)
	return bits >= p.Bits() && p.Contains(addr)
}
