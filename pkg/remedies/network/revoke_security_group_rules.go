// Package network holds the remedies for changes to what the network lets through.
package network

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// RevokeSecurityGroupRules takes back ingress rules of a security group. The aspect is those of the event's rules that
// are there, by what they let in: a rule that is put back gets another id.
func RevokeSecurityGroupRules(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*ec2.Client, rules]{
		Action: actions.RevokeSecurityGroupRules(),
		Lens: remedy.Lens[*ec2.Client, rules]{
			Client: func(ctx context.Context, t remedy.Target) (*ec2.Client, error) {
				cfg, err := accounts(ctx, t)
				if err != nil {
					return nil, err
				}
				return ec2.NewFromConfig(cfg), nil
			},
			Read:  readRules,
			Write: writeRules,
			Equal: rules.equal,
		},
		Find: findRules,
		Want: wantRules,
		Summary: func(t remedy.Target, before, after rules) string {
			return fmt.Sprintf("security group %s: revoked %s", t.ID, before.without(after))
		},
		Nothing: func(t remedy.Target, live rules) string {
			if len(live) > 0 {
				return fmt.Sprintf("the rules of the event are gone from security group %s; %s was added by another call", t.ID, live)
			}
			return fmt.Sprintf("security group %s no longer has the rules of the event", t.ID)
		},
	})
}

func findRules(f detect.Finding) (remedy.Target, error) {
	t := remedy.TargetOf(f, detect.ParamRuleIDs, detect.ParamRules)
	if f.Resource.Type != detect.SecurityGroup || !strings.HasPrefix(t.ID, "sg-") {
		return t, remedy.Refuse("%s is no security group with an id", f.Resource)
	}
	if _, err := rulesOf(t); err != nil {
		return t, err
	}
	return t, nil
}

// rulesOf returns the rules of the event. All of them are ingress rules.
func rulesOf(t remedy.Target) (rules, error) {
	var list rules
	if err := json.Unmarshal([]byte(t.Params[detect.ParamRules]), &list); err != nil || len(list) == 0 {
		return nil, &remedy.Refusal{Reason: fmt.Sprintf("the finding does not say which rules were added to security group %s", t.ID), Err: err}
	}
	for _, r := range list {
		if r.Egress || valueOf(r).cidr == "" {
			return nil, remedy.Refuse("rule %s of security group %s lets in no range of addresses that can be read", describe(r), t.ID)
		}
	}
	return list, nil
}

// wantRules returns what is to stay of the rules that are there. A rule that is the event's by what it lets in, and not
// by its id, was added again by another call, which is a finding of its own.
func wantRules(_ context.Context, _ *ec2.Client, _ detect.Finding, t remedy.Target, before rules) (rules, error) {
	listed, err := rulesOf(t)
	if err != nil {
		return nil, err
	}
	after := rules{}
	for _, live := range before {
		if !listed.made(live) {
			after = append(after, live)
		}
	}
	return after, nil
}

func readRules(ctx context.Context, api *ec2.Client, t remedy.Target) (rules, error) {
	listed, err := rulesOf(t)
	if err != nil {
		return nil, err
	}
	found, any := rules{}, false
	pages := ec2.NewDescribeSecurityGroupRulesPaginator(api, &ec2.DescribeSecurityGroupRulesInput{
		Filters: []types.Filter{{Name: aws.String("group-id"), Values: []string{t.ID}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, gone(err)
		}
		for _, r := range page.SecurityGroupRules {
			any = true
			if rule, ok := ruleOf(r); ok && aws.ToString(r.GroupId) == t.ID && listed.has(rule) {
				found = append(found, rule)
			}
		}
	}
	if any {
		return found, nil
	}
	// A group without rules and a group that is gone look the same so far.
	_, err = api.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{GroupIds: []string{t.ID}})
	return found, gone(err)
}

func writeRules(ctx context.Context, api *ec2.Client, t remedy.Target, from, to rules) error {
	if err := revoke(ctx, api, t, from.without(to)); err != nil {
		return gone(err)
	}
	return gone(authorize(ctx, api, t, to.without(from)))
}

// revoke revokes rules in one call, so that a death cannot leave a part of them.
func revoke(ctx context.Context, api *ec2.Client, t remedy.Target, list rules) error {
	if len(list) == 0 {
		return nil
	}
	in := &ec2.RevokeSecurityGroupIngressInput{GroupId: aws.String(t.ID)}
	for _, r := range list {
		in.SecurityGroupRuleIds = append(in.SecurityGroupRuleIds, r.ID)
	}
	_, err := api.RevokeSecurityGroupIngress(ctx, in)
	if len(list) == 1 && (coded(err, "InvalidSecurityGroupRuleId.NotFound") || coded(err, "InvalidPermission.NotFound")) {
		return nil // revoked meanwhile
	}
	return err
}

// authorize adds rules in one call.
func authorize(ctx context.Context, api *ec2.Client, t remedy.Target, list rules) error {
	if len(list) == 0 {
		return nil
	}
	in := &ec2.AuthorizeSecurityGroupIngressInput{GroupId: aws.String(t.ID)}
	for _, r := range list {
		in.IpPermissions = append(in.IpPermissions, permission(r))
	}
	_, err := api.AuthorizeSecurityGroupIngress(ctx, in)
	if len(list) == 1 && coded(err, "InvalidPermission.Duplicate") {
		return nil // added meanwhile
	}
	return err
}

// gone turns EC2's word for a missing security group into remedy.ErrGone and leaves other errors alone.
func gone(err error) error {
	if coded(err, "InvalidGroup.NotFound") {
		return remedy.ErrGone
	}
	return err
}

// coded reports whether an error is the API's with the given code; EC2 has no types for its errors.
func coded(err error, code string) bool {
	var e smithy.APIError
	return errors.As(err, &e) && e.ErrorCode() == code
}
