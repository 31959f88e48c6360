// Package ocsf writes incidents as events of the Open Cybersecurity Schema Framework, so that a SIEM which knows nothing
// of Riposte can read them: Detection Finding (class 2004) of schema 1.5.0, with the profiles cloud and security_control.
// One incident is one finding, by finding_info.uid, and every message about it one event: created, updated, closed.
//
// Every text is one clean line of bounded length, however hostile the event was; a whole finding stays below 64 KB, and usually has 4.
// https://schema.ocsf.io/1.5.0/classes/detection_finding
package ocsf

// Version is the schema's version.
const Version = "1.5.0"

// A Finding is a Detection Finding.
type Finding struct {
	ActivityID   int    `json:"activity_id"`
	ActivityName string `json:"activity_name"`
	CategoryUID  int    `json:"category_uid"`
	CategoryName string `json:"category_name"`
	ClassUID     int    `json:"class_uid"`
	ClassName    string `json:"class_name"`
	TypeUID      int    `json:"type_uid"`
	TypeName     string `json:"type_name"`

	Time         int64  `json:"time"` // milliseconds since 1970, as all times
	Message      string `json:"message"`
	SeverityID   int    `json:"severity_id"`
	Severity     string `json:"severity"`
	StatusID     int    `json:"status_id"`
	Status       string `json:"status"`
	StatusCode   string `json:"status_code,omitempty"` // the incident's state, in Riposte's words
	StatusDetail string `json:"status_detail,omitempty"`
	IsAlert      bool   `json:"is_alert"` // somebody has to look

	ActionID      int    `json:"action_id"`
	Action        string `json:"action"`
	DispositionID int    `json:"disposition_id"`
	Disposition   string `json:"disposition"`

	Metadata    Metadata     `json:"metadata"`
	FindingInfo FindingInfo  `json:"finding_info"`
	Cloud       Cloud        `json:"cloud"`
	Resources   []Resource   `json:"resources"`
	Evidences   []Evidence   `json:"evidences,omitempty"`
	Remediation *Remediation `json:"remediation,omitempty"`
	// Unmapped is what the schema has no place for.
	Unmapped map[string]string `json:"unmapped,omitempty"`
}

// Metadata says what made the event.
type Metadata struct {
	Version        string   `json:"version"`
	Product        Product  `json:"product"`
	Profiles       []string `json:"profiles"`
	UID            string   `json:"uid"` // the same for every delivery of one message
	CorrelationUID string   `json:"correlation_uid,omitempty"`
	EventCode      string   `json:"event_code,omitempty"`
}

// A Product is Riposte.
type Product struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
}

// FindingInfo identifies the finding.
type FindingInfo struct {
	UID           string         `json:"uid"`
	Title         string         `json:"title"`
	Desc          string         `json:"desc,omitempty"`
	Types         []string       `json:"types,omitempty"`
	CreatedTime   int64          `json:"created_time,omitempty"`
	ModifiedTime  int64          `json:"modified_time,omitempty"`
	FirstSeenTime int64          `json:"first_seen_time,omitempty"`
	LastSeenTime  int64          `json:"last_seen_time,omitempty"`
	DataSources   []string       `json:"data_sources,omitempty"`
	SrcURL        string         `json:"src_url,omitempty"`
	Analytic      *Analytic      `json:"analytic,omitempty"`
	Attacks       []Attack       `json:"attacks,omitempty"`
	RelatedEvents []RelatedEvent `json:"related_events,omitempty"`
}

// An Analytic is the rule.
type Analytic struct {
	UID      string `json:"uid,omitempty"`
	Name     string `json:"name"`
	Category string `json:"category,omitempty"`
	Type     string `json:"type"`
	TypeID   int    `json:"type_id"`
}

// An Attack is the aim that an attacker would have, in MITRE ATT&CK.
type Attack struct {
	Tactic Tactic `json:"tactic"`
}

// A Tactic is one of MITRE ATT&CK.
type Tactic struct {
	UID  string `json:"uid"`
	Name string `json:"name"`
}

// A RelatedEvent is another incident of the chain.
type RelatedEvent struct {
	UID           string `json:"uid"`
	Title         string `json:"title,omitempty"`
	SeverityID    int    `json:"severity_id"`
	Severity      string `json:"severity"`
	FirstSeenTime int64  `json:"first_seen_time,omitempty"`
}

// Cloud is where it happened.
type Cloud struct {
	Provider       string   `json:"provider"`
	Region         string   `json:"region,omitempty"`
	CloudPartition string   `json:"cloud_partition,omitempty"`
	Account        *Account `json:"account,omitempty"`
}

// An Account is an AWS account.
type Account struct {
	UID    string `json:"uid"`
	Type   string `json:"type"`
	TypeID int    `json:"type_id"`
}

// A Resource is what was changed.
type Resource struct {
	UID            string `json:"uid"`
	Name           string `json:"name,omitempty"`
	Type           string `json:"type,omitempty"`
	Region         string `json:"region,omitempty"`
	CloudPartition string `json:"cloud_partition,omitempty"`
}

// Evidence is the call that was recorded.
type Evidence struct {
	UID         string       `json:"uid,omitempty"` // of the record in CloudTrail
	API         *API         `json:"api,omitempty"`
	Actor       *Actor       `json:"actor,omitempty"`
	SrcEndpoint *Endpoint    `json:"src_endpoint,omitempty"`
	HTTPRequest *HTTPRequest `json:"http_request,omitempty"`
}

// An API is a call of AWS.
type API struct {
	Operation string   `json:"operation"`
	Service   *Service `json:"service,omitempty"`
}

// A Service is one of AWS.
type Service struct {
	Name string `json:"name"`
}

// An Actor is who called.
type Actor struct {
	User    User     `json:"user"`
	Session *Session `json:"session,omitempty"`
}

// A User is a principal.
type User struct {
	UID           string   `json:"uid,omitempty"`
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	TypeID        int      `json:"type_id"`
	CredentialUID string   `json:"credential_uid,omitempty"`
	HasMFA        bool     `json:"has_mfa"`
	Account       *Account `json:"account,omitempty"`
}

// A Session is that of a role.
type Session struct {
	UID    string `json:"uid,omitempty"`
	Issuer string `json:"issuer"`
	IsMFA  bool   `json:"is_mfa"`
}

// An Endpoint is where the call came from: an address, or a service of AWS.
type Endpoint struct {
	IP      string `json:"ip,omitempty"`
	SvcName string `json:"svc_name,omitempty"`
}

// An HTTPRequest says with what was called.
type HTTPRequest struct {
	UserAgent string `json:"user_agent"`
}

// A Remediation says what a person can do.
type Remediation struct {
	Desc string `json:"desc"`
}
