package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	createMirrorSession = "CreateTrafficMirrorSession"
	modifyMirrorSession = "ModifyTrafficMirrorSession"
	createMirrorTarget  = "CreateTrafficMirrorTarget"
	createMirrorFilter  = "CreateTrafficMirrorFilter"
	createFilterRule    = "CreateTrafficMirrorFilterRule"
)

// TrafficMirrored fires when a machine's packets are copied to somewhere else.
func TrafficMirrored() *detect.Rule {
	return &detect.Rule{
		ID:       "NET-005",
		Title:    "Network traffic mirrored",
		Class:    "traffic-mirroring",
		Severity: detect.High,
		Doc: `**Why it matters.** A mirror session copies every packet of a machine to whoever listens at the target:
passwords, tokens and data that travel without encryption inside the network, and the machine notices nothing.

A session, and one that gets another target, are high. A target alone is low, and so are a filter and its rules, which
say what a session copies: nothing is copied yet.

**False positives.** Network monitoring and intrusion detection, which are set up once and by somebody known.

**What to do.** Ask the caller. Delete the session, look at who reads the target, and change the credentials that went
over the mirrored interface without encryption since the event.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1040", URL: "https://attack.mitre.org/techniques/T1040/"},
			{
				Kind: "AWS", Name: "What is Traffic Mirroring?",
				URL: "https://docs.aws.amazon.com/vpc/latest/mirroring/what-is-traffic-mirroring.html",
			},
		},
		Pattern: detect.Pattern{{Source: ec2Source, Names: []string{
			createMirrorSession, modifyMirrorSession, createMirrorTarget, createMirrorFilter, createFilterRule,
		}}},
		Actions: []string{"delete-traffic-mirror-session"},
		Match:   matchTrafficMirrored,
	}
}

func matchTrafficMirrored(ev *cloudtrail.Event) ([]detect.Finding, error) {
	if ev.Name == createMirrorFilter || ev.Name == createFilterRule {
		return mirrorPrepared(ev), nil
	}
	req, err := cloudtrail.RequestOf[struct {
		NetworkInterfaceID, TrafficMirrorTargetID, TrafficMirrorSessionID cloudtrail.Text
		NetworkLoadBalancerARN, GatewayLoadBalancerEndpointID             cloudtrail.Text
		TrafficMirrorFilterID, SessionNumber                              cloudtrail.Text
	}](ev)
	if err != nil {
		return nil, err
	}
	target := string(req.TrafficMirrorTargetID)
	f := detect.Finding{Severity: detect.High, Actions: []string{}}
	switch ev.Name {
	case createMirrorTarget:
		id := string(req.NetworkInterfaceID + req.NetworkLoadBalancerARN + req.GatewayLoadBalancerEndpointID)
		if id == "" {
			return nil, errors.New("request parameters: no target")
		}
		f.Severity = detect.Low
		f.Resource = detect.Resource{Type: detect.MirrorTarget, ID: id}
		f.Summary = detect.Text(id) + " became a target for copies of network traffic"
	case modifyMirrorSession:
		if target == "" {
			return nil, nil
		}
		f.Resource = detect.Resource{Type: detect.MirrorSession, ID: string(req.TrafficMirrorSessionID)}
		f.Summary = fmt.Sprintf("the copies of mirror session %s go to the target %s now",
			detect.Text(f.Resource.ID), detect.Text(target))
	default:
		if req.NetworkInterfaceID == "" || target == "" {
			return nil, errors.New("request parameters: no networkInterfaceId or no trafficMirrorTargetId")
		}
		f.Resource = detect.Resource{Type: detect.NetworkInterface, ID: string(req.NetworkInterfaceID)}
		if number, err := strconv.ParseInt(string(req.SessionNumber), 10, 32); err == nil && req.TrafficMirrorFilterID != "" {
			session := detect.MirrorOf{Number: int32(number), Target: target, Filter: string(req.TrafficMirrorFilterID)}
			raw, err := json.Marshal(session)
			if err != nil {
				return nil, err
			}
			f.Params, f.Actions = map[string]string{detect.ParamMirror: string(raw)}, nil
		}
		f.Summary = fmt.Sprintf("the traffic of network interface %s is copied to the target %s",
			detect.Text(f.Resource.ID), detect.Text(target))
	}
	f.Severity = caller.Tempered(ev, f.Severity)
	f.Summary += caller.Through(ev)
	return []detect.Finding{f}, nil
}

// mirrorPrepared tells of a filter of packets, for which there is no use but mirroring. What it lets through does not
// matter before a session uses it.
func mirrorPrepared(ev *cloudtrail.Event) []detect.Finding {
	return []detect.Finding{{
		Severity: caller.Tempered(ev, detect.Low),
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary:  "a filter for copies of network traffic was written by " + detect.Text(ev.Identity.Name()) + caller.Through(ev),
	}}
}
