package decide

import (
	"strings"

	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// An ownRole is a role under which Riposte calls AWS.
type ownRole struct {
	arn     string
	session string // how the ARNs of its sessions begin; they lack the role's path
	name    string
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
		out = append(out, ownRole{
			arn: arn, name: name,
			session: "arn:" + a.Partition + ":sts::" + a.Account + ":assumed-role/" + name + "/",
		})
	}
	return out
}

// Own reports whether an actor is one of Riposte's own roles. Role names are unique in an account whatever their path,
// but a role of the same name under another path is a role that somebody put in the place of ours.
func (p *Policy) Own(a detect.Actor) bool {
	for _, own := range p.own {
		switch {
		case a.Role != "":
			if a.Role == own.arn {
				return true
			}
		case a.ARN == own.arn || strings.HasPrefix(a.ARN, own.session) && len(a.ARN) > len(own.session):
			return true
		}
	}
	return false
}

// lastPart returns a name without its path.
func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
