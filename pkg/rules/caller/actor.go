package caller

import (
	"net/netip"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// Principal returns what tells one caller from another when calls are counted: a role and not its session, since who
// assumes a role names the session as they like. Sessions of IAM Identity Center are told apart: it names them after the
// person.
func Principal(ev *cloudtrail.Event) string {
	id := ev.Identity
	switch {
	case strings.Contains(id.Session.IssuerARN, ":role/aws-reserved/sso.amazonaws.com/") && id.ARN != "":
		return id.ARN
	case id.RoleARN() != "":
		return id.RoleARN()
	case id.PrincipalID != "":
		return id.PrincipalID
	}
	return id.Name()
}

// hostBits is how much of an IPv6 address a network lets its hosts choose as they like.
const hostBits = 64

// Source returns where a call came from, for counting: the address, of which IPv6 hosts can change the last half at will,
// or the text that AWS writes in its place.
func Source(ev *cloudtrail.Event) string {
	addr, err := netip.ParseAddr(ev.SourceIP)
	if err != nil {
		return ev.SourceIP
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	return netip.PrefixFrom(addr, addr.BitLen()-hostBits).Masked().String()
}

// Resource returns the caller as what a finding is about, or the account where the caller is no user and no role of it.
func Resource(ev *cloudtrail.Event) detect.Resource {
	id := ev.Identity
	switch {
	case id.IsRoot():
	case id.Type == "IAMUser" && id.UserName != "":
		return detect.Resource{Type: detect.User, ID: id.UserName}
	case id.Session.IssuerType == "Role" && id.Session.IssuerUserName != "":
		return detect.Resource{Type: detect.Role, ID: id.Session.IssuerUserName}
	}
	return detect.Resource{Type: detect.Account, ID: ev.Account}
}
