package cloudtrail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"riposte/pkg/cloudtrail/internal/jsonscan"
)

// Decode reads one bare CloudTrail record. It takes every odd shape that AWS and exporters write, and fails only on what
// is no CloudTrail record. The event keeps nothing of record's memory.
func Decode(record []byte) (*Event, error) {
	record, o, err := parseBounded(record)
	if err != nil {
		return nil, err
	}
	if !o.isRecord() && o.get("detail") != nil {
		return nil, errors.New("cloudtrail record: this is an EventBridge event: the record is its detail")
	}
	return decodeRecord(record, o, nil)
}

// DecodeAny reads one CloudTrail record, bare or as the detail of an EventBridge event, where it is an object or an
// object written as a JSON string.
func DecodeAny(b []byte) (*Event, error) {
	b, o, err := parseBounded(b)
	if err != nil {
		return nil, err
	}
	detail, whole := o.value("detail")
	if quoted(detail) {
		detail = unquoted(detail)
		whole = string(detail)
	}
	if detail == nil || o.isRecord() {
		return decodeRecord(b, o, nil)
	}
	record, split := o.within("detail")
	if !split {
		if record, err = parseObject(detail, whole, jsonscan.MaxDepth); err != nil {
			return nil, fmt.Errorf("eventbridge event %q: detail: %w", o.text("id"), err)
		}
	}
	return decodeRecord(detail, record, &Envelope{
		ID:         o.text("id"),
		Source:     o.text("source"),
		DetailType: o.text("detail-type"),
		Account:    o.account("account"),
		Region:     o.text("region"),
		Time:       o.time("time"),
		ReplayName: o.text("replay-name"),
	})
}

// parseBounded copies and splits what came in.
func parseBounded(b []byte) (json.RawMessage, object, error) {
	if len(b) > maxSize {
		return nil, object{}, fmt.Errorf("cloudtrail record: %d bytes are more than the %d that CloudTrail and EventBridge write: look at it by hand",
			len(b), maxSize)
	}
	b = bytes.Clone(bytes.TrimSpace(b))
	o, err := parseWithin(b, string(b), "detail")
	if err != nil {
		return nil, object{}, fmt.Errorf("cloudtrail record: %w", err)
	}
	return b, o, nil
}

// isRecord reports whether an object is a record rather than an envelope around one.
func (o object) isRecord() bool {
	return o.get("eventSource") != nil || o.get("eventName") != nil
}

func decodeRecord(raw json.RawMessage, o object, envelope *Envelope) (*Event, error) {
	e := &Event{
		Record: raw, Envelope: envelope,
		ID: o.text("eventID"), SharedEventID: o.text("sharedEventID"), RequestID: o.text("requestID"),
		Version: o.text("eventVersion"), Source: o.text("eventSource"), WireName: o.text("eventName"),
		Type: o.text("eventType"), Category: o.text("eventCategory"), Time: o.time("eventTime"),
		Account: o.account("recipientAccountId"), Region: o.text("awsRegion"),
		SourceIP: o.text("sourceIPAddress"), UserAgent: o.text("userAgent"),
		ErrorCode: o.text("errorCode"), ErrorMessage: o.text("errorMessage"), ReadOnly: o.flag("readOnly"),
		Request: NewPayload(o.get("requestParameters")), Response: NewPayload(o.get("responseElements")),
		Additional: NewPayload(o.get("additionalEventData")), Service: NewPayload(o.get("serviceEventDetails")),
	}
	e.Name = undated(e.WireName)
	if err := e.complete(o); err != nil {
		return nil, fmt.Errorf("cloudtrail record %q: %w", e.ID, err)
	}
	return e, nil
}

// complete fills in what stands in nested objects or has to be derived.
func (e *Event) complete(o object) error {
	if e.Source == "" || e.WireName == "" {
		return errors.New("no eventSource or no eventName: this is no CloudTrail record; " +
			"pass one record as CloudTrail writes it, or one EventBridge event")
	}
	caller, whole := o.value("userIdentity")
	if quoted(caller) {
		caller = unquoted(caller)
		whole = string(caller)
	}
	identity, err := nestedObject("userIdentity", caller, whole)
	if err != nil {
		return err
	}
	if e.Identity, err = decodeIdentity(identity); err != nil {
		return fmt.Errorf("userIdentity: %w", err)
	}
	e.nameSignedIn()
	addendum, err := o.object("addendum")
	if err != nil {
		return err
	}
	e.OriginalID = addendum.text("originalEventID")
	if e.ID == "" {
		e.ID = contentID(e.Record)
	}
	if env := e.Envelope; env != nil {
		e.Account = firstOf(e.Account, env.Account)
		e.Region = firstOf(e.Region, env.Region)
	}
	e.Account = firstOf(e.Account, e.Identity.AccountID)
	return nil
}

// nameSignedIn takes the user's name from where sign-ins through IAM Identity Center carry it.
func (e *Event) nameSignedIn() {
	if e.Identity.UserName != "" || e.Source != "signin.amazonaws.com" || e.Identity.Type != "IdentityCenterUser" {
		return
	}
	if name, err := lookUp(e.Additional.object, "UserName"); err == nil {
		e.Identity.UserName = textOf(name, "")
	}
}

// contentID stands in for a missing eventID, so that deliveries of one record are still recognised as one.
func contentID(record []byte) string {
	var compact bytes.Buffer
	if json.Compact(&compact, record) != nil {
		compact.Reset()
		compact.Write(record)
	}
	sum := sha256.Sum256(compact.Bytes())
	return "sha256-" + hex.EncodeToString(sum[:16])
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
