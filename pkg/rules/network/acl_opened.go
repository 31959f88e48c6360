package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	createACLEntry        = "CreateNetworkAclEntry"
	replaceACLEntry       = "ReplaceNetworkAclEntry"
	deleteACLEntry        = "DeleteNetworkAclEntry"
	replaceACLAssociation = "ReplaceNetworkAclAssociation"
	createACL             = "CreateNetworkAcl"
	deleteACL             = "DeleteNetworkAcl"
)

// ACLOpened fires when a network ACL comes to let in the whole Internet, or loses what kept something out.
func ACLOpened() *detect.Rule {
	return &detect.Rule{
		ID:       "NET-002",
		Title:    "Network ACL opened or replaced",
		Class:    "nacl-changed-or-open",
		Severity: detect.High,
		Doc: `**Why it matters.** A network ACL is the second fence around a subnet, and often the only one that denies:
what it lets in reaches every security group behind it that was written with the fence in mind.

An inbound entry that allows the world is judged by its ports: all traffic and the ports of shells, desktops, databases
and clusters are high, others medium, ping and the range of return ports (from 1024 or above to the last one, or Linux's
from 32768) low; TCP 80 and 443 stay quiet.
Deleting an inbound entry and giving a subnet another ACL are info: the event does not carry what stood there before.
So are new ACLs, which let nothing in, and unused ones that are deleted, where a person does it. Entries that deny and
outbound entries are no findings.

**False positives.** Subnets that leave filtering to security groups, as the default ACL does; public services.

**What to do.** Ask the caller which traffic the entry is for and narrow it to that. Look at the numbers of the entries:
the lowest that fits decides, so that a new allow before an old deny undoes it. Riposte takes back an entry that was added; one
that took the place of another only where it knows what stood there before.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1562.007", URL: "https://attack.mitre.org/techniques/T1562/007/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.11, 5.1", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Network ACL rules",
				URL: "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html",
			},
		},
		Pattern: detect.Pattern{{
			Source: ec2Source,
			Names:  []string{createACLEntry, replaceACLEntry, deleteACLEntry, replaceACLAssociation, createACL, deleteACL},
		}},
		Actions: []string{"delete-network-acl-entry"},
		Good:    goodEntry,
		Match:   matchACLOpened,
	}
}

func matchACLOpened(ev *cloudtrail.Event) ([]detect.Finding, error) {
	switch ev.Name {
	case replaceACLAssociation:
		return aclAssociated(ev)
	case createACL, deleteACL:
		return aclByHand(ev)
	}
	req, err := cloudtrail.RequestOf[aclRequest](ev)
	if err != nil {
		return nil, err
	}
	if req.NetworkACLID == "" {
		return nil, errors.New("request parameters: no networkAclId")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.NetworkACL, ID: string(req.NetworkACLID)}, Actions: []string{}}
	entry := fmt.Sprintf("entry %s of network ACL %s", detect.Text(string(req.RuleNumber)), detect.Text(f.Resource.ID))
	switch {
	case bool(req.Egress):
		return nil, nil
	case ev.Name == deleteACLEntry:
		f.Severity = detect.Info
		f.Summary = "inbound " + entry + " was deleted; the event does not tell what it denied or allowed" + caller.Through(ev)
		return []detect.Finding{f}, nil
	case req.RuleAction == "":
		return nil, errors.New("request parameters: no ruleAction")
	case strings.EqualFold(string(req.RuleAction), "deny"):
		return nil, nil
	}
	rule, err := ruleOf(req.ACLProtocol, req.PortRange.From, req.PortRange.To)
	if err != nil {
		return nil, fmt.Errorf("request parameters: %w", err)
	}
	rule.CIDRIPv4, rule.CIDRIPv6 = string(req.CIDRBlock), string(req.IPv6CIDRBlock)
	if rule.CIDRIPv4+rule.CIDRIPv6 == "" {
		return nil, errors.New("request parameters: no cidrBlock and no ipv6CidrBlock")
	}
	world, err := toWorld(opening{string(req.NetworkACLID), rule})
	if err != nil || !world {
		return nil, err
	}
	if err := req.actable(&f); err != nil {
		return nil, err
	}
	f.Severity = caller.Tempered(ev, aclSeverity(rule))
	f.Summary = fmt.Sprintf("%s lets in %s%s", entry, described(rule), caller.Through(ev))
	return []detect.Finding{f}, nil
}

// aclRequest is the part of a request that says what an entry is.
type aclRequest struct {
	NetworkACLID, RuleNumber, RuleAction, ACLProtocol, CIDRBlock, IPv6CIDRBlock cloudtrail.Text
	Egress                                                                      cloudtrail.Flag
	PortRange                                                                   struct{ From, To cloudtrail.Text }
	ICMPTypeCode                                                                struct{ Type, Code cloudtrail.Text }
}

// actable puts into a finding what an action needs, where the request says all of it.
func (r aclRequest) actable(f *detect.Finding) error {
	entry, err := r.entry()
	if err != nil {
		return nil //nolint:nilerr // the finding stands; only no action answers it
	}
	raw, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	f.Params, f.Actions = map[string]string{detect.ParamACLEntry: string(raw), detect.ParamPart: string(r.RuleNumber)}, nil
	return nil
}

// entry returns the entry for an action; an error where the request does not say all of it.
func (r aclRequest) entry() (detect.ACLEntry, error) {
	e := detect.ACLEntry{
		Egress: bool(r.Egress), Allow: strings.EqualFold(string(r.RuleAction), "allow"), Protocol: string(r.ACLProtocol),
		FromPort: -1, ToPort: -1, ICMPType: -1, ICMPCode: -1, CIDRIPv4: string(r.CIDRBlock), CIDRIPv6: string(r.IPv6CIDRBlock),
	}
	if r.RuleNumber == "" || r.RuleAction == "" || e.CIDRIPv4+e.CIDRIPv6 == "" {
		return e, errors.New("request parameters: no number, no action or no range of addresses")
	}
	for _, n := range []struct {
		text cloudtrail.Text
		to   *int32
	}{
		{r.RuleNumber, &e.Number},
		{r.PortRange.From, &e.FromPort},
		{r.PortRange.To, &e.ToPort},
		{r.ICMPTypeCode.Type, &e.ICMPType},
		{r.ICMPTypeCode.Code, &e.ICMPCode},
	} {
		if n.text == "" {
			continue
		}
		value, err := strconv.ParseInt(string(n.text), 10, 32)
		if err != nil {
			return e, fmt.Errorf("request parameters: %q is no number", detect.Text(string(n.text)))
		}
		*n.to = int32(value)
	}
	return e, nil
}

// aclSeverity says how grave an entry is. An ACL keeps no state, so that the answers to a subnet's own calls need the
// return ports; and behind it there are security groups, so that nothing is critical.
func aclSeverity(r detect.SecurityGroupRule) detect.Severity {
	const firstReturnPort, firstOfLinux, few = 1024, 32768, 10000
	protocol := protocolName(r.Protocol)
	from, to := ports(r)
	returns := from >= firstReturnPort && to == lastPort || from >= firstOfLinux && to-from >= few
	if returns && (protocol == "tcp" || protocol == "udp") {
		return detect.Low
	}
	return min(severityOf(r), detect.High)
}

func aclAssociated(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ NetworkACLID, AssociationID cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	if req.NetworkACLID == "" {
		return nil, errors.New("request parameters: no networkAclId")
	}
	return []detect.Finding{{
		Severity: detect.Info,
		Resource: detect.Resource{Type: detect.NetworkACL, ID: string(req.NetworkACLID)},
		Actions:  []string{},
		Summary: fmt.Sprintf("network ACL %s took the place of another on a subnet (%s)%s",
			detect.Text(string(req.NetworkACLID)), detect.Text(string(req.AssociationID)), caller.Through(ev)),
	}}, nil
}

// aclByHand tells of an ACL that a person made or deleted.
func aclByHand(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ NetworkACLID, VPCID cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	r := detect.Resource{Type: detect.NetworkACL, ID: string(req.NetworkACLID)}
	if ev.Name == createACL {
		r = detect.Resource{Type: detect.VPC, ID: string(req.VPCID)}
	}
	switch {
	case r.ID == "":
		return nil, errors.New("request parameters: no networkAclId or no vpcId")
	case !caller.ByHand(ev):
		return nil, nil
	}
	return []detect.Finding{{
		Severity: detect.Info,
		Resource: r,
		Summary:  fmt.Sprintf("%s on %s by %s", detect.Text(ev.Name), detect.Text(r.ID), detect.Text(ev.Identity.Name())),
	}}, nil
}
