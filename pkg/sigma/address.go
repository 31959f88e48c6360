package sigma

import (
	"bytes"
	"net/netip"
)

// address reads an IP address. One of IPv4, and what is none, as the names of services, costs no allocation.
func address(text []byte) (netip.Addr, bool) {
	const longest = 45 // an IPv6 address with an IPv4 one at its end
	if len(text) > longest {
		return netip.Addr{}, false
	}
	if bytes.IndexByte(text, ':') >= 0 {
		addr, err := netip.ParseAddr(string(text))
		return addr.Unmap(), err == nil
	}
	var octets [4]byte
	for i := range octets {
		if i > 0 {
			if len(text) == 0 || text[0] != '.' {
				return netip.Addr{}, false
			}
			text = text[1:]
		}
		v, digits := octet(text)
		if digits == 0 {
			return netip.Addr{}, false
		}
		octets[i], text = v, text[digits:]
	}
	return netip.AddrFrom4(octets), len(text) == 0
}

// octet reads a number below 256 without leading zeros at the beginning of a text, and returns how many digits it has; 0
// where there is none.
func octet(text []byte) (v byte, digits int) {
	n := 0
	for digits < min(len(text), 3) && '0' <= text[digits] && text[digits] <= '9' {
		n = n*10 + int(text[digits]-'0')
		digits++
	}
	if n > 255 || digits > 1 && text[0] == '0' {
		return 0, 0
	}
	return byte(n), digits
}
