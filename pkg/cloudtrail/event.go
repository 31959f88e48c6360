// Package cloudtrail decodes CloudTrail records, bare or inside an EventBridge envelope, into events that rules can
// read without knowing the odd shapes that the record format has.
//
// It links no SDK and does no input or output of its own.
package cloudtrail

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// An Event is one CloudTrail record. The zero value of a field means that the record did not carry it.
type Event struct {
	Record   json.RawMessage // the record as it came, without the envelope
	Envelope *Envelope       // the EventBridge envelope, or nil when the record came bare

	ID            string    // eventID, or "sha256-" and a hash of the record where it has none
	OriginalID    string    // addendum.originalEventID: the record that this one corrects
	SharedEventID string    // links the copies of one cross-account action
	RequestID     string    // requestID
	Version       string    // eventVersion, such as "1.11"
	Source        string    // eventSource, such as "iam.amazonaws.com"
	Name          string    // eventName without the API date: "AddPermission"
	WireName      string    // eventName as recorded: "AddPermission20150331v2"
	Type          string    // eventType, such as "AwsApiCall"
	Category      string    // eventCategory
	Time          time.Time // eventTime, in UTC; zero when absent or unreadable
	Account       string    // recipientAccountId, or the envelope's account, or the identity's
	Region        string    // awsRegion, or the envelope's region
	SourceIP      string    // sourceIPAddress: an address or a service name
	UserAgent     string    // chosen by the caller: for display only
	ErrorCode     string
	ErrorMessage  string
	ReadOnly      bool
	Identity      Identity

	Request    Payload // requestParameters
	Response   Payload // responseElements
	Additional Payload // additionalEventData
	Service    Payload // serviceEventDetails

	// Estate is what the operator says about the accounts around the event; nil where nobody said anything. The record
	// does not carry it: whoever asks the rules adds it.
	Estate *Estate
}

// DedupeID returns the identifier under which deliveries of the same fact are one: the original event's identifier
// where the record is a late correction, its own otherwise.
func (e *Event) DedupeID() string {
	if e.OriginalID != "" {
		return e.OriginalID
	}
	return e.ID
}

// Failed reports whether the recorded call changed nothing: it was denied, invalid or, for a sign-in, refused.
// A failed console sign-in carries an errorMessage and no errorCode.
func (e *Event) Failed() bool {
	return e.ErrorCode != "" || e.ErrorMessage != ""
}

// Denied reports whether the call failed because the caller was not allowed to make it.
func (e *Event) Denied() bool { return slices.Contains(DeniedCodes(), e.ErrorCode) }

// DeniedCodes lists the error codes with which AWS services say that a caller is not allowed to make a call.
func DeniedCodes() []string {
	return []string{
		"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException", "Client.UnauthorizedOperation",
		"Forbidden", "ForbiddenException", "NotAuthorized", "NotAuthorizedException", "UnauthorizedAccess",
		"UnauthorizedException", "UnauthorizedOperation",
	}
}

// Partition returns the AWS partition in which the event happened, "aws" where the record does not tell.
func (e *Event) Partition() string {
	if rest, ok := strings.CutPrefix(e.Identity.ARN, "arn:"); ok {
		if p, _, ok := strings.Cut(rest, ":"); ok && p != "" {
			return p
		}
	}
	switch {
	case strings.HasPrefix(e.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(e.Region, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(e.Region, "eusc-"):
		return "aws-eusc"
	}
	return "aws"
}

// An Envelope is what EventBridge wraps around a record.
type Envelope struct {
	ID         string    `json:"id"`
	Source     string    `json:"source"`
	DetailType string    `json:"detail-type"`
	Account    string    `json:"account"`
	Region     string    `json:"region"`
	Time       time.Time `json:"time"`
	ReplayName string    `json:"replay-name"` // set when the event comes from an archive, not from the account
}
