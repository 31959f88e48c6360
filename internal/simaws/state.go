package simaws

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"riposte/pkg/detect"
)

// state is everything that an account holds.
type state struct {
	principals map[principalKey]*principal
	policies   map[string]*policy        // by ARN
	trails     map[string]*trail         // by ARN
	groups     map[string]*securityGroup // by id
	made       int                       // how many identifiers have been made up
}

type principalKey struct {
	kind detect.ResourceType // User, Role or Group
	name string
}

type principal struct {
	path     string
	trust    string // a role's trust policy
	created  time.Time
	keys     []accessKey
	attached []string          // ARNs
	inline   map[string]string // documents by name
}

type accessKey struct {
	id      string
	active  bool
	created time.Time
}

type policy struct {
	created     time.Time
	defaultID   string
	nextVersion int
	versions    []policyVersion // the newest first
}

type policyVersion struct {
	id       string
	document string
	created  time.Time
}

type trail struct {
	name, region, bucket string
	multiRegion          bool
	logging              bool
}

type securityGroup struct {
	name, region, description string
	rules                     []detect.SecurityGroupRule
}

func newState() *state {
	return &state{
		principals: map[principalKey]*principal{}, policies: map[string]*policy{},
		trails: map[string]*trail{}, groups: map[string]*securityGroup{},
	}
}

// clone returns a copy that shares nothing that can change.
func (s *state) clone() *state {
	c := newState()
	c.made = s.made
	for k, p := range s.principals {
		dup := *p
		dup.keys, dup.attached, dup.inline = slices.Clone(p.keys), slices.Clone(p.attached), maps.Clone(p.inline)
		c.principals[k] = &dup
	}
	for k, p := range s.policies {
		dup := *p
		dup.versions = slices.Clone(p.versions)
		c.policies[k] = &dup
	}
	for k, t := range s.trails {
		dup := *t
		c.trails[k] = &dup
	}
	for k, g := range s.groups {
		dup := *g
		dup.rules = slices.Clone(g.rules)
		c.groups[k] = &dup
	}
	return c
}

// newID makes up an identifier that no other thing of the account has.
func (s *state) newID(format string) string {
	s.made++
	return fmt.Sprintf(format, s.made)
}
