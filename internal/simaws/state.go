package simaws

import (
	"fmt"
	"maps"
	"slices"
	"time"

	cloudtrailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"riposte/pkg/detect"
)

// state is everything that an account holds.
type state struct {
	principals           map[principalKey]*principal
	providers            map[string]time.Time           // when identity providers were made, by ARN
	policies             map[string]*policy             // by ARN
	trails               map[string]*trail              // by ARN
	groups               map[string]*securityGroup      // by id
	kmsKeys              map[string]*kmsKey             // by id
	routeTables          map[string]*routeTable         // by id
	organizationPolicies map[string]*organizationPolicy // by id
	assignments          []accountAssignment
	instances            map[string]*instance // by id
	mirrors              []mirrorSession
	peerings             map[string]*peering // by id
	databases            map[databaseKey]*database
	tables               map[tableKey]*dynamoTable
	networkACLs          map[string]*networkACL   // by id
	passwordPolicy       *iamtypes.PasswordPolicy // nil where IAM's default holds; never changed, only replaced
	made                 int                      // how many identifiers have been made up
	watchers             watchers
	storage              storage
	shared               shared
	rootKeys             rootKeys
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

	boundary    string    // ARN; "" for none
	password    time.Time // when the login profile was made; zero for none
	memberships []string  // the groups of a user
	credentials []credential
}

// credential is a service-specific credential, a signing certificate or an SSH public key of a user.
type credential struct {
	kind     detect.ResourceType
	id       string
	inactive bool
	created  time.Time
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
	name, region, bucket, prefix, topic, key string
	multiRegion, globalServices, validation  bool
	organization, logging                    bool
	basic                                    []cloudtrailtypes.EventSelector // replaced as a whole, never changed
	advanced                                 []cloudtrailtypes.AdvancedEventSelector
}

type securityGroup struct {
	name, region, description string
	rules                     []detect.SecurityGroupRule
}

func newState() *state {
	return &state{
		providers: map[string]time.Time{}, principals: map[principalKey]*principal{}, policies: map[string]*policy{},
		trails: map[string]*trail{}, groups: map[string]*securityGroup{}, watchers: newWatchers(), rootKeys: rootKeys{}, shared: newShared(), storage: newStorage(),
		kmsKeys: map[string]*kmsKey{}, networkACLs: map[string]*networkACL{}, routeTables: map[string]*routeTable{},
		organizationPolicies: map[string]*organizationPolicy{},
		databases:            map[databaseKey]*database{}, instances: map[string]*instance{}, peerings: map[string]*peering{}, tables: map[tableKey]*dynamoTable{},
	}
}

// clone returns a copy that shares nothing that can change.
func (s *state) clone() *state {
	c := newState()
	c.made, c.passwordPolicy = s.made, s.passwordPolicy
	c.providers = maps.Clone(s.providers)
	c.watchers = s.watchers.clone()
	c.shared = s.shared.clone()
	c.rootKeys = s.rootKeys.clone()
	c.storage = s.storage.clone()
	for k, p := range s.principals {
		dup := *p
		dup.keys, dup.attached, dup.inline = slices.Clone(p.keys), slices.Clone(p.attached), maps.Clone(p.inline)
		dup.memberships, dup.credentials = slices.Clone(p.memberships), slices.Clone(p.credentials)
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
	for k, p := range s.organizationPolicies {
		dup := *p
		dup.targets = slices.Clone(p.targets)
		c.organizationPolicies[k] = &dup
	}
	c.assignments = slices.Clone(s.assignments)
	for k, i := range s.instances {
		dup := *i
		c.instances[k] = &dup
	}
	c.mirrors = slices.Clone(s.mirrors)
	for k, p := range s.peerings {
		dup := *p
		c.peerings[k] = &dup
	}
	for k, d := range s.databases {
		dup := *d
		c.databases[k] = &dup
	}
	for k, t := range s.tables {
		dup := *t
		c.tables[k] = &dup
	}
	for k, t := range s.routeTables {
		dup := *t
		dup.routes = slices.Clone(t.routes)
		c.routeTables[k] = &dup
	}
	for k, acl := range s.networkACLs {
		dup := *acl
		dup.entries = slices.Clone(acl.entries)
		c.networkACLs[k] = &dup
	}
	for k, key := range s.kmsKeys {
		dup := *key
		c.kmsKeys[k] = &dup
	}
	return c
}

// newID makes up an identifier that no other thing of the account has.
func (s *state) newID(format string) string {
	s.made++
	return fmt.Sprintf(format, s.made)
}
