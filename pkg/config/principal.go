package config

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Principal is the ARN of somebody who makes calls, with wildcards.
type Principal struct {
	Pattern
	Pos Position
}

// name returns the part of the ARN that says who: "role/ci-*" without the "role/".
func (p Principal) name() Pattern {
	a, _ := ParseARN(string(p.Pattern))
	_, name, ok := strings.Cut(a.Resource, "/")
	if !ok {
		return Pattern(a.Resource) // root
	}
	return Pattern(name)
}

// Target returns the kind of principal ("user", "role" or "root"), its account and its name without a path, as events
// about it name it. Sessions are nobody's target.
func (p Principal) Target() (kind string, account, name Pattern) {
	a, ok := ParseARN(string(p.Pattern))
	if !ok || a.Service != "iam" {
		return "", "", ""
	}
	kind, rest, _ := strings.Cut(a.Resource, "/")
	return kind, Pattern(a.Account), Pattern(rest[strings.LastIndexByte(rest, '/')+1:])
}

var (
	iamPrincipal = lazily(`^(root|(user|role)/[A-Za-z0-9+=,.@_/*?-]+)$`)
	stsPrincipal = lazily(`^(assumed-role/[A-Za-z0-9+=,.@_*?-]+/[A-Za-z0-9+=,.@_*?-]+|federated-user/[A-Za-z0-9+=,.@_*?-]+)$`)
)

const principalForms = "arn:aws:iam::ACCOUNT:role/NAME, arn:aws:iam::ACCOUNT:user/NAME or arn:aws:iam::ACCOUNT:root"

// checkPrincipal says what is wrong with the ARN of a principal.
func checkPrincipal(text string) error {
	a, ok := ParseARN(text)
	form := iamPrincipal
	if a.Service == "sts" {
		form = stsPrincipal
	}
	switch {
	case !ok:
		return fmt.Errorf("%s is no ARN: want %s", shown(text), principalForms)
	case len(text) > 2048:
		return errors.New("longer than an ARN can be")
	case a.Partition != "*" && !partition().MatchString(a.Partition):
		return fmt.Errorf("no partition %s: want aws, aws-cn, aws-us-gov or *", shown(a.Partition))
	case a.Service != "iam" && a.Service != "sts":
		return fmt.Errorf("%s is no principal: want %s", shown(text), principalForms)
	case a.Region != "":
		return fmt.Errorf("principals have no region: leave %s out", shown(a.Region))
	case a.Account != "*" && !accountID().MatchString(a.Account):
		return fmt.Errorf("no account %s: want 12 digits or *", shown(a.Account))
	case strings.HasPrefix(a.Resource, "group/"):
		return errors.New("a group makes no calls: name its users or a role")
	case !form().MatchString(a.Resource):
		return fmt.Errorf("%s is no principal: want %s", shown(text), principalForms)
	}
	return nil
}

func (r *reader) principal(n *yaml.Node, path string) (Principal, bool) {
	text, ok := r.scalar(n, path, "a principal's ARN", tagText)
	if !ok {
		return Principal{}, false
	}
	if err := checkPrincipal(text); err != nil {
		r.fail(n, path, "%v", err)
		return Principal{}, false
	}
	return Principal{Pattern(text), r.pos(n)}, true
}

// breakGlass reads the principals that are never acted against. Events name a user or role that is changed without its
// path, so a principal whose own name is all wildcards would protect everybody.
func (r *reader) breakGlass(n *yaml.Node, path string) []Principal {
	var out []Principal
	seen := map[Pattern]bool{}
	r.items(n, path, func(item *yaml.Node, path string) {
		p, ok := r.principal(item, path)
		if !ok {
			return
		}
		kind, _, name := p.Target()
		switch {
		case seen[p.Pattern]:
			r.fail(item, path, "%s is listed twice", p.Pattern)
		case !p.name().names() || (kind == "user" || kind == "role") && !name.names():
			r.fail(item, path, "%s names everybody, and Riposte would never act: write the name, at least in part", shown(string(p.Pattern)))
		default:
			seen[p.Pattern] = true
			out = append(out, p)
		}
	})
	return out
}
