package exposure

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// aclGrant is one grant of an access control list of S3.
type aclGrant struct {
	grantee    string // a group's URI, or anything else for a single account
	permission string // "READ", "WRITE", "READ_ACP", "WRITE_ACP" or "FULL_CONTROL"
}

// Groups of S3 that hold strangers, by the end of their URI.
const (
	allUsers           = "/groups/global/AllUsers"
	authenticatedUsers = "/groups/global/AuthenticatedUsers"
)

// weigh returns how grave a grant to strangers is, and to whom it is. Grants to single accounts are Inherit.
func (g aclGrant) weigh() (detect.Severity, string) {
	who := ""
	switch {
	case strings.Contains(g.grantee, allUsers):
		who = "everyone"
	case strings.Contains(g.grantee, authenticatedUsers):
		who = "everybody with an AWS account"
	default:
		return detect.Inherit, ""
	}
	switch g.permission {
	case "READ":
		return detect.High, who
	case "READ_ACP":
		return detect.Medium, who
	}
	return detect.Critical, who
}

// groups returns the groups of strangers that a grant is to. A header may name several grantees.
func (g aclGrant) groups() []string {
	var out []string
	for _, group := range []string{allUsers, authenticatedUsers} {
		if strings.Contains(g.grantee, group) {
			out = append(out, strings.TrimPrefix(group, "/groups/global/"))
		}
	}
	return out
}

// grantParams returns the params that say what a list grants to strangers, nil where a grant is of no kind that is known.
func grantParams(list []aclGrant) map[string]string {
	var grants []string
	for _, g := range list {
		for _, group := range g.groups() {
			if !slices.Contains([]string{"READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"}, g.permission) {
				return nil
			}
			grants = append(grants, g.permission+" "+group)
		}
	}
	slices.Sort(grants)
	raw, err := json.Marshal(slices.Compact(grants))
	if err != nil {
		return nil
	}
	return map[string]string{detect.ParamBucketGrants: string(raw)}
}

// aclOf returns the grants that a request makes in its headers and in its body.
func aclOf(ev *cloudtrail.Event) ([]aclGrant, error) {
	req, err := cloudtrail.RequestOf[struct {
		AccessControlPolicy struct {
			AccessControlList struct {
				Grant cloudtrail.List[struct {
					Grantee    struct{ URI, ID cloudtrail.Text }
					Permission cloudtrail.Text
				}]
			}
		}
	}](ev)
	if err != nil {
		return nil, err
	}
	var out []aclGrant
	for _, g := range req.AccessControlPolicy.AccessControlList.Grant {
		out = append(out, aclGrant{string(g.Grantee.URI), strings.ToUpper(string(g.Permission))})
	}
	headers, err := cloudtrail.RequestOf[map[string]json.RawMessage](ev)
	if err != nil {
		return nil, err
	}
	granted, err := headerGrants(headers)
	if err != nil {
		return nil, err
	}
	return append(out, granted...), nil
}

// headerGrants reads the headers of a request. They stand in the request parameters or in an object accessControlList
// inside; their dashes are underscores where a log pipeline rewrote the names.
func headerGrants(headers map[string]json.RawMessage) ([]aclGrant, error) {
	var out []aclGrant
	for name, raw := range headers {
		switch key := strings.ToLower(strings.ReplaceAll(name, "_", "-")); {
		case key == "accesscontrollist":
			var inner map[string]json.RawMessage
			if err := json.Unmarshal(raw, &inner); err != nil {
				return nil, fmt.Errorf("request parameters: %s is no object", detect.Text(name))
			}
			grants, err := headerGrants(inner)
			if err != nil {
				return nil, err
			}
			out = append(out, grants...)
		case key == "x-amz-acl" || strings.HasPrefix(key, "x-amz-grant-"):
			var values cloudtrail.List[cloudtrail.Text]
			if err := json.Unmarshal(raw, &values); err != nil {
				return nil, fmt.Errorf("request parameters: %s is no text", detect.Text(name))
			}
			for _, v := range values {
				grants, err := headerGrant(key, string(v))
				if err != nil {
					return nil, err
				}
				out = append(out, grants...)
			}
		}
	}
	return out, nil
}

// headerGrant reads one header. What is granted to single accounts is kept as a grant to nobody in particular.
func headerGrant(key, value string) ([]aclGrant, error) {
	if permission, ok := strings.CutPrefix(key, "x-amz-grant-"); ok {
		return []aclGrant{{value, strings.ToUpper(strings.ReplaceAll(permission, "-", "_"))}}, nil
	}
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "public-read":
		return []aclGrant{{allUsers, "READ"}}, nil
	case "public-read-write":
		return []aclGrant{{allUsers, "READ"}, {allUsers, "WRITE"}}, nil
	case "authenticated-read":
		return []aclGrant{{authenticatedUsers, "READ"}}, nil
	case "private", "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control", "log-delivery-write":
		return []aclGrant{{}}, nil
	}
	return nil, fmt.Errorf("request parameters: canned access control list %q is not known", detect.Text(value))
}
