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

// RestoreModifiedSecurityGroupRule gives a rule back what it was. The aspect is what the rule of that id lets in.
func RestoreModifiedSecurityGroupRule(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*ec2.Client, detect.SecurityGroupRule]{
		Action: actions.RestoreModifiedSecurityGroupRule(),
		Lens: remedy.Lens[*ec2.Client, detect.SecurityGroupRule]{
			Client: access.Client(accounts, ec2Client),
			Read:   readRule,
			Write:  writeRule,
			Equal:  func(a, b detect.SecurityGroupRule) bool { return valueOf(a) == valueOf(b) },
		},
		Find: findModifiedRule,
		Want: func(_ context.Context, _ *ec2.Client, _ detect.Finding, t remedy.Target, before detect.SecurityGroupRule) (detect.SecurityGroupRule, error) {
			return wantRule(t, before, nil)
		},
		Aspect: "security-group-rule",
		Restore: func(_ context.Context, _ *ec2.Client, _ detect.Finding, t remedy.Target, before, good detect.SecurityGroupRule) (detect.SecurityGroupRule, error) {
			return wantRule(t, before, &good)
		},
		Summary: func(t remedy.Target, before, after detect.SecurityGroupRule) string {
			return fmt.Sprintf("security group %s: %s → %s", t.ID, describe(before), describe(after))
		},
		Nothing: func(t remedy.Target, live detect.SecurityGroupRule) string {
			return fmt.Sprintf("security group %s: the rule of the event is another one by now: %s", t.ID, describe(live))
		},
	})
}

func findModifiedRule(f detect.Finding) (remedy.Target, error) {
	t := remedy.TargetOf(f, detect.ParamRules, detect.ParamPart)
	if f.Resource.Type != detect.SecurityGroup || !strings.HasPrefix(t.ID, "sg-") {
		return t, remedy.Refuse("%s is no security group with an id", f.Resource)
	}
	if f.Event.Name != "ModifySecurityGroupRules" {
		return t, remedy.Refuse("security group %s was changed by %s, which this does not answer", t.ID, f.Event.Name)
	}
	_, err := modifiedRule(t)
	return t, err
}

// modifiedRule returns the one rule that the event modified.
func modifiedRule(t remedy.Target) (detect.SecurityGroupRule, error) {
	list, err := rulesOf(t)
	if err != nil {
		return detect.SecurityGroupRule{}, err
	}
	if len(list) != 1 || list[0].ID == "" || list[0].ID != t.Params[detect.ParamPart] {
		return detect.SecurityGroupRule{}, remedy.Refuse("the finding does not say which one rule of security group %s was modified", t.ID)
	}
	return list[0], nil
}

// wantRule wants what is known of the rule, and leaves one alone that is not what the event made of it.
func wantRule(t remedy.Target, before detect.SecurityGroupRule, good *detect.SecurityGroupRule) (detect.SecurityGroupRule, error) {
	made, err := modifiedRule(t)
	switch {
	case err != nil:
		return before, err
	case valueOf(before) != valueOf(made):
		return before, nil
	case before.Egress:
		return before, remedy.Refuse("rule %s of security group %s lets out, and nothing in", made.ID, t.ID)
	case good == nil:
		return before, remedy.Refuse("security group %s: nobody knows what rule %s was before it was modified", t.ID, made.ID)
	case good.ID != made.ID || good.Egress || valueOf(*good).cidr == "":
		return before, remedy.Refuse("security group %s: what is known of rule %s before cannot be used: %s", t.ID, made.ID, describe(*good))
	}
	return *good, nil
}

func readRule(ctx context.Context, api *ec2.Client, t remedy.Target) (detect.SecurityGroupRule, error) {
	made, err := modifiedRule(t)
	if err != nil {
		return detect.SecurityGroupRule{}, err
	}
	pages := ec2.NewDescribeSecurityGroupRulesPaginator(api, &ec2.DescribeSecurityGroupRulesInput{
		Filters: []types.Filter{{Name: aws.String("group-id"), Values: []string{t.ID}}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return detect.SecurityGroupRule{}, gone(err)
		}
		for _, r := range page.SecurityGroupRules {
			if aws.ToString(r.SecurityGroupRuleId) == made.ID && aws.ToString(r.GroupId) == t.ID {
				rule, _ := ruleOf(r) // one that names another group has no addresses, and is not the event's
				rule.Egress = aws.ToBool(r.IsEgress)
				return rule, nil
			}
		}
	}
	return detect.SecurityGroupRule{}, remedy.ErrGone
}

func writeRule(ctx context.Context, api *ec2.Client, t remedy.Target, _, to detect.SecurityGroupRule) error {
	v := valueOf(to)
	in := &types.SecurityGroupRuleRequest{
		IpProtocol: aws.String(v.protocol), FromPort: aws.Int32(v.from), ToPort: aws.Int32(v.to), Description: optional(to.Description),
	}
	if to.CIDRIPv6 != "" {
		in.CidrIpv6 = aws.String(v.cidr)
	} else {
		in.CidrIpv4 = aws.String(v.cidr)
	}
	_, err := api.ModifySecurityGroupRules(ctx, &ec2.ModifySecurityGroupRulesInput{
		GroupId: aws.String(t.ID), SecurityGroupRules: []types.SecurityGroupRuleUpdate{{
			SecurityGroupRuleId: aws.String(t.Params[detect.ParamPart]), SecurityGroupRule: in,
		}},
	})
	return access.Gone(err, "InvalidGroup.NotFound", "InvalidSecurityGroupRuleId.NotFound")
}
