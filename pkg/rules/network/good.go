package network

import (
	"encoding/json"
	"net/netip"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodRule returns the one inbound rule that a harmless event left in a security group. Whether one that was modified is
// inbound the event does not say; whoever goes back to it has to look.
func goodRule(ev *cloudtrail.Event) (detect.State, bool) {
	read := authorized
	if ev.Name == modifyRules {
		read = modified
	}
	made, err := read(ev)
	if err != nil || len(made) != 1 {
		return detect.State{}, false
	}
	o := made[0]
	if o.group == "" || o.rule.ID == "" || o.rule.Egress || o.rule.CIDRIPv4+o.rule.CIDRIPv6 == "" {
		return detect.State{}, false
	}
	return state("security-group-rule", detect.Resource{Type: detect.SecurityGroup, ID: o.group}, o.rule.ID, o.rule)
}

// goodEntry returns the inbound entry that a harmless event left in a network ACL.
func goodEntry(ev *cloudtrail.Event) (detect.State, bool) {
	if ev.Name != createACLEntry && ev.Name != replaceACLEntry {
		return detect.State{}, false
	}
	req, err := cloudtrail.RequestOf[aclRequest](ev)
	if err != nil || req.NetworkACLID == "" || bool(req.Egress) {
		return detect.State{}, false
	}
	entry, err := req.entry()
	if err != nil {
		return detect.State{}, false
	}
	acl := detect.Resource{Type: detect.NetworkACL, ID: string(req.NetworkACLID)}
	return state("network-acl-entry", acl, string(req.RuleNumber), map[string]detect.ACLEntry{"entry": entry})
}

// goodRoute returns the route that a harmless event left in a route table.
func goodRoute(ev *cloudtrail.Event) (detect.State, bool) {
	if ev.Name != createRoute && ev.Name != replaceRoute {
		return detect.State{}, false
	}
	req, err := cloudtrail.RequestOf[routeRequest](ev)
	destination := string(req.DestinationCIDRBlock + req.DestinationIPv6CIDRBlock)
	if err != nil || req.RouteTableID == "" || destination == "" {
		return detect.State{}, false
	}
	table := detect.Resource{Type: detect.RouteTable, ID: string(req.RouteTableID)}
	return state("route", table, masked(destination), map[string]detect.Route{"route": req.route()})
}

func state(aspect string, resource detect.Resource, name string, value any) (detect.State, bool) {
	raw, err := json.Marshal(value)
	return detect.State{Aspect: aspect, Resource: resource, Name: name, State: raw}, err == nil
}

// masked returns a range of addresses in the spelling that EC2 gives it.
func masked(cidr string) string {
	p, err := netip.ParsePrefix(cidr)
	if err != nil {
		return cidr
	}
	return p.Masked().String()
}
