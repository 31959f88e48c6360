package engine

import (
	"encoding/json"
	"net/netip"
	"slices"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// withinNetwork reports whether the route, the entry or the mirror session of a call is the one of the incident's event, or
// one that a change of it found or wanted. A principal who undid a change may have made another one next to it.
func withinNetwork(in ledger.Incident, f detect.Finding) bool {
	return withinRoutes(in, f) && withinEntries(in, f) && withinMirrors(in, f)
}

// withinRoutes compares what the call says: EC2 tells an instance and its network interface, and a request names one.
func withinRoutes(in ledger.Incident, f detect.Finding) bool {
	known, now, told := partsOf[detect.Route](in, f, detect.ParamRoute, "route")
	if !told {
		return true
	}
	return now != nil && slices.ContainsFunc(known, func(was detect.Route) bool {
		for _, pair := range [][2]string{
			{masked(now.DestinationIPv4), masked(was.DestinationIPv4)},
			{masked(now.DestinationIPv6), masked(was.DestinationIPv6)},
			{now.Gateway, was.Gateway},
			{now.Instance, was.Instance},
			{now.NetworkInterface, was.NetworkInterface},
			{now.NATGateway, was.NATGateway},
			{now.EgressOnly, was.EgressOnly},
			{now.Peering, was.Peering},
			{now.TransitGateway, was.TransitGateway},
			{now.LocalGateway, was.LocalGateway},
			{now.CarrierGateway, was.CarrierGateway},
			{now.CoreNetwork, was.CoreNetwork},
		} {
			if pair[0] != "" && pair[0] != pair[1] {
				return false
			}
		}
		return true
	})
}

func withinEntries(in ledger.Incident, f detect.Finding) bool {
	known, now, told := partsOf[detect.ACLEntry](in, f, detect.ParamACLEntry, "entry")
	return !told || now != nil && slices.Contains(known, *now)
}

func withinMirrors(in ledger.Incident, f detect.Finding) bool {
	known, now, told := partsOf[detect.MirrorOf](in, f, detect.ParamMirror, "")
	return !told || now != nil && slices.Contains(known, *now)
}

// partsOf returns the parts that an incident knows, from its event and under a name in the states of its changes, and the
// one of a finding: nil where it cannot be read. told is false where the finding names none.
func partsOf[T any](in ledger.Incident, f detect.Finding, param, name string) (known []T, now *T, told bool) {
	if f.Params[param] == "" {
		return nil, nil, false
	}
	if json.Unmarshal([]byte(f.Params[param]), &now) != nil {
		return nil, nil, true
	}
	var was *T
	if json.Unmarshal([]byte(in.Finding.Params[param]), &was) == nil && was != nil {
		known = append(known, *was)
	}
	for _, c := range in.Changes {
		for _, raw := range []json.RawMessage{c.Before, c.After} {
			var state map[string]*T
			if json.Unmarshal(raw, &state) == nil && state[name] != nil {
				known = append(known, *state[name])
			}
		}
	}
	return known, now, true
}

// masked returns a range of addresses in the spelling that EC2 gives it.
func masked(text string) string {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return text
	}
	return p.Masked().String()
}
