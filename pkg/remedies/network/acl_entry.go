package network

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/detect"
	"riposte/pkg/remedy"
)

// aclEntry is what stands under one number of one direction of a network ACL; nil for nothing.
type aclEntry struct {
	Entry *detect.ACLEntry `json:"entry"`
}

func (e aclEntry) equal(other aclEntry) bool {
	if e.Entry == nil || other.Entry == nil {
		return e.Entry == other.Entry
	}
	return spelled(*e.Entry) == spelled(*other.Entry)
}

// String returns the entry for a person: "entry 100: allow tcp 22 from 0.0.0.0/0".
func (e aclEntry) String() string {
	if e.Entry == nil {
		return "no entry"
	}
	verb := "deny"
	if e.Entry.Allow {
		verb = "allow"
	}
	rule := detect.SecurityGroupRule{
		Protocol: e.Entry.Protocol, FromPort: e.Entry.FromPort, ToPort: e.Entry.ToPort,
		CIDRIPv4: e.Entry.CIDRIPv4, CIDRIPv6: e.Entry.CIDRIPv6,
	}
	return "entry " + strconv.Itoa(int(e.Entry.Number)) + ": " + verb + " " + describe(rule)
}

// spelled returns an entry in one spelling: protocol tcp is 6, and what EC2 ignores for a protocol is -1.
func spelled(e detect.ACLEntry) detect.ACLEntry {
	const icmp, icmp6 = "icmp", "icmpv6"
	e.Protocol = protocol(e.Protocol)
	e.CIDRIPv4, e.CIDRIPv6 = cidr(e.CIDRIPv4), cidr(e.CIDRIPv6)
	if e.Protocol != "tcp" && e.Protocol != "udp" {
		e.FromPort, e.ToPort = -1, -1
	}
	if e.Protocol != icmp && e.Protocol != icmp6 {
		e.ICMPType, e.ICMPCode = -1, -1
	}
	return e
}

// numbered returns the number by which the API takes a protocol.
func numbered(name string) string {
	for number, known := range map[string]string{"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"} {
		if protocol(name) == known {
			return number
		}
	}
	return protocol(name)
}

// entryOf returns the entry of the event. It is an inbound one.
func entryOf(t remedy.Target) (detect.ACLEntry, error) {
	var e detect.ACLEntry
	if err := json.Unmarshal([]byte(t.Params[detect.ParamACLEntry]), &e); err != nil {
		return e, &remedy.Refusal{Reason: fmt.Sprintf("the finding does not say which entry of network ACL %s was made", t.ID), Err: err}
	}
	if e.Number < 1 || e.Egress || !e.Allow || spelled(e).CIDRIPv4+spelled(e).CIDRIPv6 == "" {
		return e, remedy.Refuse("%s of network ACL %s lets in no range of addresses that can be read", aclEntry{&e}, t.ID)
	}
	return e, nil
}

// liveEntry returns what EC2 answers as an entry.
func liveEntry(e types.NetworkAclEntry) detect.ACLEntry {
	entry := detect.ACLEntry{
		Number: aws.ToInt32(e.RuleNumber), Egress: aws.ToBool(e.Egress), Allow: e.RuleAction == types.RuleActionAllow,
		Protocol: aws.ToString(e.Protocol), FromPort: -1, ToPort: -1, ICMPType: -1, ICMPCode: -1,
		CIDRIPv4: aws.ToString(e.CidrBlock), CIDRIPv6: aws.ToString(e.Ipv6CidrBlock),
	}
	if e.PortRange != nil {
		entry.FromPort, entry.ToPort = portOf(e.PortRange.From), portOf(e.PortRange.To)
	}
	if e.IcmpTypeCode != nil {
		entry.ICMPType, entry.ICMPCode = portOf(e.IcmpTypeCode.Type), portOf(e.IcmpTypeCode.Code)
	}
	return entry
}
