//go:build oracles

package evaluate_test

import (
	"encoding/json"
	"math/rand/v2"
)

// A generator makes requests and policies of few principals, actions and resources, so that they often meet.
type generator struct{ *rand.Rand }

type object map[string]any

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

func (g generator) one(in int) bool { return g.IntN(in) == 0 }

// A target is an action and what it is done to.
type target struct {
	action, resource string
	demands          bool // the resource always has a policy, which has to consent
}

const (
	own   = "111122223333"
	other = "444455556666"
)

func (g generator) target(account string) target {
	return pick(g,
		target{"s3:GetObject", "arn:aws:s3:::data/" + pick(g, "a", "b/c", "home/alice/x", "a:b"), false},
		target{"s3:ListBucket", "arn:aws:s3:::data", false},
		target{"sqs:SendMessage", "arn:aws:sqs:us-east-1:" + account + ":jobs", false},
		target{"sns:Publish", "arn:aws:sns:us-east-1:" + account + ":news", false},
		target{"dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:" + account + ":table/t", false},
		target{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:" + account + ":secret:s-a1b2c3", false},
		target{"kms:Decrypt", "arn:aws:kms:us-east-1:" + account + ":key/1234abcd-12ab-34cd-56ef-1234567890ab", true},
		target{"sts:AssumeRole", "arn:aws:iam::" + account + ":role/target", true},
	)
}

func (g generator) principal() string {
	return pick(g,
		"arn:aws:iam::"+own+":user/alice", "arn:aws:iam::"+own+":user/alice",
		"arn:aws:sts::"+own+":assumed-role/app/s1", "arn:aws:sts::"+own+":assumed-role/app/s1",
		"sns.amazonaws.com", "*",
	)
}

// context returns the keys that go with a principal, and some that conditions ask for. AWS's documentation leaves open
// what a key of several values means without a quantifier: only aws:TagKeys has them here, and it is asked for with one.
func (g generator) context(r *request) map[string][]string {
	c := map[string][]string{"aws:ResourceAccount": {r.ResourceAccount}}
	switch r.Principal {
	case "arn:aws:iam::" + own + ":user/alice":
		c["aws:PrincipalArn"], c["aws:username"], c["aws:PrincipalType"] = []string{r.Principal}, []string{"alice"}, []string{"User"}
	case "arn:aws:sts::" + own + ":assumed-role/app/s1":
		c["aws:PrincipalArn"], c["aws:PrincipalType"] = []string{"arn:aws:iam::" + own + ":role/app"}, []string{"AssumedRole"}
	case "sns.amazonaws.com":
		c["aws:PrincipalServiceName"], c["aws:PrincipalIsAWSService"] = []string{r.Principal}, []string{"true"}
		c["aws:PrincipalServiceNamesList"] = []string{r.Principal}
	}
	if c["aws:PrincipalArn"] != nil {
		c["aws:PrincipalAccount"], c["aws:PrincipalIsAWSService"] = []string{own}, []string{"false"}
	}
	sometimes := func(key string, values ...string) {
		if g.one(2) {
			c[key] = values
		}
	}
	sometimes("aws:SourceIp", pick(g, "192.0.2.7", "198.51.100.9", "2001:db8::1"))
	sometimes("aws:PrincipalTag/team", pick(g, "blue", "Blue", "red", "a*b"))
	sometimes("aws:RequestedRegion", pick(g, "us-east-1", "eu-west-1"))
	sometimes("aws:SecureTransport", pick(g, "true", "false"))
	sometimes("aws:MultiFactorAuthAge", pick(g, "10", "3600", "-1", "9.5"))
	sometimes("aws:CurrentTime", pick(g, "2026-11-24T12:00:00Z", "2025-01-01T00:00:00Z"))
	sometimes("aws:SourceArn", pick(g, "arn:aws:sns:us-east-1:"+own+":news", "arn:aws:sns:us-east-1:"+other+":news"))
	if g.one(2) {
		c["aws:TagKeys"] = pick(g, []string{"team"}, []string{"team", "cost"}, []string{"secret"})
	}
	return c
}

// condition returns one operator on one key. Values are well-formed: what AWS does with others is not documented.
func (g generator) condition() (operator, key string, values any) {
	suffix := pick(g, "", "", "", "IfExists")
	set := pick(g, "ForAllValues:", "ForAnyValue:")
	list := func(values ...string) any {
		if g.one(3) {
			return []string{pick(g, values...), pick(g, values...)}
		}
		return pick(g, values...)
	}
	switch g.IntN(10) {
	case 0:
		operator := pick(g, "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")
		key := "aws:PrincipalTag/team"
		if len(operator) > len("StringNotEquals") {
			key = "AWS:principaltag/TEAM"
		}
		return operator + suffix, key, list("blue", "Red", "red", "a*b", "b*")
	case 1:
		return pick(g, "StringLike", "StringNotLike") + suffix, "aws:PrincipalTag/team", list("b*", "?lue", "*", "B*e", "a${*}b", "red")
	case 2:
		return pick(g, "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "NumericEquals",
			"NumericNotEquals") + suffix, "aws:MultiFactorAuthAge", list("10", "3600", "0", "9.5")
	case 3:
		return pick(g, "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "DateEquals", "DateNotEquals") + suffix,
			"aws:CurrentTime", list("2026-11-24T12:00:00Z", "2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z")
	case 4:
		return "Bool" + suffix, "aws:SecureTransport", list("true", "false")
	case 5:
		return pick(g, "IpAddress", "NotIpAddress") + suffix, "aws:SourceIp", list("192.0.2.0/24", "198.51.100.9/32", "192.0.0.0/2", "2001:db8::/32") // of 0.0.0.0/0 iam-simulate takes no address to be in it
	case 6:
		return pick(g, "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike") + suffix, "aws:SourceArn",
			list("arn:aws:sns:us-east-1:"+own+":news", "arn:aws:sns:*:"+own+":*", "arn:aws:sns:us-east-1:*:new?")
	case 7:
		return set + pick(g, "StringEquals", "StringLike", "StringNotEquals", "StringNotLike"), "aws:TagKeys", list("team", "cost", "t*", "more")
	case 8:
		return "Null", pick(g, "aws:SourceIp", "aws:TagKeys", "aws:PrincipalTag/team"), pick(g, "true", "false")
	}
	return pick(g, "StringEquals", "StringNotEquals", "StringLike"), "aws:RequestedRegion",
		list("us-east-1", "${aws:PrincipalTag/region, 'us-east-1'}", "eu-west-1", "${aws:RequestedRegion}")
}

func (g generator) conditions() object {
	out := object{}
	for range 1 + g.IntN(2) {
		operator, key, values := g.condition()
		keys, ok := out[operator].(object)
		if !ok {
			keys = object{}
			out[operator] = keys
		}
		keys[key] = values
	}
	return out
}

// statement returns a statement about a target, mostly one that applies to it.
func (g generator) statement(of target, effect string) object {
	service, name, _ := cut(of.action)
	s := object{"Effect": effect}
	actions := pick[any](g, of.action, service+":*", "*", service+":"+name[:3]+"*", []string{"ec2:RunInstances", of.action}, "ec2:*")
	if g.one(10) {
		s["NotAction"] = pick[any](g, "ec2:*", service+":*", []string{"iam:*", "ec2:*"})
	} else {
		s["Action"] = actions
	}
	resources := pick[any](g, "*", "*", of.resource, of.resource[:len(of.resource)-1]+"?", of.resource[:len(of.resource)-1]+"*", "arn:aws:ec2:*:*:instance/*")
	if service == "s3" && g.one(3) {
		resources = pick[any](g, "arn:aws:s3:::data/*", "arn:aws:s3:::data/home/${aws:username}/*", "arn:aws:s3:::da*", []string{"arn:aws:s3:::data", "arn:aws:s3:::data/*"})
	}
	if g.one(12) {
		s["NotResource"] = pick[any](g, of.resource, "arn:aws:ec2:*:*:instance/*")
	} else {
		s["Resource"] = resources
	}
	if g.one(3) {
		s["Condition"] = g.conditions()
	}
	return s
}

func cut(action string) (service, name string, ok bool) {
	for i := range len(action) {
		if action[i] == ':' {
			return action[:i], action[i+1:], true
		}
	}
	return action, "", false
}

func (g generator) effect(denies int) string {
	if g.one(denies) {
		return "Deny"
	}
	return "Allow"
}

func (g generator) policy(of target, denies int) json.RawMessage {
	var statements []object
	for range 1 + g.IntN(3) {
		statements = append(statements, g.statement(of, g.effect(denies)))
	}
	return document(statements)
}

func document(statements []object) json.RawMessage {
	text, err := json.Marshal(object{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		panic(err) // maps of texts
	}
	return text
}

// resourcePolicy names principals. NotPrincipal lists a user with its account: of less AWS only says what it may do.
func (g generator) resourcePolicy(of target) json.RawMessage {
	var statements []object
	for range 1 + g.IntN(3) {
		s := g.statement(of, g.effect(5))
		delete(s, "NotResource")
		s["Resource"] = "*"
		if of.action == "sts:AssumeRole" {
			delete(s, "Resource")
			delete(s, "NotAction")
			s["Action"] = pick[any](g, "sts:AssumeRole", "sts:*", []string{"sts:AssumeRole", "sts:TagSession"})
		}
		user, role, session := "arn:aws:iam::"+own+":user/alice", "arn:aws:iam::"+own+":role/app", "arn:aws:sts::"+own+":assumed-role/app/s1"
		s["Principal"] = pick[any](g, "*", object{"AWS": "*"}, object{"AWS": user}, object{"AWS": []string{role, user}}, object{"AWS": session},
			object{"AWS": own}, object{"AWS": "arn:aws:iam::" + own + ":root"}, object{"AWS": other}, object{"Service": "sns.amazonaws.com"},
			object{"Service": []string{"ec2.amazonaws.com", "sns.amazonaws.com"}}, object{"AWS": role + "2"})
		statements = append(statements, s)
	}
	return document(statements)
}

// ceilings returns service control policies of some levels, most of which begin with one that allows everything.
func (g generator) ceilings(of target) [][]json.RawMessage {
	var out [][]json.RawMessage
	for range g.IntN(3) {
		statements := []object{{"Effect": "Allow", "Action": "*", "Resource": "*"}}
		switch {
		case g.one(6):
			statements = []object{g.statement(of, "Allow")}
		case g.one(3):
			statements = append(statements, g.statement(of, "Deny"))
		}
		out = append(out, []json.RawMessage{document(statements)})
	}
	return out
}

// fences returns resource control policies of some levels. The one that allows everything is on each level without being
// named, and others can only deny, to everybody, actions that they name.
func (g generator) fences(of target) [][]json.RawMessage {
	var out [][]json.RawMessage
	for range g.IntN(3) {
		s := g.statement(of, "Deny")
		delete(s, "NotAction")
		delete(s, "NotResource")
		service, name, _ := cut(of.action)
		s["Action"], s["Principal"] = pick(g, of.action, service+":*", service+":"+name[:3]+"*", "s3:PutObject"), "*"
		if s["Resource"] == nil {
			s["Resource"] = "*"
		}
		out = append(out, []json.RawMessage{document([]object{s})})
	}
	return out
}

func (g generator) question() question {
	account := pick(g, own, own, other)
	of := g.target(account)
	q := question{
		Request:  request{Principal: g.principal(), Action: of.action, Resource: of.resource, ResourceAccount: account},
		Identity: []json.RawMessage{}, Boundary: []json.RawMessage{}, Session: []json.RawMessage{},
		SCPs: [][]json.RawMessage{}, RCPs: [][]json.RawMessage{},
	}
	q.Request.Context = g.context(&q.Request)
	ofAccount := q.Request.Context["aws:PrincipalAccount"] != nil
	if g.one(2) || !ofAccount || of.demands {
		q.ResourcePolicy = g.resourcePolicy(of)
	}
	if g.one(3) {
		q.RCPs = append(q.RCPs, g.fences(of)...)
	}
	if !ofAccount {
		return q
	}
	for range g.IntN(3) {
		q.Identity = append(q.Identity, g.policy(of, 6))
	}
	if g.one(4) {
		q.Boundary = append(q.Boundary, g.policy(of, 6))
	}
	if g.one(4) && q.Request.Context["aws:username"] == nil {
		q.Session = append(q.Session, g.policy(of, 6))
	}
	q.SCPs = append(q.SCPs, g.ceilings(of)...)
	return q
}
