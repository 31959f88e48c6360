package simaws

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// networkACL is a network ACL with its entries in the order in which they were made.
type networkACL struct {
	region  string
	entries []types.NetworkAclEntry
}

func networkACLHandlers() handlers {
	h := handlers{}
	reads(h, describeNetworkACLs)
	writes(h, createNetworkACL)
	writes(h, deleteNetworkACL)
	writes(h, createNetworkACLEntry)
	writes(h, replaceNetworkACLEntry)
	writes(h, deleteNetworkACLEntry)
	return h
}

func (r *request) networkACL(id *string) (*networkACL, error) {
	acl, ok := r.networkACLs[aws.ToString(id)]
	if !ok || acl.region != r.region {
		return nil, ec2Error("InvalidNetworkAclID.NotFound", "The networkAcl ID '"+aws.ToString(id)+"' does not exist")
	}
	return acl, nil
}

// index returns where the entry of a number and a direction stands, -1 where there is none.
func (acl *networkACL) index(number *int32, egress *bool) int {
	return slices.IndexFunc(acl.entries, func(e types.NetworkAclEntry) bool {
		return *e.RuleNumber == *number && *e.Egress == *egress
	})
}

func describeNetworkACLs(r *request, in *ec2.DescribeNetworkAclsInput) (*ec2.DescribeNetworkAclsOutput, error) {
	out := &ec2.DescribeNetworkAclsOutput{}
	for _, id := range in.NetworkAclIds {
		acl, err := r.networkACL(&id)
		if err != nil {
			return nil, err
		}
		out.NetworkAcls = append(out.NetworkAcls, types.NetworkAcl{NetworkAclId: aws.String(id), Entries: slices.Clone(acl.entries)})
	}
	return out, nil
}

func createNetworkACL(r *request, _ *ec2.CreateNetworkAclInput) (*ec2.CreateNetworkAclOutput, error) {
	id := r.newID("acl-%017x")
	r.networkACLs[id] = &networkACL{region: r.region}
	return &ec2.CreateNetworkAclOutput{NetworkAcl: &types.NetworkAcl{NetworkAclId: aws.String(id)}}, nil
}

func deleteNetworkACL(r *request, in *ec2.DeleteNetworkAclInput) (*ec2.DeleteNetworkAclOutput, error) {
	if _, err := r.networkACL(in.NetworkAclId); err != nil {
		return nil, err
	}
	delete(r.networkACLs, *in.NetworkAclId)
	return &ec2.DeleteNetworkAclOutput{}, nil
}

func createNetworkACLEntry(r *request, in *ec2.CreateNetworkAclEntryInput) (*ec2.CreateNetworkAclEntryOutput, error) {
	acl, err := r.networkACL(in.NetworkAclId)
	if err != nil {
		return nil, err
	}
	if acl.index(in.RuleNumber, in.Egress) >= 0 {
		return nil, ec2Error("NetworkAclEntryAlreadyExists", "The network acl entry identified by its number already exists.")
	}
	acl.entries = append(acl.entries, types.NetworkAclEntry{
		RuleNumber: in.RuleNumber, Egress: in.Egress, RuleAction: in.RuleAction, Protocol: in.Protocol,
		PortRange: in.PortRange, IcmpTypeCode: in.IcmpTypeCode, CidrBlock: in.CidrBlock, Ipv6CidrBlock: in.Ipv6CidrBlock,
	})
	return &ec2.CreateNetworkAclEntryOutput{}, nil
}

func replaceNetworkACLEntry(r *request, in *ec2.ReplaceNetworkAclEntryInput) (*ec2.ReplaceNetworkAclEntryOutput, error) {
	acl, err := r.networkACL(in.NetworkAclId)
	if err != nil {
		return nil, err
	}
	n := acl.index(in.RuleNumber, in.Egress)
	if n < 0 {
		return nil, ec2Error("InvalidNetworkAclEntry.NotFound", "The specified network acl entry does not exist")
	}
	acl.entries[n] = types.NetworkAclEntry{
		RuleNumber: in.RuleNumber, Egress: in.Egress, RuleAction: in.RuleAction, Protocol: in.Protocol,
		PortRange: in.PortRange, IcmpTypeCode: in.IcmpTypeCode, CidrBlock: in.CidrBlock, Ipv6CidrBlock: in.Ipv6CidrBlock,
	}
	return &ec2.ReplaceNetworkAclEntryOutput{}, nil
}

func deleteNetworkACLEntry(r *request, in *ec2.DeleteNetworkAclEntryInput) (*ec2.DeleteNetworkAclEntryOutput, error) {
	acl, err := r.networkACL(in.NetworkAclId)
	if err != nil {
		return nil, err
	}
	n := acl.index(in.RuleNumber, in.Egress)
	if n < 0 {
		return nil, ec2Error("InvalidNetworkAclEntry.NotFound", "The specified network acl entry does not exist")
	}
	acl.entries = slices.Delete(slices.Clone(acl.entries), n, n+1)
	return &ec2.DeleteNetworkAclEntryOutput{}, nil
}
