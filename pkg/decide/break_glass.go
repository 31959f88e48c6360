package decide

import (
	"regexp"
	"strings"

	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// A breakGlass is a principal that is never acted against. It is matched generously, without regard to letter case:
// IAM's names are the same in any.
type breakGlass struct {
	principal     config.Principal
	arn           *regexp.Regexp
	kind          string         // "user", "role" or "root"; empty for sessions
	account, name *regexp.Regexp // of the user or role as events about it name it
	session       *regexp.Regexp // the ARNs of a role's sessions, which lack its path
}

func compileBreakGlass(p config.Principal) breakGlass {
	kind, account, name := p.Target()
	b := breakGlass{principal: p, arn: p.Regexp(true), kind: kind, account: account.Regexp(true), name: name.Regexp(true)}
	if kind == "role" {
		a, _ := config.ParseARN(string(p.Pattern))
		b.session = config.Pattern("arn:" + a.Partition + ":sts::" + a.Account + ":assumed-role/" + string(name) + "/**").Regexp(true)
	}
	return b
}

func (b breakGlass) key() string { return "break_glass, " + b.principal.Pos.String() }

// made reports whether the principal made the call.
func (b breakGlass) made(a detect.Actor) bool {
	return b.arn.MatchString(a.ARN) || a.Role != "" && b.arn.MatchString(a.Role) ||
		b.session != nil && b.session.MatchString(a.ARN)
}

// target reports whether the change was made to the principal or to one of its credentials.
func (b breakGlass) target(f detect.Finding) bool {
	if b.kind == "" || !b.account.MatchString(f.Event.Account) {
		return false
	}
	id, parent := lastPart(f.Resource.ID), lastPart(f.Resource.Parent)
	switch f.Resource.Type {
	case detect.User:
		return b.kind == "user" && b.name.MatchString(id) || b.kind == "root" && isRoot(id)
	case detect.AccessKey, detect.ServiceCredential, detect.SSHPublicKey, detect.SigningCertificate:
		return b.kind == "user" && b.name.MatchString(parent) || b.kind == "root" && isRoot(parent)
	case detect.Role:
		return b.kind == "role" && b.name.MatchString(id)
	default:
		return false
	}
}

// isRoot reports whether a user's name stands for the root user: records leave the name out there.
func isRoot(name string) bool {
	return name == "" || strings.EqualFold(name, "root") || name == "<root_account>"
}
