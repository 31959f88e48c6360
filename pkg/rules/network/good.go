package network

import (
	"encoding/json"
	"net/netip"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodRules returns the inbound rules that an event left in a security group. Whether one that was modified is inbound the
// event does not say; whoever goes back to it has to look.
func goodRules(ev *cloudtrail.Event) []detect.State {
	read := authorized
	if ev.Name == modifyRules {
		read = modified
	}
	made, err := read(ev)
	if err != nil {
		return nil
	}
	var states []detect.State
	for _, o := range made {
		if o.group == "" || o.rule.ID == "" || o.rule.Egress {
			continue
		}
		var value any = o.rule
		if o.rule.CIDRIPv4+o.rule.CIDRIPv6 == "" {
			value = nil // it names a group or a list of prefixes now: what is known of it from before holds no longer
		}
		if s, ok := state("security-group-rule", detect.Resource{Type: detect.SecurityGroup, ID: o.group}, o.rule.ID, value); ok {
			states = append(states, s)
		}
	}
	return states
}

// goodEntry returns the inbound entry that an event left in a network ACL, or that there is none of the number any more.
func goodEntry(ev *cloudtrail.Event) (detect.State, bool) {
	switch ev.Name {
	case createACLEntry, replaceACLEntry, deleteACLEntry:
	default:
		return detect.State{}, false
	}
	req, err := cloudtrail.RequestOf[aclRequest](ev)
	if err != nil || req.NetworkACLID == "" || req.RuleNumber == "" || bool(req.Egress) {
		return detect.State{}, false
	}
	acl := detect.Resource{Type: detect.NetworkACL, ID: string(req.NetworkACLID)}
	if ev.Name == deleteACLEntry {
		return state("network-acl-entry", acl, string(req.RuleNumber), map[string]*detect.ACLEntry{"entry": nil})
	}
	entry, err := req.entry()
	if err != nil {
		return detect.State{}, false
	}
	return state("network-acl-entry", acl, string(req.RuleNumber), map[string]detect.ACLEntry{"entry": entry})
}

// goodRoute returns the route that an event left in a route table.
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
	if req.target == (target{}) {
		return state("route", table, masked(destination), nil) // where it leads now is not to be expressed
	}
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
