package decide

import (
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// anyAccount stands in an own role's ARN for the account where the role of that name is Riposte's in every account.
const anyAccount = "*"

// An ownRole is a role under which Riposte calls AWS.
type ownRole struct {
	arn  string
	of   config.ARN
	name string
}

func ownRoles(arns []string) []ownRole {
	var out []ownRole
	for _, arn := range arns {
		a, ok := config.ParseARN(arn)
		path, isRole := strings.CutPrefix(a.Resource, "role/")
		name := lastPart(path)
		if !ok || !isRole || name == "" {
			continue
		}
		out = append(out, ownRole{arn: arn, of: a, name: name})
	}
	return out
}

// Own reports whether an actor is one of Riposte's own roles. Role names are unique in an account whatever their path,
// but a role of the same name under another path is a role that somebody put in the place of ours.
func (p *Policy) Own(a detect.Actor) bool {
	for _, own := range p.own {
		switch {
		case a.Role != "":
			if cloudtrail.IsRole(own.arn, a.Role) {
				return true
			}
		case cloudtrail.IsRole(own.arn, a.ARN) || own.session(a.ARN):
			return true
		}
	}
	return false
}

// session reports whether an ARN is that of a session of the role. Those lack the role's path.
func (own ownRole) session(arn string) bool {
	a, ok := config.ParseARN(arn)
	if !ok || a.Partition != own.of.Partition || a.Service != "sts" || a.Region != "" {
		return false
	}
	if a.Account != own.of.Account && (own.of.Account != anyAccount || !cloudtrail.IsAccount(a.Account)) {
		return false
	}
	name, ok := strings.CutPrefix(a.Resource, "assumed-role/"+own.name+"/")
	return ok && name != ""
}

// lastPart returns a name without its path.
func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
