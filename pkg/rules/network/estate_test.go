package network_test

import (
	"testing"

	"riposte/internal/testkit/ruletest"
	"riposte/pkg/rules/network"
)

func TestEstate(t *testing.T) {
	ruletest.Estate(t, network.Rules(), []ruletest.EstateCase{
		{
			Name: "peering", Rule: "NET-003", Source: "ec2", Call: "AcceptVpcPeeringConnection",
			One:      `{"vpcPeeringConnectionId":"pcx-0a1b2c3d4e5f60718"}`,
			Response: `{"vpcPeeringConnection":{"vpcPeeringConnectionId":"pcx-0a1b2c3d4e5f60718","requesterVpcInfo":{"ownerId":"{account}","vpcId":"vpc-0a1b2c3d4e5f60718"},"accepterVpcInfo":{"ownerId":"111122223333","vpcId":"vpc-0b2c3d4e5f6071829"}}}`,
		},
		{
			Name: "group of a group", Rule: "NET-004", Source: "ec2", Call: "AuthorizeSecurityGroupIngress",
			One:  `{"groupId":"sg-0a1b2c3d4e5f60718","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{"items":[{"groupId":"sg-1","userId":"{account}"}]}}]}}`,
			Both: `{"groupId":"sg-0a1b2c3d4e5f60718","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{"items":[{"groupId":"sg-1","userId":"{trusted}"},{"groupId":"sg-2","userId":"{stranger}"}]}}]}}`,
		},
		{
			Name: "group of a database", Rule: "NET-004", Source: "rds", Call: "AuthorizeDBSecurityGroupIngress",
			One: `{"dBSecurityGroupName":"default","eC2SecurityGroupName":"web","eC2SecurityGroupOwnerId":"{account}"}`,
		},
		{
			Name: "domain", Rule: "NET-006", Source: "route53domains", Call: "TransferDomainToAnotherAwsAccount", Lower: true,
			One: `{"domainName":"example.com","accountId":"{account}"}`,
		},
	})
}
