package identity

import (
	"errors"
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// holder is the part of a request that names whom a policy is given to.
type holder struct {
	UserName, RoleName, GroupName cloudtrail.Text
}

func (h holder) resource() (detect.Resource, error) {
	switch {
	case h.UserName != "":
		return detect.Resource{Type: detect.User, ID: string(h.UserName)}, nil
	case h.RoleName != "":
		return detect.Resource{Type: detect.Role, ID: string(h.RoleName)}, nil
	case h.GroupName != "":
		return detect.Resource{Type: detect.Group, ID: string(h.GroupName)}, nil
	}
	return detect.Resource{}, errors.New("request parameters: no userName, roleName or groupName")
}

// described returns a resource as a person would name it: "user bob".
func described(r detect.Resource) string {
	return strings.ToLower(string(r.Type)) + " " + detect.Text(r.ID)
}

// policyParams names the policy that a call is about: a managed one by its ARN or an inline one by its name.
func policyParams(arn, name cloudtrail.Text) map[string]string {
	if arn != "" {
		return map[string]string{detect.ParamPolicyARN: string(arn)}
	}
	return map[string]string{detect.ParamPolicyName: string(name)}
}
