package securityhub

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify/report"
)

const (
	maxResourceID  = 512
	maxDetailName  = 127 // the format says fewer than 128 and fewer than 1,024
	maxDetailValue = 1023
	maxDetails     = 50
)

var (
	accountID = regexp.MustCompile(`^[0-9]{12}$`)
	region    = regexp.MustCompile(`^[a-z]{2,5}(-[a-z]+){1,3}-[0-9]{1,2}$`)
	plainID   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_+=,.@:/-]{0,255}$`)
)

// resources returns what was changed and, where the record names it, who changed it.
func resources(in ledger.Incident) []types.Resource {
	out := []types.Resource{target(in)}
	if actor, ok := actorResource(in); ok && *actor.Id != *out[0].Id {
		out = append(out, actor)
	}
	return out
}

func target(in ledger.Incident) types.Resource {
	f := in.Finding
	kind := kinds[f.Resource.Type].asff
	if kind == "" {
		kind = other
	}
	r := types.Resource{
		Type: aws.String(kind), Id: aws.String(resourceID(in)), ResourceRole: aws.String("Target"),
		Details: &types.ResourceDetails{Other: details(in)},
	}
	place(&r, f.Event.Partition, first(f.Event.Region, in.Region))
	if f.Resource.Type == detect.AccessKey && f.Resource.Parent != "" {
		r.Details.AwsIamAccessKey = &types.AwsIamAccessKeyDetails{
			PrincipalType: aws.String("User"), PrincipalName: aws.String(clip(f.Resource.Parent, 128)),
		}
		if accountID.MatchString(in.Account) {
			r.Details.AwsIamAccessKey.AccountId = aws.String(in.Account)
		}
	}
	return r
}

// place says where a resource is, as far as that is one of AWS's places.
func place(r *types.Resource, partition, at string) {
	switch partition {
	case "":
		r.Partition = types.PartitionAws
	case "aws", "aws-cn", "aws-us-gov":
		r.Partition = types.Partition(partition)
	}
	if region.MatchString(at) && len(at) <= 16 {
		r.Region = aws.String(at)
	}
}

// details are the facts about the resource that have no field of their own.
func details(in ledger.Incident) map[string]string {
	f := in.Finding
	out := map[string]string{}
	add := func(name, value string) {
		name, value = clip(name, maxDetailName), clip(value, maxDetailValue)
		if len(out) < maxDetails && strings.TrimSpace(name) != "" && strings.TrimSpace(value) != "" {
			out[name] = value
		}
	}
	add("Account", in.Account)
	add("Type", string(f.Resource.Type))
	add("Id", f.Resource.ID)
	add("Parent", f.Resource.Parent)
	add("PolicyArn", f.Params[detect.ParamPolicyARN])
	add("PolicyName", f.Params[detect.ParamPolicyName])
	return out
}

// actorResource returns the principal that made the change, where the record has its ARN.
func actorResource(in ledger.Incident) (types.Resource, bool) {
	a := in.Finding.Actor
	arn, kind := a.ARN, "AwsIamUser"
	if a.Role != "" {
		arn, kind = a.Role, "AwsIamRole"
	}
	if !strings.HasPrefix(arn, "arn:") || a.Kind == "Root" || strings.TrimSpace(clip(arn, maxResourceID)) == "" {
		return types.Resource{}, false
	}
	if a.Role == "" && !strings.Contains(arn, ":user/") {
		kind = other
	}
	r := types.Resource{Type: aws.String(kind), Id: aws.String(clip(arn, maxResourceID)), ResourceRole: aws.String("Actor")}
	place(&r, in.Finding.Event.Partition, "")
	return r, true
}

// action says which call made the change, where its source is one that the format has a place for.
func action(in ledger.Incident) *types.Action {
	e := in.Finding.Event
	name, service := clip(e.Name, 128), clip(e.Source, 128)
	if strings.TrimSpace(name) == "" || strings.TrimSpace(service) == "" {
		return nil
	}
	call := &types.AwsApiCallAction{Api: aws.String(name), ServiceName: aws.String(service)}
	source := in.Finding.Actor.SourceIP
	switch ip, err := netip.ParseAddr(source); {
	case err == nil && ip.Is4():
		call.CallerType = aws.String("remoteip")
		call.RemoteIpDetails = &types.ActionRemoteIpDetails{IpAddressV4: aws.String(ip.String())}
	case err != nil && strings.HasSuffix(source, ".amazonaws.com") && plainID.MatchString(source):
		call.CallerType = aws.String("domain")
		call.DomainDetails = &types.AwsApiCallActionDomainDetails{Domain: aws.String(clip(source, 128))}
	default:
		return nil // an IPv6 address has no place; it is in ProductFields
	}
	return &types.Action{ActionType: aws.String("AWS_API_CALL"), AwsApiCallAction: call}
}

// resourceID returns a resource's identifier in the form that Security Hub knows for its type: the ARN where the incident
// has it or where it follows from the name. Of a user, role or group whose path the incident does not have, it is the ARN
// without a path.
func resourceID(in ledger.Incident) string {
	r, e := in.Finding.Resource, in.Finding.Event
	account, at, partition := first(in.Account, e.Account), first(e.Region, in.Region), first(e.Partition, "aws")
	form := kinds[r.Type].arn
	known := accountID.MatchString(account) && region.MatchString(at) && plainID.MatchString(r.ID) && (r.Parent == "" || plainID.MatchString(r.Parent))
	switch {
	case strings.HasPrefix(r.ID, "arn:") && known:
		return clip(r.ID, maxResourceID)
	case form != "" && known:
		return strings.NewReplacer("{partition}", partition, "{region}", at, "{account}", account, "{id}", r.ID, "{parent}", r.Parent).Replace(form)
	}
	return clip(account+"/"+at+"/"+first(report.Clean(r.String()), in.Resource), maxResourceID)
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
