package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"riposte/pkg/cloudtrail"
)

// A Finding is one risky change that one rule saw in one event. A rule's Match fills Severity (where it differs from
// the rule's), Summary, Resource, Params and Actions (where they differ); the rest is filled in by Index.Match.
type Finding struct {
	Rule     string   `json:"rule"`
	Class    string   `json:"class"`
	Severity Severity `json:"severity"`
	Title    string   `json:"title"`
	Summary  string   `json:"summary"`       // one sentence with the facts that decided; built from hostile text, escape it
	Why      string   `json:"why,omitempty"` // why it matters, from the rule's doc, so that a message needs no catalogue
	Resource Resource `json:"resource"`
	Tactic   string   `json:"tactic,omitempty"` // what the attacker's aim would be; see Rule.Tactic

	// Params are the facts that an action needs, by the names that the Param constants list.
	Params map[string]string `json:"params,omitempty"`
	// Actions are the remedies that fit this finding in order of preference. Match leaves it nil to take the rule's.
	Actions []string `json:"actions,omitempty"`
	// Unjudged says why the event could not be judged; empty where it could. Such a finding is never acted on.
	Unjudged string `json:"unjudged,omitempty"`
	// Attempt is set where the call failed, so that nothing changed. Such a finding is never acted on.
	Attempt bool `json:"attempt,omitempty"`
	// Rate makes the finding one of a series, which is told only when there are many; nil where one is enough.
	Rate *Rate `json:"rate,omitempty"`

	Actor Actor    `json:"actor"`
	Event EventRef `json:"event"`
}

// Names of Finding.Params.
const (
	ParamPolicyARN   = "policy_arn"   // the managed policy that was attached
	ParamPolicyName  = "policy_name"  // the inline policy that was put
	ParamGroupName   = "group_name"   // the group that a user came into
	ParamProviderARN = "provider_arn" // the identity provider that was made, by its ARN
	ParamBoundary    = "boundary"     // the permissions boundary that was put, by its ARN; none where it was removed
	ParamVersionID   = "version_id"   // the managed policy's version that became the default
	ParamPasswords   = "passwords"    // the account's password policy that was set, as State.State says it; none where it was deleted
	ParamRuleIDs     = "rule_ids"     // security group rule ids, separated by commas
	ParamRules       = "rules"        // the security group rules as a JSON list of SecurityGroupRule
	ParamMirror      = "mirror"       // the session that copies an interface's traffic, as a JSON MirrorOf
	ParamPart        = "part"         // the part of the resource that is meant, as State.Name says it
	ParamACLEntry    = "acl_entry"    // the network ACL's entry that was made, as a JSON ACLEntry
	ParamRoute       = "route"        // the route that was made, as a JSON Route

	ParamTargetID      = "target_id"      // the root, unit or account that an organization's policy was detached from, or the account of an assignment
	ParamInstanceARN   = "instance_arn"   // the instance of IAM Identity Center
	ParamPrincipalType = "principal_type" // USER or GROUP of IAM Identity Center
	ParamPrincipalID   = "principal_id"   // and its id

	ParamDocumentHash = "document_hash" // DocumentHash of the policy document that was put
	ParamRisks        = "risks"         // the codes of what a policy document grants too broadly, separated by commas

	// ParamSettings are the risky ones of the settings that a request set, by the API's names, as a JSON object of texts:
	// {"IsMultiRegionTrail":"false"}.
	ParamSettings   = "settings"
	ParamFilterName = "filter_name" // GuardDuty's filter that archives findings
	ParamIPSetID    = "ip_set_id"   // GuardDuty's trusted list of addresses
	ParamEventBus   = "event_bus"   // the event bus of a rule, by name or ARN; none for the default bus
	ParamAlarms     = "alarms"      // the names of the alarms that were silenced, as a JSON list

	ParamGrantees      = "grantees"       // with whom a resource was shared: a JSON list of account ids, ARNs and "all"
	ParamStatements    = "statements"     // DocumentHash of each risky statement of a trust policy, StatementHash of a resource's, separated by commas
	ParamAllStatements = "all_statements" // StatementHash of each statement of the policy that was put, risky or not, separated by commas
	ParamGrantID       = "grant_id"       // the grant that was made on a key
	ParamStatementID   = "statement_id"   // the Sid of the statement that a call added to a resource policy
	ParamQualifier     = "qualifier"      // the version or alias of a function whose policy or URL was changed

	ParamBucketGrants   = "bucket_grants"   // what an access control list of S3 grants to everyone: a JSON list such as ["READ AllUsers"]
	ParamVersioning     = "versioning"      // "Suspended" where a bucket's versioning was
	ParamLifecycleRules = "lifecycle_rules" // the lifecycle rules that delete soon, as a JSON list of LifecycleRule
	ParamReplication    = "replication"     // the rules that replicate into strangers' accounts, as a JSON list of ReplicationRule
	ParamEncryption     = "encryption"      // the stranger's key that a bucket encrypts with by default, or EncryptionDeleted
)

// A LifecycleRule is what a rule of a bucket's lifecycle deletes, and when. It is comparable.
type LifecycleRule struct {
	ID         string `json:"id"`
	Days       int32  `json:"days,omitempty"`
	Date       string `json:"date,omitempty"` // "2026-11-24"
	FormerDays int32  `json:"former_days,omitempty"`
}

// A ReplicationRule is where a rule of a bucket's replication copies objects to. It is comparable.
type ReplicationRule struct {
	ID     string `json:"id"`
	Bucket string `json:"bucket"` // an ARN
}

// EncryptionDeleted is the ParamEncryption of a call that deleted a bucket's default encryption.
const EncryptionDeleted = "deleted"

// A SecurityGroupRule is one rule of a security group as the event shows it. It is comparable.
type SecurityGroupRule struct {
	ID          string `json:"id,omitempty"` // "sgr-…"; a rule that is put back gets a new one
	Protocol    string `json:"protocol"`     // "tcp", "-1" for every protocol
	FromPort    int32  `json:"from_port"`
	ToPort      int32  `json:"to_port"`
	CIDRIPv4    string `json:"cidr_ipv4,omitempty"`
	CIDRIPv6    string `json:"cidr_ipv6,omitempty"`
	Egress      bool   `json:"egress,omitempty"`
	Description string `json:"description,omitempty"`
}

// An ACLEntry is one entry of a network ACL. It is comparable.
type ACLEntry struct {
	Number   int32  `json:"number"`
	Egress   bool   `json:"egress,omitempty"`
	Allow    bool   `json:"allow"`
	Protocol string `json:"protocol"` // "6", "-1" for every protocol
	FromPort int32  `json:"from_port"`
	ToPort   int32  `json:"to_port"` // both -1 where no ports are said
	ICMPType int32  `json:"icmp_type"`
	ICMPCode int32  `json:"icmp_code"` // both -1 where none are said
	CIDRIPv4 string `json:"cidr_ipv4,omitempty"`
	CIDRIPv6 string `json:"cidr_ipv6,omitempty"`
}

// A MirrorOf says which session copies the traffic of a network interface.
type MirrorOf struct {
	Number int32  `json:"number"` // of the interface's sessions
	Target string `json:"target"`
	Filter string `json:"filter"`
}

// A Route is where a route table sends what goes to a range of addresses. Exactly one of its ways is stated. It is
// comparable.
type Route struct {
	DestinationIPv4 string `json:"destination_ipv4,omitempty"`
	DestinationIPv6 string `json:"destination_ipv6,omitempty"`

	Gateway          string `json:"gateway,omitempty"` // an Internet or a VPN gateway, or a Gateway Load Balancer's endpoint
	Instance         string `json:"instance,omitempty"`
	NetworkInterface string `json:"network_interface,omitempty"`
	NATGateway       string `json:"nat_gateway,omitempty"`
	EgressOnly       string `json:"egress_only,omitempty"` // an egress-only Internet gateway
	Peering          string `json:"peering,omitempty"`
	TransitGateway   string `json:"transit_gateway,omitempty"`
	LocalGateway     string `json:"local_gateway,omitempty"`
	CarrierGateway   string `json:"carrier_gateway,omitempty"`
	CoreNetwork      string `json:"core_network,omitempty"` // an ARN
}

// ResourceType names a kind of resource, in the words of its own service.
type ResourceType string

// The kinds of resource that rules report on.
const (
	Account       ResourceType = "Account"
	OwnCalls      ResourceType = "OwnCalls" // what Riposte's own roles do in an account
	User          ResourceType = "User"
	Role          ResourceType = "Role"
	Group         ResourceType = "Group"
	AccessKey     ResourceType = "AccessKey"
	Policy        ResourceType = "Policy"
	Trail         ResourceType = "Trail"
	SecurityGroup ResourceType = "SecurityGroup"

	IdentityProvider     ResourceType = "IdentityProvider"
	MFADevice            ResourceType = "MFADevice"
	InstanceProfile      ResourceType = "InstanceProfile"
	TrustAnchor          ResourceType = "TrustAnchor" // of IAM Roles Anywhere
	RolesAnywhereProfile ResourceType = "RolesAnywhereProfile"
	SigningCertificate   ResourceType = "SigningCertificate"
	SSHPublicKey         ResourceType = "SSHPublicKey"
	ServerCertificate    ResourceType = "ServerCertificate"
	ServiceCredential    ResourceType = "ServiceCredential"
	PermissionSet        ResourceType = "PermissionSet"

	Bucket            ResourceType = "Bucket"
	Object            ResourceType = "Object"
	AccessPoint       ResourceType = "AccessPoint" // of S3
	Snapshot          ResourceType = "Snapshot"    // of EBS
	Image             ResourceType = "Image"
	Instance          ResourceType = "Instance"
	DBInstance        ResourceType = "DBInstance"
	DBSnapshot        ResourceType = "DBSnapshot"
	DBClusterSnapshot ResourceType = "DBClusterSnapshot"
	Function          ResourceType = "Function"
	LayerVersion      ResourceType = "LayerVersion"
	Repository        ResourceType = "Repository"
	Registry          ResourceType = "Registry"
	Document          ResourceType = "Document" // of Systems Manager
	Secret            ResourceType = "Secret"
	Key               ResourceType = "Key"
	Vault             ResourceType = "Vault" // of Glacier
	Domain            ResourceType = "Domain"
	Topic             ResourceType = "Topic"
	Queue             ResourceType = "Queue"
	Project           ResourceType = "Project" // of CodeBuild

	NetworkACL        ResourceType = "NetworkACL"
	NetworkInterface  ResourceType = "NetworkInterface"
	RouteTable        ResourceType = "RouteTable"
	PeeringConnection ResourceType = "PeeringConnection"
	VPC               ResourceType = "VPC"
	Subnet            ResourceType = "Subnet"
	DBSecurityGroup   ResourceType = "DBSecurityGroup"
	LoadBalancer      ResourceType = "LoadBalancer"
	MirrorSession     ResourceType = "MirrorSession"
	MirrorTarget      ResourceType = "MirrorTarget"
	HostedZone        ResourceType = "HostedZone"
	DomainName        ResourceType = "DomainName" // of Route 53
	KeyPair           ResourceType = "KeyPair"

	DBCluster       ResourceType = "DBCluster"
	GlobalCluster   ResourceType = "GlobalCluster"
	AutomatedBackup ResourceType = "AutomatedBackup" // of RDS
	BackupVault     ResourceType = "BackupVault"
	BackupPlan      ResourceType = "BackupPlan"
	RecoveryPoint   ResourceType = "RecoveryPoint"
	Table           ResourceType = "Table"
	Cluster         ResourceType = "Cluster" // of EKS
	TaskDefinition  ResourceType = "TaskDefinition"
	Model           ResourceType = "Model"
	Identity        ResourceType = "Identity" // that sends mail

	Organization       ResourceType = "Organization"
	OrganizationPolicy ResourceType = "OrganizationPolicy"

	EventDataStore          ResourceType = "EventDataStore"
	ConfigurationRecorder   ResourceType = "ConfigurationRecorder"
	ConfigurationAggregator ResourceType = "ConfigurationAggregator"
	DeliveryChannel         ResourceType = "DeliveryChannel"
	ConfigRule              ResourceType = "ConfigRule"
	ConformancePack         ResourceType = "ConformancePack"
	Detector                ResourceType = "Detector"
	FlowLog                 ResourceType = "FlowLog"
	QueryLog                ResourceType = "QueryLog"
	LogGroup                ResourceType = "LogGroup"
	WebACL                  ResourceType = "WebACL"
	WAFRule                 ResourceType = "WAFRule"           // or a group of rules
	ProtectedResource       ResourceType = "ProtectedResource" // what a web ACL is associated with
	Guardrail               ResourceType = "Guardrail"
	EventRule               ResourceType = "EventRule"
	Alarm                   ResourceType = "Alarm"
	Analyzer                ResourceType = "Analyzer"

	EventBus ResourceType = "EventBus"
	Schedule ResourceType = "Schedule" // of EventBridge Scheduler
	Stack    ResourceType = "Stack"    // of CloudFormation, or a StackSet
)

// A Resource is what a change was made to.
type Resource struct {
	Type   ResourceType `json:"type"`
	ID     string       `json:"id"`               // the name or id by which the service's API takes it; an ARN for policies
	Parent string       `json:"parent,omitempty"` // the user of an access key, the bucket of an object
}

// String returns the resource as "Type/ID".
func (r Resource) String() string { return string(r.Type) + "/" + r.ID }

// An Actor says who made the change, for people: nothing here may decide whether to act except Kind and ARN.
type Actor struct {
	Kind      string `json:"kind"`           // userIdentity.type
	Name      string `json:"name"`           // short text for a person
	ARN       string `json:"arn,omitempty"`  // the caller; for a role session the session's ARN
	Role      string `json:"role,omitempty"` // the role's ARN behind a session
	AccountID string `json:"account,omitempty"`
	AccessKey string `json:"access_key,omitempty"`
	MFA       bool   `json:"mfa"`
	SourceIP  string `json:"source_ip,omitempty"`
	UserAgent string `json:"user_agent,omitempty"`
	InvokedBy string `json:"invoked_by,omitempty"`
	Source    string `json:"source_identity,omitempty"` // sts SourceIdentity: the person behind the role
}

// An EventRef identifies the record behind a finding.
type EventRef struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Source    string    `json:"source"`
	Time      time.Time `json:"time"`
	Account   string    `json:"account"`
	Region    string    `json:"region"`
	Partition string    `json:"partition"`
	Replay    string    `json:"replay,omitempty"` // the archive replay that delivered it
}

// Incident returns the identifier of the incident that this finding opens. It depends on the account, the event, the
// rule and the resource, so that every delivery of one event leads to the same incident.
func (f Finding) Incident() string {
	parts := []string{
		f.Event.Account, f.Event.ID, f.Rule, string(f.Resource.Type), f.Resource.Parent, f.Resource.ID,
		f.Params[ParamPolicyARN], f.Params[ParamPolicyName],
	}
	if names := f.Params[ParamAlarms]; names != "" { // one call may silence Riposte's own and others
		parts = append(parts, names)
	}
	if f.Rate != nil { // one event may be counted by its actor and by its address
		parts = append(parts, f.Rate.Key...)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "inc-" + hex.EncodeToString(sum[:8])
}

// Group returns the key under which changes to the same thing are put in order: an access key goes with its user.
func (f Finding) Group() string {
	id := f.Resource.ID
	if f.Resource.Parent != "" {
		id = f.Resource.Parent
	}
	sum := sha256.Sum256([]byte(f.Event.Account + "\x00" + f.Event.Region + "\x00" + id))
	return hex.EncodeToString(sum[:16])
}

func refOf(e *cloudtrail.Event) EventRef {
	ref := EventRef{
		ID: e.DedupeID(), Name: e.Name, Source: e.Source, Time: e.Time,
		Account: e.Account, Region: e.Region, Partition: e.Partition(),
	}
	if e.Envelope != nil {
		ref.Replay = e.Envelope.ReplayName
	}
	return ref
}

func actorOf(e *cloudtrail.Event) Actor {
	id := e.Identity
	return Actor{
		Kind: id.Type, Name: id.Name(), ARN: id.ARN, Role: id.Session.IssuerARN, AccountID: id.AccountID,
		AccessKey: id.AccessKeyID, MFA: id.Session.MFA, SourceIP: e.SourceIP, UserAgent: e.UserAgent,
		InvokedBy: id.InvokedBy, Source: id.Session.SourceIdentity,
	}
}
