package iampolicy

import (
	"errors"
	"fmt"
	"strings"
)

// A Request is one call that a principal makes.
type Request struct {
	// Principal is the ARN of a user, a role, a role session, a federated user, the root user or an identity provider; an
	// account id, which stands for its root user; the name of a service or of a web identity provider; or "*" for an
	// anonymous caller.
	Principal string
	// PrincipalType is AWS, Service or Federated, as policies write it, where the principal's text alone might not tell.
	PrincipalType string
	// Role is the ARN of the role behind a role session. Without it, the role is taken to have no path.
	Role            string
	Action          string
	Resource        string // an ARN, or "*" for an action that takes no resource, of which it may be left out
	ResourceAccount string // by default the account in the resource's ARN, or else the principal's
	// Context holds the values of condition keys. Letter case in keys does not count.
	Context map[string][]string
	// ManagementAccount is the organisation's management account. SCPs do not bind its principals, RCPs not its resources.
	ManagementAccount string
	// ServiceLinkedRole says that the principal is a service-linked role, which neither SCPs nor RCPs bind. The ARN of a role
	// tells it, the ARN of a session does not.
	ServiceLinkedRole bool
}

// The bounds of a request: far more than AWS accepts.
const (
	maxActionText    = 256
	maxResourceText  = 8 << 10
	maxContextKeys   = 1000
	maxContextValues = 10_000
	maxContextText   = 16 << 10
	// maxComparisons bounds the characters that one evaluation compares: part of a second, and far more than the largest
	// policies that AWS accepts can need.
	maxComparisons = 64 << 20
)

// An evaluation is one request, prepared.
type evaluation struct {
	from              requester
	action            string // in lower case
	resource          string
	resourceAccount   string
	managementAccount string
	context           map[string][]string // by key in lower case; never with an empty list
	bounded           bool                // the principal has a permissions boundary
	steps             int                 // that are left
}

func newEvaluation(r Request, bounded bool) (*evaluation, error) {
	e := &evaluation{
		action: strings.ToLower(r.Action), resource: r.Resource, managementAccount: r.ManagementAccount,
		bounded: bounded, steps: maxComparisons,
	}
	if err := checkAction(r.Action); err != nil {
		return nil, err
	}
	if a, ok := FindAction(r.Action); r.Resource == "" && ok && !a.TakesResource {
		e.resource = "*"
	}
	if e.resource == "" || len(e.resource) > maxResourceText {
		return nil, errors.New("the resource is empty or too long")
	}
	if err := e.takeContext(r.Context); err != nil {
		return nil, err
	}
	var err error
	if e.from, err = requesterOf(r, e.action); err != nil {
		return nil, err
	}
	if e.resourceAccount, err = e.accountOfResource(r.ResourceAccount); err != nil {
		return nil, err
	}
	e.addKnownKeys()
	return e, nil
}

func checkAction(action string) error {
	service, name, ok := strings.Cut(action, ":")
	if !ok || service == "" || name == "" || len(action) > maxActionText || strings.ContainsAny(action, "*? \t\r\n") {
		return fmt.Errorf("the action %s is not of the form service:Name", quoted(action))
	}
	return nil
}

func (e *evaluation) takeContext(given map[string][]string) error {
	if len(given) > maxContextKeys {
		return fmt.Errorf("the context has more than %d keys", maxContextKeys)
	}
	e.context = make(map[string][]string, len(given)+8)
	values := 0
	for key, list := range given {
		if values += len(list); values > maxContextValues {
			return fmt.Errorf("the context has more than %d values", maxContextValues)
		}
		for _, v := range list {
			if len(v) > maxContextText {
				return fmt.Errorf("a value of the context key %s is too long", quoted(key))
			}
		}
		if len(list) > 0 {
			key = strings.ToLower(key)
			e.context[key] = append(e.context[key], list...)
		}
	}
	return nil
}

// accountOfResource returns the account that owns the resource. An ARN that names another account than the request does
// is refused: which of them AWS would ask is not for us to guess.
func (e *evaluation) accountOfResource(given string) (string, error) {
	inARN := ""
	if parts := strings.SplitN(e.resource, ":", 6); len(parts) == 6 && parts[0] == "arn" && IsAccount(parts[4]) {
		inARN = parts[4]
	}
	switch {
	case given == "" && inARN == "":
		return e.from.account, nil
	case given == "":
		return inARN, nil
	case !IsAccount(given):
		return "", fmt.Errorf("the resource's account %s is no account id", quoted(given))
	case inARN != "" && inARN != given:
		return "", fmt.Errorf("the resource's ARN names account %s, the request %s", inARN, given)
	}
	return given, nil
}

// addKnownKeys adds the condition keys that follow from the principal and the resource, unless they are given.
func (e *evaluation) addKnownKeys() {
	c := &e.from
	add := func(key, value string) {
		if _, given := e.context[key]; !given && value != "" {
			e.context[key] = []string{value}
		}
	}
	add("aws:resourceaccount", e.resourceAccount)
	if c.kind == fromAnonymous {
		return
	}
	if c.kind == fromService {
		add("aws:principalisawsservice", "true")
		add("aws:principalservicename", c.arn)
		add("aws:principalservicenameslist", c.arn)
		return
	}
	add("aws:principalisawsservice", "false")
	if !c.ofAccount() {
		return
	}
	add("aws:principalaccount", c.account)
	add("aws:principalarn", c.principalARN())
	add("aws:principaltype", c.principalType())
	if c.kind == fromUser {
		add("aws:username", c.arn[strings.LastIndexByte(c.arn, '/')+1:])
	}
}

// needsResourcePolicy reports whether AWS demands the resource policy's consent within one account too: of KMS keys, and
// of roles that are to be assumed.
func (e *evaluation) needsResourcePolicy() bool {
	parts := strings.SplitN(e.resource, ":", 6)
	if len(parts) != 6 {
		return false
	}
	switch {
	case strings.HasPrefix(e.action, "kms:"):
		return parts[2] == "kms" && strings.HasPrefix(parts[5], "key/")
	case strings.HasPrefix(e.action, "sts:"):
		return parts[2] == "iam" && strings.HasPrefix(parts[5], "role/")
	}
	return false
}
