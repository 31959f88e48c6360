package network

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

const (
	authorizeEgress   = "AuthorizeSecurityGroupEgress"
	authorizeDBGroup  = "AuthorizeDBSecurityGroupIngress"
	setBalancerGroups = "SetSecurityGroups"
	applyGroups       = "ApplySecurityGroupsToLoadBalancer"
)

// SecurityGroupChanged fires when a security group changes what is reachable, short of the whole world.
func SecurityGroupChanged() *detect.Rule {
	return &detect.Rule{
		ID:       "NET-004",
		Title:    "Security group changed",
		Class:    "sg-changed-generic",
		Severity: detect.Info,
		Doc: `**Why it matters.** An intruder who knows that open ports are watched lets in their own address only, or
another account's group, or opens the way out for what they steal.

Addresses of the Internet that are let in at ports of shells, desktops, databases and clusters are low, and so is a group
of another account; other public addresses, new ways out to the whole Internet and other groups on a load balancer are
info: for a digest, not for a page. So are groups that a person makes or deletes in a session, and rules taken away
by hand, of which the benchmarks ask to hear. What opens to the world is NET-001's. Private addresses and the account's
own groups are no findings.

**False positives.** An office's or a partner's address; deployments that write the default outbound rule.

**What to do.** Make sure that somebody knows the address, and let it end when it is not needed any more.`,
		Refs: []detect.Ref{
			{Kind: "ATT&CK", Name: "T1562.007", URL: "https://attack.mitre.org/techniques/T1562/007/"},
			{Kind: "CIS", Name: "CIS AWS Foundations 4.10", URL: "https://www.cisecurity.org/benchmark/amazon_web_services"},
			{
				Kind: "AWS", Name: "Control traffic with security groups",
				URL: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
			},
		},
		Pattern: detect.Pattern{
			{Source: ec2Source, Names: []string{
				authorizeIngress, authorizeEgress, modifyRules,
				"RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup",
			}},
			{Source: "elasticloadbalancing.amazonaws.com", Names: []string{setBalancerGroups, applyGroups}},
			{Source: "rds.amazonaws.com", Names: []string{authorizeDBGroup}},
		},
		Match: matchSecurityGroupChanged,
	}
}

func matchSecurityGroupChanged(ev *cloudtrail.Event) ([]detect.Finding, error) {
	switch ev.Name {
	case setBalancerGroups, applyGroups:
		return balancerGroups(ev)
	case authorizeDBGroup:
		return databaseGroup(ev)
	case authorizeEgress:
		return wayOut(ev)
	case authorizeIngress, modifyRules:
		return letIn(ev)
	}
	return groupChangedByHand(ev)
}

// groupChangedByHand tells of groups that a person made or deleted in a session, and of rules taken away.
func groupChangedByHand(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct{ GroupID, GroupName cloudtrail.Text }](ev)
	if err != nil {
		return nil, err
	}
	group := string(req.GroupID)
	if group == "" {
		group = string(req.GroupName)
	}
	switch {
	case group == "":
		return nil, errors.New("request parameters: no groupId or groupName")
	case !caller.ByHand(ev):
		return nil, nil
	}
	return []detect.Finding{{
		Severity: detect.Info,
		Resource: detect.Resource{Type: detect.SecurityGroup, ID: group},
		Summary:  fmt.Sprintf("%s on security group %s by %s", detect.Text(ev.Name), detect.Text(group), detect.Text(ev.Identity.Name())),
	}}, nil
}

// letIn judges inbound rules. What it cannot read NET-001 reports, which reads the same events.
func letIn(ev *cloudtrail.Event) ([]detect.Finding, error) {
	read := authorized
	if ev.Name == modifyRules {
		read = modified
	}
	made, err := read(ev)
	switch {
	case errors.Is(err, cloudtrail.ErrOmitted):
		return unseenChange(ev), nil
	case err != nil:
		return nil, nil //nolint:nilerr // NET-001 reports the same error
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.SecurityGroup}}
	for _, o := range made {
		cidr := o.rule.CIDRIPv4 + o.rule.CIDRIPv6
		if world, err := toWorld(o); world || err != nil {
			return nil, nil //nolint:nilerr // NET-001 reports it
		}
		if o.rule.Egress || forPublic(o.rule) || !public(cidr) {
			continue
		}
		severity := detect.Info
		if severityOf(o.rule) >= detect.High {
			severity = detect.Low
		}
		if severity > f.Severity {
			f.Severity, f.Resource.ID = severity, o.group
			f.Summary = fmt.Sprintf("security group %s lets in %s", detect.Text(o.group), described(o.rule))
		}
	}
	if group, owner := strangersGroup(ev); owner != "" && f.Severity < detect.Low {
		f.Severity, f.Resource.ID = detect.Low, group
		f.Summary = fmt.Sprintf("security group %s lets in a group of account %s", detect.Text(group), detect.Text(owner))
	}
	return told(ev, f), nil
}

// unseenChange tells that a group changed where the record leaves out how. What it opened NET-001 cannot judge either, and
// says so; this much is certain.
func unseenChange(ev *cloudtrail.Event) []detect.Finding {
	return told(ev, detect.Finding{
		Severity: detect.Info,
		Resource: detect.Resource{Type: detect.Account, ID: ev.Account},
		Summary:  fmt.Sprintf("%s by %s; the record does not show on which security group", detect.Text(ev.Name), detect.Text(ev.Identity.Name())),
	})
}

// told returns a finding as a list: empty where nothing was found, or where a service did what is not grave.
func told(ev *cloudtrail.Event, f detect.Finding) []detect.Finding {
	if f.Severity == detect.Inherit || f.Severity <= detect.Low && caller.Service(ev) != "" {
		return nil
	}
	return []detect.Finding{f}
}

// strangersGroup returns the group that lets in a group of another account, and that account.
func strangersGroup(ev *cloudtrail.Event) (group, owner string) {
	req, err := cloudtrail.RequestOf[struct {
		GroupID, GroupName, SourceSecurityGroupOwnerID cloudtrail.Text
		IPPermissions                                  cloudtrail.List[struct {
			Groups cloudtrail.List[struct{ UserID cloudtrail.Text }]
		}]
	}](ev)
	if err != nil {
		return "", ""
	}
	group = string(req.GroupID)
	if group == "" {
		group = string(req.GroupName)
	}
	owners := []cloudtrail.Text{req.SourceSecurityGroupOwnerID}
	for _, p := range req.IPPermissions {
		for _, g := range p.Groups {
			owners = append(owners, g.UserID)
		}
	}
	for _, o := range owners {
		if o != "" && !ev.Inside(string(o)) {
			return group, string(o)
		}
	}
	return "", ""
}

// public reports whether a CIDR lies in the Internet.
func public(cidr string) bool {
	address, _, _ := strings.Cut(strings.TrimSpace(cidr), "/")
	addr, err := netip.ParseAddr(address)
	return err == nil && !addr.IsPrivate() && !addr.IsLoopback() && !addr.IsLinkLocalUnicast() && !sharedSpace().Contains(addr)
}

// sharedSpace is the range that networks of providers use among themselves, and EKS for pods.
func sharedSpace() netip.Prefix { return netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10) }

func wayOut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	made, err := authorized(ev)
	if err != nil {
		return nil, err
	}
	for _, o := range made {
		world, err := fromWorld(o.rule.CIDRIPv4 + o.rule.CIDRIPv6)
		if err != nil {
			return nil, fmt.Errorf("rule of %s: %w", detect.Text(o.group), err)
		}
		if world && !forPublic(o.rule) {
			return told(ev, detect.Finding{
				Severity: detect.Info,
				Resource: detect.Resource{Type: detect.SecurityGroup, ID: o.group},
				Summary: fmt.Sprintf("security group %s lets out %s", detect.Text(o.group),
					strings.Replace(described(o.rule), " from ", " to ", 1)),
			}), nil
		}
	}
	return nil, nil
}

func databaseGroup(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		DBSecurityGroupName, CIDRIP, EC2SecurityGroupOwnerID cloudtrail.Text
	}](ev)
	if err != nil {
		return nil, err
	}
	group, cidr, owner := string(req.DBSecurityGroupName), string(req.CIDRIP), string(req.EC2SecurityGroupOwnerID)
	if group == "" {
		return nil, errors.New("request parameters: no dBSecurityGroupName")
	}
	f := detect.Finding{Resource: detect.Resource{Type: detect.DBSecurityGroup, ID: group}}
	world, err := fromWorld(cidr)
	switch {
	case err != nil:
		return nil, err
	case world:
		f.Severity = detect.High
	case public(cidr):
		f.Severity = detect.Low
	case owner != "" && !ev.Inside(owner):
		f.Severity, cidr = detect.Low, "account "+owner
	}
	f.Summary = fmt.Sprintf("database security group %s lets in %s", detect.Text(group), detect.Text(cidr))
	return told(ev, f), nil
}

func balancerGroups(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		LoadBalancerARN, LoadBalancerName cloudtrail.Text
		SecurityGroups                    cloudtrail.List[cloudtrail.Text]
	}](ev)
	if err != nil {
		return nil, err
	}
	id := string(req.LoadBalancerARN + req.LoadBalancerName)
	if id == "" {
		return nil, errors.New("request parameters: no load balancer")
	}
	return told(ev, detect.Finding{
		Severity: detect.Info,
		Resource: detect.Resource{Type: detect.LoadBalancer, ID: id},
		Summary: fmt.Sprintf("load balancer %s has other security groups: %s",
			detect.Text(id), listed(req.SecurityGroups)),
	}), nil
}

// listed returns the first of several names for a sentence.
func listed(names []cloudtrail.Text) string {
	const most = 3
	var out []string
	for _, n := range names[:min(len(names), most)] {
		out = append(out, detect.Text(string(n)))
	}
	text := strings.Join(out, ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
