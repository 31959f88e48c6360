package simaws

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"riposte/pkg/detect"
)

// The methods of this file set the stage. They are no calls: they leave no line in the log, and they make what they need
// and does not exist yet.

// AddUser makes an IAM user.
func (a *Account) AddUser(name string) { a.seed(func(r *request) { r.ensure(detect.User, name) }) }

// AddGroup makes an IAM group.
func (a *Account) AddGroup(name string) { a.seed(func(r *request) { r.ensure(detect.Group, name) }) }

// AddRole makes an IAM role under a path such as "/" or "/aws-service-role/trustedadvisor.amazonaws.com/".
func (a *Account) AddRole(path, name string) {
	a.seed(func(r *request) { r.ensure(detect.Role, name).path = path })
}

// AddAccessKey gives a user an active access key.
func (a *Account) AddAccessKey(user, id string) {
	a.seed(func(r *request) {
		p := r.ensure(detect.User, user)
		p.keys = append(p.keys, accessKey{id: id, active: true, created: r.now})
	})
}

// AttachPolicy attaches a managed policy to a User, a Role or a Group.
func (a *Account) AttachPolicy(kind detect.ResourceType, name, policyARN string) {
	a.seed(func(r *request) {
		if p := r.ensure(kind, name); !slices.Contains(p.attached, policyARN) {
			p.attached = append(p.attached, policyARN)
		}
	})
}

// PutInlinePolicy gives a User, a Role or a Group an inline policy.
func (a *Account) PutInlinePolicy(kind detect.ResourceType, name, policyName, document string) {
	a.seed(func(r *request) { r.ensure(kind, name).inline[policyName] = document })
}

// AddPolicyVersion gives a managed policy the next version and returns its id: v1 for a policy that did not exist. The
// first version is the default in any case.
func (a *Account) AddPolicyVersion(policyARN, document string, setDefault bool) (id string) {
	a.seed(func(r *request) {
		p, ok := r.policies[policyARN]
		if !ok {
			p = &policy{created: r.now, nextVersion: 1}
			r.policies[policyARN] = p
		}
		id = p.add(document, r.now)
		if setDefault || !ok {
			p.defaultID = id
		}
	})
	return id
}

// AddTrail makes a trail of one region, or of all of them with region as its home, and returns its ARN.
func (a *Account) AddTrail(region, name string, multiRegion, logging bool) (trailARN string) {
	trailARN = arn.ARN{Partition: "aws", Service: "cloudtrail", Region: region, AccountID: a.id, Resource: "trail/" + name}.String()
	a.seed(func(r *request) {
		r.trails[trailARN] = &trail{
			name: name, region: region, bucket: strings.ToLower(name) + "-logs", multiRegion: multiRegion,
			globalServices: true, logging: logging,
		}
	})
	return trailARN
}

// AddSecurityGroup makes a security group without rules.
func (a *Account) AddSecurityGroup(region, id, name string) {
	a.seed(func(r *request) { r.groups[id] = &securityGroup{name: name, region: region, description: name} })
}

// AddSecurityGroupRule adds a rule, which needs an ID, to a security group.
func (a *Account) AddSecurityGroupRule(region, groupID string, rule detect.SecurityGroupRule) {
	a.seed(func(r *request) {
		g, ok := r.groups[groupID]
		if !ok {
			g = &securityGroup{name: groupID, region: region, description: groupID}
			r.groups[groupID] = g
		}
		g.rules = append(g.rules, rule)
	})
}

func (a *Account) seed(change func(*request)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&request{state: a.live, account: a.id, now: a.now()})
}

// ensure returns a principal and makes it where it does not exist.
func (r *request) ensure(kind detect.ResourceType, name string) *principal {
	key := principalKey{kind, name}
	if r.principals[key] == nil {
		r.principals[key] = &principal{path: "/", created: r.now, inline: map[string]string{}}
	}
	return r.principals[key]
}
