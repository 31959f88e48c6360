package routing

import (
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
)

// kind is what a scalar is in JSON.
type kind uint8

const (
	text    kind = iota
	number       // a number that a double holds exactly, as it is written
	literal      // true, false, null, or a number that no double holds
)

// A value is one scalar of an event.
type value struct {
	kind   kind
	text   string     // of a text without quotes, otherwise as written
	number float64    // of a number
	addr   netip.Addr // of a text that is an IP address
	in     membership
}

func newValue(t json.Token, in membership) value {
	switch t := t.(type) {
	case string:
		return value{kind: text, text: t, addr: address(t), in: in}
	case json.Number:
		if f, ok := exact(t.String()); ok {
			return value{kind: number, text: t.String(), number: f, in: in}
		}
		return value{kind: literal, text: t.String(), in: in}
	case bool:
		return value{kind: literal, text: strconv.FormatBool(t), in: in}
	default:
		return value{kind: literal, text: "null", in: in}
	}
}

// equals reports whether two scalars are the same, numbers in any spelling and texts in one.
func (x value) equals(v *value) bool {
	if x.kind == number && v.kind == number {
		return x.number == v.number
	}
	return x.kind == v.kind && x.text == v.text
}

// address reads an IP address, without zones; what is none is invalid. An IPv4 address in IPv6's dress is IPv4, but not
// with dots: event-ruler does not take that for an address.
func address(s string) netip.Addr {
	if strings.Contains(s, ":") && strings.ContainsAny(s, ".%") {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap()
}

// exact returns a JSON number as a double if the double's shortest spelling is the same number: EventBridge compares no
// others as numbers, such as integers that 53 bits do not hold.
func exact(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	digits, exponent, ok := decimal(s)
	if !ok {
		return 0, false
	}
	wantDigits, wantExponent, _ := decimal(strconv.FormatFloat(f, 'e', -1, 64))
	return f, digits == wantDigits && exponent == wantExponent
}

// decimal splits a JSON number into its digits without leading and trailing zeros, with a sign where negative, and the
// power of ten of the last digit. Zero has neither digits nor exponent.
func decimal(s string) (digits string, exponent int, ok bool) {
	s, negative := strings.CutPrefix(s, "-")
	mantissa := s
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.Atoi(s[i+1:]); err != nil {
			return "", 0, false
		}
		mantissa = s[:i]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits = strings.TrimLeft(whole+fraction, "0")
	exponent -= len(fraction)
	for strings.HasSuffix(digits, "0") {
		digits, exponent = digits[:len(digits)-1], exponent+1
	}
	switch {
	case digits == "":
		return "", 0, true
	case negative:
		return "-" + digits, exponent, true
	}
	return digits, exponent, true
}
