package network

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"riposte/pkg/detect"
)

const lastPort = 65535

// forPublic reports whether a rule opens exactly what a public web site needs.
func forPublic(r detect.SecurityGroupRule) bool {
	return protocolName(r.Protocol) == "tcp" && r.FromPort == r.ToPort && (r.FromPort == 80 || r.FromPort == 443)
}

// sensitivePorts lists ports behind which shells, desktops, databases and cluster interfaces listen: what is scanned
// for first, and where a way in is worth most.
func sensitivePorts() []int32 {
	return []int32{
		20, 21, 22, 23, // file transfer and shells
		135, 139, 445, 3389, 5900, 5985, 5986, // Windows, desktops and their management
		389, 636, // directories
		1433, 1521, 3306, 5432, 5439, 27017, 50000, // databases
		6379, 9042, 9200, 9300, 11211, // stores that often have no password
		2181, 2375, 2376, 2379, 2380, 5601, 6443, 8500, 9090, 9092, 10250, // clusters and their consoles
		111, 2049, // network file systems
	}
}

// severityOf says how grave it is to open a rule to the world.
func severityOf(r detect.SecurityGroupRule) detect.Severity {
	switch protocolName(r.Protocol) {
	case "all":
		return detect.Critical
	case "icmp", "icmpv6":
		return detect.Low
	case "tcp", "udp":
		from, to := ports(r)
		if from <= 1 && to >= lastPort {
			return detect.Critical
		}
		if slices.ContainsFunc(sensitivePorts(), func(p int32) bool { return from <= p && p <= to }) {
			return detect.High
		}
	}
	return detect.Medium
}

// ports returns the range of ports, where a rule without one opens them all.
func ports(r detect.SecurityGroupRule) (from, to int32) {
	if r.FromPort < 0 || r.ToPort < 0 {
		return 0, lastPort
	}
	return r.FromPort, r.ToPort
}

// protocolName returns the name of a protocol in lower case, where it may stand as a number too. A rule without one
// opens all.
func protocolName(protocol string) string {
	switch protocol = strings.ToLower(protocol); protocol {
	case "-1", "all", "":
		return "all"
	case "6":
		return "tcp"
	case "17":
		return "udp"
	case "1":
		return "icmp"
	case "58":
		return "icmpv6"
	}
	return protocol
}

// described returns a rule as a person would put it: "tcp 22 from 0.0.0.0/0".
func described(r detect.SecurityGroupRule) string {
	what := protocolName(r.Protocol)
	switch what {
	case "all":
		what = "all traffic"
	case "tcp", "udp":
		from, to := ports(r)
		switch {
		case from == to:
			what += " " + strconv.Itoa(int(from))
		case from <= 1 && to >= lastPort:
			what = "every " + what + " port"
		default:
			what += fmt.Sprintf(" %d-%d", from, to)
		}
	case "icmp", "icmpv6":
	default:
		what = "protocol " + detect.Text(what)
	}
	return what + " from " + detect.Text(r.CIDRIPv4+r.CIDRIPv6)
}
