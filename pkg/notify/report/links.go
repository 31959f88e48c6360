package report

import (
	"net/url"
	"regexp"
	"strings"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

var region = regexp.MustCompile(`^[a-z]{2,5}(-[a-z]+){1,3}-[0-9]{1,2}$`)

// links returns where in the AWS console to look. A partition or a region that is unknown, or not one at all, has no
// links: better none than one that leads elsewhere.
func links(in ledger.Incident) []Link {
	f := in.Finding
	host := console(f.Event.Partition)
	if host == "" {
		return nil
	}
	at := f.Event.Region
	if at == "" {
		at = in.Region
	}
	if !region.MatchString(at) {
		return nil
	}
	c := pages{"https://" + host, at}
	var out []Link
	if id := f.Event.ID; id != "" {
		out = append(out, Link{"the event in CloudTrail", c.url("/cloudtrailv2/home", "/events?EventId="+escaped(id))})
	}
	out = append(out, c.resource(f)...)
	if role := name(f.Actor.Role, ":role/"); role != "" && f.Actor.AccountID == f.Event.Account {
		out = append(out, Link{"the caller's role", c.url("/iam/home", "/roles/details/"+escaped(role))})
	}
	return out
}

// console returns the host of a partition's console.
func console(partition string) string {
	switch partition {
	case "aws", "":
		return "console.aws.amazon.com"
	case "aws-cn":
		return "console.amazonaws.cn"
	case "aws-us-gov":
		return "console.amazonaws-us-gov.com"
	}
	return ""
}

// pages makes URLs of the console in one region.
type pages struct{ base, region string }

func (c pages) url(path, fragment string) string {
	return c.base + path + "?region=" + c.region + "#" + fragment
}

// resource returns the pages of what a finding is about.
func (c pages) resource(f detect.Finding) []Link {
	r := f.Resource
	if r.ID == "" {
		return nil
	}
	iam := func(label, kind, id, tab string) Link {
		return Link{label, c.url("/iam/home", "/"+kind+"/details/"+escaped(id)+"?section="+tab)}
	}
	var out []Link
	switch r.Type {
	case detect.AccessKey:
		if r.Parent != "" {
			out = append(out, iam("the user and their keys", "users", r.Parent, "security_credentials"))
		}
	case detect.User:
		out = append(out, iam("the user", "users", r.ID, "permissions"))
	case detect.Role:
		out = append(out, iam("the role", "roles", r.ID, "permissions"))
	case detect.Group:
		out = append(out, iam("the group", "groups", r.ID, "permissions"))
	case detect.Policy:
		out = append(out, iam("the policy", "policies", r.ID, "policy_versions"))
	case detect.SecurityGroup:
		out = append(out, Link{"the security group", c.url("/ec2/home", "SecurityGroup:groupId="+escaped(r.ID))})
	case detect.Trail:
		fragment := "/trails"
		if strings.HasPrefix(r.ID, "arn:") {
			fragment += "/" + escaped(r.ID)
		}
		out = append(out, Link{"the trail", c.url("/cloudtrailv2/home", fragment)})
	default: // the event's own page leads to everything else
	}
	if policy := f.Params[detect.ParamPolicyARN]; policy != "" && policy != r.ID {
		out = append(out, iam("the policy", "policies", policy, "permissions"))
	}
	return out
}

// name returns the last part of an ARN that has the given kind in it.
func name(arn, kind string) string {
	_, path, ok := strings.Cut(arn, kind)
	if !ok {
		return ""
	}
	return path[strings.LastIndex(path, "/")+1:]
}

// escaped percent-encodes a part of a URL. A part that is too long for any real name is cut.
func escaped(s string) string {
	const most = 256
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most])
	}
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}
