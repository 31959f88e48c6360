package network

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

func ec2Client(cfg aws.Config) *ec2.Client { return ec2.NewFromConfig(cfg) }

// DeleteNetworkACLEntry takes back an entry of a network ACL. The aspect is what stands under the number and the direction of
// the event's entry.
func DeleteNetworkACLEntry(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*ec2.Client, aclEntry]{
		Action: actions.DeleteNetworkACLEntry(),
		Lens: remedy.Lens[*ec2.Client, aclEntry]{
			Client: access.Client(accounts, ec2Client),
			Read:   readACLEntry,
			Write:  writeACLEntry,
			Equal:  aclEntry.equal,
		},
		Find: func(f detect.Finding) (remedy.Target, error) {
			t := remedy.TargetOf(f, detect.ParamACLEntry, detect.ParamPart)
			if f.Resource.Type != detect.NetworkACL || !strings.HasPrefix(t.ID, "acl-") {
				return t, remedy.Refuse("%s is no network ACL with an id", f.Resource)
			}
			_, err := entryOf(t)
			return t, err
		},
		Want: func(_ context.Context, _ *ec2.Client, f detect.Finding, t remedy.Target, before aclEntry) (aclEntry, error) {
			return wantACLEntry(f, t, before, nil)
		},
		Aspect: "network-acl-entry",
		Restore: func(_ context.Context, _ *ec2.Client, f detect.Finding, t remedy.Target, before, good aclEntry) (aclEntry, error) {
			return wantACLEntry(f, t, before, &good)
		},
		Summary: func(t remedy.Target, before, after aclEntry) string {
			if after.Entry == nil {
				return fmt.Sprintf("network ACL %s: deleted %s", t.ID, before)
			}
			return fmt.Sprintf("network ACL %s: %s → %s", t.ID, before, after)
		},
		Nothing: func(t remedy.Target, live aclEntry) string {
			return fmt.Sprintf("network ACL %s no longer has the entry of the event: it has %s there", t.ID, live)
		},
	})
}

// wantACLEntry wants nothing where the event added its entry, and what is known to be good where it replaced one. An entry
// that is not the event's any more stays.
func wantACLEntry(f detect.Finding, t remedy.Target, before aclEntry, good *aclEntry) (aclEntry, error) {
	made, err := entryOf(t)
	if err != nil {
		return before, err
	}
	switch {
	case !before.equal(aclEntry{&made}):
		return before, nil
	case f.Event.Name == "CreateNetworkAclEntry":
		return aclEntry{}, nil
	case f.Event.Name != "ReplaceNetworkAclEntry":
		return before, remedy.Refuse("network ACL %s was changed by %s, which this does not answer", t.ID, f.Event.Name)
	case good == nil || good.Entry == nil:
		return before, remedy.Refuse("network ACL %s: nobody knows what entry %d was before it was replaced", t.ID, made.Number)
	}
	if good.Entry.Number != made.Number || good.Entry.Egress {
		return before, remedy.Refuse("network ACL %s: what is known of the entry before, %s, is of another entry", t.ID, good)
	}
	return *good, nil
}

func readACLEntry(ctx context.Context, api *ec2.Client, t remedy.Target) (aclEntry, error) {
	made, err := entryOf(t)
	if err != nil {
		return aclEntry{}, err
	}
	out, err := api.DescribeNetworkAcls(ctx, &ec2.DescribeNetworkAclsInput{NetworkAclIds: []string{t.ID}})
	if err != nil {
		return aclEntry{}, notFound(err)
	}
	for _, acl := range out.NetworkAcls {
		if aws.ToString(acl.NetworkAclId) != t.ID {
			continue
		}
		for _, e := range acl.Entries {
			if entry := liveEntry(e); entry.Number == made.Number && !entry.Egress {
				return aclEntry{&entry}, nil
			}
		}
		return aclEntry{}, nil
	}
	return aclEntry{}, remedy.ErrGone
}

func writeACLEntry(ctx context.Context, api *ec2.Client, t remedy.Target, from, to aclEntry) error {
	made, err := entryOf(t)
	if err != nil {
		return err
	}
	acl := aws.String(t.ID)
	if to.Entry == nil {
		_, err := api.DeleteNetworkAclEntry(ctx, &ec2.DeleteNetworkAclEntryInput{
			NetworkAclId: acl, RuleNumber: aws.Int32(made.Number), Egress: aws.Bool(false),
		})
		if coded(err, "InvalidNetworkAclEntry.NotFound") {
			return nil // deleted meanwhile
		}
		return notFound(err)
	}
	in := requestOf(*to.Entry)
	in.NetworkAclId = acl
	if from.Entry == nil {
		_, err := api.CreateNetworkAclEntry(ctx, &in)
		return notFound(err)
	}
	_, err = api.ReplaceNetworkAclEntry(ctx, &ec2.ReplaceNetworkAclEntryInput{
		NetworkAclId: acl, RuleNumber: in.RuleNumber, Egress: in.Egress, RuleAction: in.RuleAction, Protocol: in.Protocol,
		PortRange: in.PortRange, IcmpTypeCode: in.IcmpTypeCode, CidrBlock: in.CidrBlock, Ipv6CidrBlock: in.Ipv6CidrBlock,
	})
	return notFound(err)
}

// requestOf returns an entry as a request to make it, without its network ACL.
func requestOf(e detect.ACLEntry) ec2.CreateNetworkAclEntryInput {
	e = spelled(e)
	in := ec2.CreateNetworkAclEntryInput{
		RuleNumber: aws.Int32(e.Number), Egress: aws.Bool(e.Egress), RuleAction: types.RuleActionDeny, Protocol: aws.String(numbered(e.Protocol)),
	}
	if e.Allow {
		in.RuleAction = types.RuleActionAllow
	}
	if e.Protocol == "tcp" || e.Protocol == "udp" {
		in.PortRange = &types.PortRange{From: aws.Int32(e.FromPort), To: aws.Int32(e.ToPort)}
	}
	if e.Protocol == "icmp" || e.Protocol == "icmpv6" {
		in.IcmpTypeCode = &types.IcmpTypeCode{Type: aws.Int32(e.ICMPType), Code: aws.Int32(e.ICMPCode)}
	}
	if e.CIDRIPv6 != "" {
		in.Ipv6CidrBlock = aws.String(e.CIDRIPv6)
	} else {
		in.CidrBlock = aws.String(e.CIDRIPv4)
	}
	return in
}

// notFound turns EC2's words for what is missing into remedy.ErrGone and leaves other errors alone.
func notFound(err error) error {
	return access.Gone(err, "InvalidNetworkAclID.NotFound", "InvalidNetworkAclId.NotFound", "InvalidRouteTableID.NotFound", "InvalidRouteTableId.NotFound")
}
