package iampolicy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A requesterKind is what kind of principal makes a request.
type requesterKind uint8

const (
	fromUser requesterKind = iota + 1
	fromRole               // a role, or a session of it
	fromFederatedUser
	fromRoot
	fromService
	fromProvider // an identity provider that vouches for somebody outside AWS
	fromAnonymous
)

// A requester is the principal of a request.
type requester struct {
	kind          requesterKind
	arn           string // as policies name it: the session's of a role session, the name of a service
	role          string // the ARN of the role
	partition     string
	account       string
	serviceLinked bool
}

// ofAccount reports whether the requester is a principal of an account, with policies of its own.
func (c *requester) ofAccount() bool {
	return c.kind != fromService && c.kind != fromProvider && c.kind != fromAnonymous
}

// principalARN returns the value of aws:PrincipalArn: of a session it is the role's.
func (c *requester) principalARN() string {
	if c.kind == fromRole {
		return c.role
	}
	return c.arn
}

// principalType returns the value of aws:PrincipalType.
func (c *requester) principalType() string {
	switch c.kind {
	case fromUser:
		return "User"
	case fromRole:
		return "AssumedRole"
	case fromFederatedUser:
		return "FederatedUser"
	case fromRoot:
		return "Account"
	default:
		return ""
	}
}

// requesterOf reads the principal of a request for an action in lower case.
func requesterOf(r Request, action string) (requester, error) {
	text := r.Principal
	if text == "" || len(text) > maxResourceText {
		return requester{}, errors.New("the principal is empty or too long")
	}
	if text == PrincipalAny || strings.EqualFold(text, "anonymous") {
		return requester{kind: fromAnonymous}, nil
	}
	kind := r.PrincipalType
	if kind == "" {
		kind = likelyPrincipalType(text, action)
	}
	switch {
	case kind == PrincipalFederated:
		return requester{kind: fromProvider, arn: text}, nil
	case kind == PrincipalService:
		return requester{kind: fromService, arn: text}, nil
	case kind != PrincipalAWS:
		return requester{}, fmt.Errorf("the principal's type %s is unknown", quoted(kind))
	case IsAccount(text):
		return requester{kind: fromRoot, arn: "arn:aws:iam::" + text + ":root", partition: "aws", account: text}, nil
	}
	return requesterOfARN(r)
}

// likelyPrincipalType tells the type of a principal from its text. cognito-identity.amazonaws.com is the name of a
// service and of an identity provider: the action tells which.
func likelyPrincipalType(text, action string) string {
	named := !strings.HasPrefix(text, "arn:") && strings.Contains(text, ".")
	switch {
	case named && isServiceName(text) && action != "sts:assumerolewithwebidentity" && action != "sts:assumerolewithsaml":
		return PrincipalService
	case named:
		return PrincipalFederated
	}
	return PrincipalAWS
}

// isServiceName reports whether a name is that of an AWS service.
func isServiceName(name string) bool {
	return slices.ContainsFunc([]string{".amazonaws.com", ".amazonaws.com.cn", ".aws.internal", ".api.aws"},
		func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

func requesterOfARN(r Request) (requester, error) {
	a, ok := ParseARN(r.Principal)
	c := requester{arn: r.Principal, partition: a.Partition, account: a.Account}
	kind, name, _ := strings.Cut(a.Resource, "/")
	switch {
	case !ok || !namesPrincipal(a):
	case a.Service == "sts" && kind == "assumed-role":
		return sessionOf(r, c, name)
	case a.Service == "sts" && kind == "federated-user" && name != "":
		c.kind = fromFederatedUser
	case a.Service == "iam":
		c.kind = iamRequester(kind, name)
	}
	if c.kind == 0 {
		return c, fmt.Errorf("the principal %s is neither an account id, a service, * nor the ARN of a user, role, session, federated user, root user or identity provider",
			quoted(r.Principal))
	}
	if c.kind == fromRole {
		c.role = c.arn
		c.serviceLinked = r.ServiceLinkedRole || isServiceLinked(c.role)
	}
	return c, nil
}

// namesPrincipal reports whether an ARN has the shape of a principal's.
func namesPrincipal(a ARN) bool {
	return a.Partition != "" && a.Region == "" && IsAccount(a.Account) && !HasWildcard(a.String()) && !strings.HasSuffix(a.Resource, "/")
}

// iamRequester returns the kind of a principal from how IAM calls it in an ARN, 0 where it is none.
func iamRequester(kind, name string) requesterKind {
	switch {
	case kind == "root" && name == "":
		return fromRoot
	case name == "":
		return 0
	case kind == "user":
		return fromUser
	case kind == "role":
		return fromRole
	case kind == "oidc-provider", kind == "saml-provider":
		return fromProvider
	}
	return 0
}

// sessionOf reads "role/session" out of the ARN of a role session.
func sessionOf(r Request, c requester, name string) (requester, error) {
	role, session, ok := strings.Cut(name, "/")
	if !ok || role == "" || session == "" || strings.Contains(session, "/") {
		return requester{}, fmt.Errorf("the principal %s is not the ARN of a role session", quoted(r.Principal))
	}
	prefix := "arn:" + c.partition + ":iam::" + c.account + ":role/"
	c.kind, c.role = fromRole, prefix+role
	if r.Role != "" {
		path, ok := strings.CutPrefix(r.Role, prefix)
		if !ok || path[strings.LastIndexByte(path, '/')+1:] != role {
			return requester{}, fmt.Errorf("the role %s is not the one of the session %s", quoted(r.Role), quoted(r.Principal))
		}
		c.role = r.Role
	}
	c.serviceLinked = r.ServiceLinkedRole || isServiceLinked(c.role)
	return c, nil
}

func isServiceLinked(role string) bool { return strings.Contains(role, ":role/aws-service-role/") }

// root returns the ARN that stands for the requester's account.
func (c *requester) root() string { return "arn:" + c.partition + ":iam::" + c.account + ":root" }

// identities returns every name under which NotPrincipal may list the requester.
func (c *requester) identities() []string {
	switch {
	case c.kind == fromAnonymous:
		return []string{""}
	case !c.ofAccount(), c.kind == fromRoot:
		return []string{c.arn}
	case c.kind == fromRole && c.role != c.arn:
		return []string{c.arn, c.role, c.root()}
	}
	return []string{c.arn, c.root()}
}
