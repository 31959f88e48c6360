package iampolicy

import "strings"

// A scope is how much of its resources a statement grants for one action. The greater is the wider.
type scope uint8

const (
	noResource    scope = iota // none that the action can be used on
	someResources              // some of them
	anyResource                // all of them, or all of the kind that matters
)

// A resourceClass is the resources that an action is used on.
type resourceClass struct {
	service string // as in ARNs
	also    string // a second service whose resources it is used on
	kind    string // the beginning of the resource, such as "role/"; "" where there are several kinds
	plain   bool   // the names of the service's resources have no kind before them
}

// classOf returns the resources of an action.
func classOf(action string) resourceClass {
	service, name, _ := strings.Cut(action, ":")
	service = strings.ToLower(service)
	c := resourceClass{service: service}
	switch service {
	case iam:
		c.kind = identityKind(name)
	case "sts":
		c.service = iam
		if strings.HasPrefix(name, "AssumeRole") {
			c.kind = "role/"
		}
	case "ec2-instance-connect":
		c.service = "ec2"
	case "ecr-public", "autoscaling":
		c.also = map[string]string{"ecr-public": "ecr", "autoscaling": "ec2"}[service]
	case "s3", "sns", "sqs", "codecommit", "execute-api":
		c.plain = true
	case "ssm":
		c.also = "ec2"
		if name == "StartSession" {
			c.service, c.also = "ec2", ""
		}
	}
	for _, k := range actionKinds {
		if k.service == service && strings.Contains(name, k.part) {
			c.kind, c.also = k.kind, ""
			break
		}
	}
	return c
}

// An actionKind tells the kind of resources of the actions of a service whose names hold a word.
type actionKind struct{ service, part, kind string }

// actionKinds lists the kinds that decide what a grant of a sensitive action amounts to. To run a command the document
// counts, and to open a session the instance.
var actionKinds = [...]actionKind{
	{"ssm", "GetParameter", "parameter/"},
	{"ssm", "SendCommand", "document/"},
	{"ssm", "CreateDocument", "document/"},
	{"ssm", "StartSession", "instance/"},
	{"secretsmanager", "", "secret:"},
	{"glue", "DevEndpoint", "devEndpoint/"},
	{"glue", "Job", "job/"},
	{"codebuild", "StartBuild", "project/"},
	{"sagemaker", "LifecycleConfig", "notebook-instance-lifecycle-config/"},
	{"sagemaker", "NotebookInstance", "notebook-instance/"},
	{"lambda", "Function", "function:"},
	{"cloudformation", "StackSet", "stackset/"},
	{"cloudformation", "UpdateStack", "stack/"},
	{"cloudformation", "ChangeSet", "stack/"},
	{"ec2", "LaunchTemplate", "launch-template/"},
	{"ec2", "ModifyInstanceAttribute", "instance/"},
	{"ec2", "StopInstances", "instance/"},
	{"ec2", "StartInstances", "instance/"},
	{"apprunner", "UpdateService", "service/"},
	{"states", "UpdateStateMachine", "stateMachine:"},
}

// identityKind returns what kind of identity an action of IAM is used on.
func identityKind(action string) string {
	switch {
	case strings.Contains(action, "PolicyVersion"):
		return "policy/"
	case strings.Contains(action, "Group"):
		return "group/"
	case strings.Contains(action, "Role"):
		return "role/"
	case strings.Contains(action, "User"), strings.Contains(action, "AccessKey"), strings.Contains(action, "LoginProfile"):
		return "user/"
	}
	return ""
}

// fresh stands for a character that no real name holds: in a probe, only a wildcard can match it. A pattern that
// matches a probe made of it therefore matches every name of that shape, however the pattern is spelt.
const (
	fresh     = "\x01"
	freshName = fresh + fresh + fresh + fresh + fresh + fresh + fresh + fresh + fresh + fresh + fresh + fresh
)

// allStars reports whether a pattern matches everything: it is stars and, beside them, few question marks.
func allStars(pattern string) bool {
	stars := false
	for i := range len(pattern) {
		if pattern[i] != '*' && pattern[i] != '?' {
			return false
		}
		stars = stars || pattern[i] == '*'
	}
	return stars && len(pattern) <= 8
}

// scopeOf returns how much of a class a resource pattern covers. An account in the pattern narrows nothing: an identity
// policy acts in its own account. A region does.
func scopeOf(pattern string, c resourceClass, variables bool) scope {
	if allStars(pattern) {
		return anyResource
	}
	if strings.Contains(pattern, "${") {
		return variableScope(pattern, c, variables)
	}
	a, ok := ParseARN(pattern)
	if !ok {
		return spanningScope(pattern, c)
	}
	if !MatchAction(a.Service, c.service) && (c.also == "" || !MatchAction(a.Service, c.also)) {
		return noResource
	}
	s := kindScope(a.Resource, c)
	if s == anyResource && a.Region != "" && !allStars(a.Region) {
		return someResources
	}
	return s
}

// variableScope judges a pattern with a policy variable, of which the caller's own name is the usual: rights over
// oneself are no rights over others. In a document of 2008 a variable is text, which no resource has.
func variableScope(pattern string, c resourceClass, variables bool) scope {
	before, _, _ := strings.Cut(pattern, "${")
	if !variables || strings.HasSuffix(pattern, "/${aws:username}") && (c.kind == "user/" || c.kind == "") && c.service == iam {
		return noResource
	}
	if scopeOf(before+"*", c, false) == noResource {
		return noResource
	}
	return someResources
}

// spanningScope judges a pattern whose wildcards reach over the parts of an ARN, such as "arn:aws:*".
func spanningScope(pattern string, c resourceClass) scope {
	if !HasWildcard(pattern) {
		return noResource
	}
	partition := "aws"
	if rest, ok := strings.CutPrefix(pattern, "arn:"); ok {
		if p, _, ok := strings.Cut(rest, ":"); ok && !HasWildcard(p) {
			partition = p
		}
	}
	for _, service := range [...]string{c.service, c.also} {
		if service == "" {
			continue
		}
		head := "arn:" + partition + ":" + service + ":"
		if Match(pattern, head+":"+freshName+":"+c.kind+freshName) || Match(pattern, head+fresh+":"+freshName+":"+c.kind+freshName) {
			return anyResource
		}
		if literal := pattern[:strings.IndexAny(pattern, "*?")]; strings.HasPrefix(head, literal) || strings.HasPrefix(literal, head) {
			return someResources
		}
	}
	return noResource
}

// kindScope judges the last part of an ARN.
func kindScope(resource string, c resourceClass) scope {
	if !HasWildcard(resource) {
		if c.kind != "" && !strings.HasPrefix(resource, c.kind) {
			return noResource
		}
		return someResources
	}
	if allStars(resource) {
		return anyResource
	}
	if c.kind != "" {
		return knownKindScope(resource, c.kind)
	}
	literal := resource[:strings.IndexAny(resource, "*?")]
	rest := strings.Trim(resource[len(literal):], "*?/:")
	switch {
	case c.plain:
		if literal == "" && rest == "" {
			return anyResource
		}
	case rest == "" && isKind(literal):
		return anyResource
	}
	return someResources
}

// knownKindScope judges a pattern for resources that all begin with a kind.
func knownKindScope(resource, kind string) scope {
	if Match(resource, kind+freshName) {
		return anyResource
	}
	literal := resource[:strings.IndexAny(resource, "*?")]
	if strings.HasPrefix(literal, kind) || strings.HasPrefix(kind, literal) {
		return someResources
	}
	return noResource
}

// isKind reports whether the beginning of a resource pattern is a kind of resources and no name: "table/", "secret:".
func isKind(literal string) bool {
	if literal == "" {
		return true
	}
	word := literal[:len(literal)-1]
	if end := literal[len(literal)-1]; word == "" || end != '/' && end != ':' {
		return false
	}
	for i := range len(word) {
		if b := lower(word[i]); b != '-' && (b < 'a' || b > 'z') {
			return false
		}
	}
	return true
}

// reachesEveryService reports whether a resource pattern covers the resources of every service.
func reachesEveryService(pattern string) bool {
	if allStars(pattern) {
		return true
	}
	a, ok := ParseARN(pattern)
	if !ok {
		return spanningScope(pattern, resourceClass{service: fresh + fresh + fresh}) == anyResource
	}
	return allStars(a.Service) && allStars(a.Resource) && (a.Region == "" || allStars(a.Region))
}
