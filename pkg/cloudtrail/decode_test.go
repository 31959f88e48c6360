package cloudtrail

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const record = `{
	"eventVersion": "1.11",
	"userIdentity": {
		"type": "AssumedRole",
		"principalId": "AROAIOSFODNN7EXAMPLE:alice",
		"arn": "arn:aws:sts::111122223333:assumed-role/Admin/alice",
		"accountId": "111122223333",
		"accessKeyId": "ASIAIOSFODNN7EXAMPLE",
		"sessionContext": {
			"sessionIssuer": {
				"type": "Role",
				"principalId": "AROAIOSFODNN7EXAMPLE",
				"arn": "arn:aws:iam::111122223333:role/Admin",
				"accountId": "111122223333",
				"userName": "Admin"
			},
			"attributes": {"creationDate": "2026-10-14T09:00:02Z", "mfaAuthenticated": "true"},
			"sourceIdentity": "alice@example.com"
		}
	},
	"eventTime": "2026-10-14T09:12:40Z",
	"eventSource": "lambda.amazonaws.com",
	"eventName": "AddPermission20150331v2",
	"awsRegion": "eu-central-1",
	"sourceIPAddress": "198.51.100.24",
	"userAgent": "aws-cli/2.31.0",
	"errorCode": "AccessDenied",
	"errorMessage": "not authorized",
	"requestParameters": {"functionName": "resize", "principal": "*"},
	"responseElements": null,
	"additionalEventData": {"note": "x"},
	"requestID": "7f3c2a10-5b8e-4d1c-9a40-6d2f0b7c1e55",
	"eventID": "c5a1de83-2b0f-4f6a-8f1e-93d7a4c2b610",
	"readOnly": false,
	"eventType": "AwsApiCall",
	"eventCategory": "Management",
	"managementEvent": true,
	"recipientAccountId": "111122223333",
	"sharedEventID": "0d6a5a8e-61a7-4a7e-a1c7-0b0a4b4a6f11",
	"addendum": {"reason": "UPDATED_DATA", "originalEventID": "11111111-2222-3333-4444-555555555555"}
}`

func wantRecord() *Event {
	return &Event{
		Record:        json.RawMessage(record),
		ID:            "c5a1de83-2b0f-4f6a-8f1e-93d7a4c2b610",
		OriginalID:    "11111111-2222-3333-4444-555555555555",
		SharedEventID: "0d6a5a8e-61a7-4a7e-a1c7-0b0a4b4a6f11",
		RequestID:     "7f3c2a10-5b8e-4d1c-9a40-6d2f0b7c1e55",
		Version:       "1.11",
		Source:        "lambda.amazonaws.com",
		Name:          "AddPermission",
		WireName:      "AddPermission20150331v2",
		Type:          "AwsApiCall",
		Category:      "Management",
		Time:          time.Date(2026, 10, 14, 9, 12, 40, 0, time.UTC),
		Account:       "111122223333",
		Region:        "eu-central-1",
		SourceIP:      "198.51.100.24",
		UserAgent:     "aws-cli/2.31.0",
		ErrorCode:     "AccessDenied",
		ErrorMessage:  "not authorized",
		Identity: Identity{
			Type:        "AssumedRole",
			PrincipalID: "AROAIOSFODNN7EXAMPLE:alice",
			ARN:         "arn:aws:sts::111122223333:assumed-role/Admin/alice",
			AccountID:   "111122223333",
			AccessKeyID: "ASIAIOSFODNN7EXAMPLE",
			Session: Session{
				IssuerType:     "Role",
				IssuerARN:      "arn:aws:iam::111122223333:role/Admin",
				IssuerUserName: "Admin",
				IssuerAccount:  "111122223333",
				MFA:            true,
				SourceIdentity: "alice@example.com",
				CreationDate:   "2026-10-14T09:00:02Z",
			},
		},
		Request:    Payload{object: json.RawMessage(`{"functionName": "resize", "principal": "*"}`)},
		Additional: Payload{object: json.RawMessage(`{"note": "x"}`)},
	}
}

func envelope(detail string) string {
	return `{"version":"0","id":"6f1c7a52-0d2c-4f63-b1f5-2f6d1c0a9b77","detail-type":"AWS API Call via CloudTrail",` +
		`"source":"aws.lambda","account":"444455556666","time":"2026-10-14T09:12:55Z","region":"eu-west-1","resources":[],` +
		`"replay-name":"redo","detail":` + detail + `}`
}

func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(b)
}

var exported = cmp.AllowUnexported(Payload{})

func TestDecode(t *testing.T) {
	for name, decode := range map[string]func([]byte) (*Event, error){"Decode": Decode, "DecodeAny": DecodeAny} {
		got, err := decode([]byte(record))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(wantRecord(), got, exported); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDecodeAnyEnvelope(t *testing.T) {
	for name, detail := range map[string]string{"object": record, "string": quote(record)} {
		got, err := DecodeAny([]byte(envelope(detail)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := wantRecord()
		want.Envelope = &Envelope{
			ID: "6f1c7a52-0d2c-4f63-b1f5-2f6d1c0a9b77", Source: "aws.lambda", DetailType: "AWS API Call via CloudTrail",
			Account: "444455556666", Region: "eu-west-1", Time: time.Date(2026, 10, 14, 9, 12, 55, 0, time.UTC), ReplayName: "redo",
		}
		if diff := cmp.Diff(want, got, exported); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEventOwnsItsMemory(t *testing.T) {
	b := []byte(record)
	e, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		b[i] = 'x'
	}
	if diff := cmp.Diff(wantRecord(), e, exported); diff != "" {
		t.Errorf("the event changed with the caller's buffer (-want +got):\n%s", diff)
	}
}

// TestDecodeOddShapes changes a small record one member at a time.
func TestDecodeOddShapes(t *testing.T) {
	const base = `"eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","eventID":"e-1"`
	for _, tt := range []struct {
		name    string
		members string // beside those of base
		get     func(*Event) any
		want    any
	}{
		{"no identity", ``, func(e *Event) any { return e.Identity }, Identity{}},
		{"identity null", `"userIdentity":null`, func(e *Event) any { return e.Identity }, Identity{}},
		{"identity a text", `"userIdentity":"root"`, func(e *Event) any { return e.Identity }, Identity{}},
		{"identity a list", `"userIdentity":["root"]`, func(e *Event) any { return e.Identity }, Identity{}},
		{"identity as JSON text", `"userIdentity":"{\"type\":\"Root\"}"`, func(e *Event) any { return e.Identity.Type }, "Root"},
		{"identity without type", `"userIdentity":{"invokedBy":"ec2.amazonaws.com"}`, func(e *Event) any { return e.Identity.IsService() }, true},
		{"identity's type null", `"userIdentity":{"type":null}`, func(e *Event) any { return e.Identity.Type }, ""},
		{"identity's type a list", `"userIdentity":{"type":["Root"]}`, func(e *Event) any { return e.Identity.Type }, ""},
		{"session null", `"userIdentity":{"type":"Root","sessionContext":null}`, func(e *Event) any { return e.Identity.Session }, Session{}},
		{"session empty", `"userIdentity":{"type":"Root","sessionContext":{}}`, func(e *Event) any { return e.Identity.Session }, Session{}},
		{
			"session parts empty", `"userIdentity":{"sessionContext":{"sessionIssuer":{},"attributes":null,"webIdFederationData":{}}}`,
			func(e *Event) any { return e.Identity.Session },
			Session{},
		},
		{
			"mfa a boolean", `"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":true}}}`,
			func(e *Event) any { return e.Identity.Session.MFA }, true,
		},
		{
			"mfa says false", `"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":"false"}}}`,
			func(e *Event) any { return e.Identity.Session.MFA }, false,
		},
		{
			"issuer's name in another case", `"userIdentity":{"sessionContext":{"sessionIssuer":{"username":"Admin"}}}`,
			func(e *Event) any { return e.Identity.Session.IssuerUserName }, "Admin",
		},
		{"read only as text", `"readOnly":"true"`, func(e *Event) any { return e.ReadOnly }, true},
		{"read only as text in capitals", `"readOnly":"TRUE"`, func(e *Event) any { return e.ReadOnly }, true},
		{"read only null", `"readOnly":null`, func(e *Event) any { return e.ReadOnly }, false},
		{"account a number", `"recipientAccountId":111122223333`, func(e *Event) any { return e.Account }, "111122223333"},
		{"account a number without its zeros", `"recipientAccountId":12345678`, func(e *Event) any { return e.Account }, "000012345678"},
		{"account a number with an exponent", `"recipientAccountId":1.11122223333e11`, func(e *Event) any { return e.Account }, "111122223333"},
		{"account no account", `"recipientAccountId":-5`, func(e *Event) any { return e.Account }, "-5"},
		{"account of the identity", `"userIdentity":{"accountId":111122223333}`, func(e *Event) any { return e.Account }, "111122223333"},
		{"account null", `"recipientAccountId":null,"userIdentity":{"accountId":"444455556666"}`, func(e *Event) any { return e.Account }, "444455556666"},
		{"version a number", `"eventVersion":1.08`, func(e *Event) any { return e.Version }, "1.08"},
		{"time unreadable", `"eventTime":"Jul 30, 2024 9:53:13 PM"`, func(e *Event) any { return e.Time }, time.Time{}},
		{"time a number", `"eventTime":1722376393`, func(e *Event) any { return e.Time }, time.Time{}},
		{
			"time in another zone", `"eventTime":"2026-10-14T11:12:40.5+02:00"`,
			func(e *Event) any { return e.Time }, time.Date(2026, 10, 14, 9, 12, 40, 5e8, time.UTC),
		},
		{"user agent a list", `"userAgent":["a","b"]`, func(e *Event) any { return e.UserAgent }, ""},
		{"error null", `"errorCode":null`, func(e *Event) any { return e.Failed() }, false},
		{"sign-in refused", `"errorMessage":"Failed authentication"`, func(e *Event) any { return e.Failed() }, true},
		{"addendum null", `"addendum":null`, func(e *Event) any { return e.DedupeID() }, "e-1"},
		{"addendum", `"addendum":{"originalEventID":"e-0"}`, func(e *Event) any { return e.DedupeID() }, "e-0"},
		{"key in another case", `"EVENTID":"e-2","awsregion":"eu-west-1"`, func(e *Event) any { return e.ID + " " + e.Region }, "e-1 eu-west-1"},
		{"escaped key", `"aws\u0052egion":"eu-west-1"`, func(e *Event) any { return e.Region }, "eu-west-1"},
		{"key twice", `"awsRegion":"eu-west-1","awsRegion":"eu-west-2"`, func(e *Event) any { return e.Region }, "eu-west-2"},
		{"escaped text", `"userAgent":"a\u0026b\"c"`, func(e *Event) any { return e.UserAgent }, `a&b"c`},
		{"no UTF-8", "\"userAgent\":\"a\xffb\"", func(e *Event) any { return e.UserAgent }, "a\ufffdb"},
		{"white space around", "\r\n\t \"awsRegion\" \n:\t \"eu-west-1\"  ", func(e *Event) any { return e.Region }, "eu-west-1"},
	} {
		text := "{" + base + "}"
		if tt.members != "" {
			text = "{" + base + "," + tt.members + "}"
		}
		e, err := Decode([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if diff := cmp.Diff(tt.want, tt.get(e)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if e.Source != "iam.amazonaws.com" || e.Name != "CreateAccessKey" {
			t.Errorf("%s: decoded as %s %s", tt.name, e.Source, e.Name)
		}
	}
}

func TestEnvelopeFillsGaps(t *testing.T) {
	for _, tt := range []struct{ name, text, account, region string }{
		{
			"from the envelope", `{"account":"444455556666","region":"eu-west-1","detail":` +
				`{"eventSource":"a","eventName":"b","userIdentity":{"accountId":"111122223333"}}}`, "444455556666", "eu-west-1",
		},
		{
			"the record's own first", `{"account":"444455556666","region":"eu-west-1","detail":` +
				`{"eventSource":"a","eventName":"b","recipientAccountId":"111122223333","awsRegion":"us-east-1"}}`, "111122223333", "us-east-1",
		},
		{
			"odd envelope", `{"account":44455556666,"region":null,"time":"soon","detail":{"eventSource":"a","eventName":"b"}}`,
			"044455556666", "",
		},
	} {
		e, err := DecodeAny([]byte(tt.text))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if e.Account != tt.account || e.Region != tt.region {
			t.Errorf("%s: account %q region %q, want %q %q", tt.name, e.Account, e.Region, tt.account, tt.region)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200)
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", ``, "empty"},
		{"white space", " \n", "empty"},
		{"no JSON", `eventName=x`, "no JSON object: invalid character"},
		{"cut off", record[:300], "no JSON object: unexpected end"},
		{"two records", record + record, "no JSON object: invalid character '{' after"},
		{"a list", `[` + record + `]`, "no JSON object"},
		{"a text", quote(record), "no JSON object"},
		{"null", `null`, "no JSON object"},
		{"an empty object", `{}`, "no eventSource or no eventName"},
		{"no name", `{"eventSource":"iam.amazonaws.com"}`, "no eventSource or no eventName"},
		{"no source", `{"eventName":"CreateUser"}`, "no eventSource or no eventName"},
		{"name null", `{"eventSource":"iam.amazonaws.com","eventName":null}`, "no eventSource or no eventName"},
		{"name an object", `{"eventSource":"iam.amazonaws.com","eventName":{}}`, "no eventSource or no eventName"},
		{"log file", `{"Records":[` + record + `]}`, "pass one record"},
		{"SNS notification", `{"Type":"Notification","Message":` + quote(record) + `}`, "pass one record"},
		{"detail a list", envelope(`[1]`), `eventbridge event "6f1c7a52-0d2c-4f63-b1f5-2f6d1c0a9b77": detail: no JSON object`},
		{"detail a cut text", envelope(quote(record[:300])), "unexpected end"},
		{"detail null", envelope(`null`), "no eventSource or no eventName"},
		{"detail within detail", envelope(envelope(record)), "no eventSource or no eventName"},
		{"over 1 MB", `{"eventSource":"a","eventName":"b","x":"` + strings.Repeat("x", 1<<20) + `"}`, "bytes are more than"},
		{"deep identity", `{"eventSource":"a","eventName":"b","userIdentity":` + deep + `}`, "userIdentity is nested deeper than 100"},
		{"deep session as text", `{"eventSource":"a","eventName":"b","userIdentity":` + quote(`{"sessionContext":`+deep+`}`) + `}`, "userIdentity is nested"},
		{"deep beyond all", strings.Repeat(`{"a":`, 100000), "no JSON object"},
	} {
		e, err := DecodeAny([]byte(tt.text))
		if err == nil {
			t.Errorf("%s: decoded as %s", tt.name, e.Name)
		} else if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %q lacks %q", tt.name, err, tt.want)
		}
		if r := Scan([]byte(tt.text)); r.Complete {
			t.Errorf("%s: the scanner takes what the decoder refuses", tt.name)
		}
	}
	if _, err := Decode([]byte(envelope(record))); err == nil || !strings.Contains(err.Error(), "EventBridge") {
		t.Errorf("Decode of an envelope: %v, want a hint at the envelope", err)
	}
}

func TestDeepPayloadIsOmitted(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for n, omitted := range map[int]bool{100: false, 101: true, 5000: true} {
		e, err := Decode(fmt.Appendf(nil, `{"eventSource":"a","eventName":"b","requestParameters":%s}`, deep(n)))
		if err != nil {
			t.Errorf("%d levels: %v", n, err)
		} else if e.Request.Omitted() != omitted {
			t.Errorf("%d levels: omitted %t, want %t", n, e.Request.Omitted(), omitted)
		}
	}
}

func TestContentID(t *testing.T) {
	id := func(text string) string {
		t.Helper()
		e, err := DecodeAny([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return e.ID
	}
	const bare = `{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","requestParameters":{"userName":"a b"}}`
	want := id(bare)
	if !strings.HasPrefix(want, "sha256-") || len(want) != len("sha256-")+32 {
		t.Errorf("ID %q, want sha256- and 32 digits", want)
	}
	spaced := strings.NewReplacer(`":`, `" : `, `,"`, ",\n\"").Replace(bare)
	for name, same := range map[string]string{
		"again": bare, "other white space": spaced, "in an envelope": envelope(bare), "as text in an envelope": envelope(quote(bare)),
	} {
		if got := id(same); got != want {
			t.Errorf("%s: ID %s, want %s", name, got, want)
		}
	}
	if got := id(strings.Replace(bare, "a b", "ab", 1)); got == want {
		t.Error("two records have one ID")
	}
}

func TestUndated(t *testing.T) {
	for name, want := range map[string]string{
		"AddPermission20150331v2":        "AddPermission",
		"CreateFunction20150331":         "CreateFunction",
		"UpdateFunctionUrlConfig2021103": "UpdateFunctionUrlConfig2021103",
		"CreateAccessKey":                "CreateAccessKey",
		"AddPermission20150331v":         "AddPermission20150331v",
		"AddPermission20150331v12":       "AddPermission",
		"Addv2":                          "Addv2",
		"Addv20150331":                   "Addv",
		"Add20150331v20160101":           "Add",
		"Add120150331":                   "Add1",
		"20150331":                       "20150331",
		"v2":                             "v2",
		"":                               "",
	} {
		if got := undated(name); got != want {
			t.Errorf("undated(%q) = %q, want %q", name, got, want)
		}
		if got := string(undated([]byte(name))); got != want {
			t.Errorf("undated(%q) of bytes = %q, want %q", name, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		record, envelope(record), envelope(quote(record)), `{"eventSource":"a","eventName":"b"}`,
		`{"eventSource":"a","eventName":"b","userIdentity":null,"requestParameters":"null","responseElements":{"omitted":true}}`,
		`{"eventSource":"a","eventName":"b20150331v2","recipientAccountId":1e3,"readOnly":"TRUE","requestParameters":["x"]}`,
		`{"EventSource":"a","eventname":"b","requestParameters":"{\"a\":1}","userIdentity":"{}","addendum":[]}`,
		`{"eventSource":1,"eventName":true,"eventTime":"x"}`, `{"detail":"{}"}`, `[]`, `"x"`, `{`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := DecodeAny(b)
		if err != nil {
			return
		}
		if e.Source == "" || e.Name == "" || e.WireName == "" || e.ID == "" || e.Identity.Name() == "" {
			t.Errorf("decoded without source, name, ID or caller: %+v", e)
		}
		for _, p := range []Payload{e.Request, e.Response, e.Additional, e.Service} {
			var members map[string]any
			if !p.Omitted() && json.Unmarshal(p.Raw(), &members) != nil {
				t.Errorf("payload %q is no object", p.Raw())
			}
		}
		again, err := Decode(e.Record)
		if err != nil {
			t.Fatalf("the record alone: %v", err)
		}
		again.Envelope, again.Account, again.Region = e.Envelope, e.Account, e.Region
		if !reflect.DeepEqual(e, again) { // cheaper than cmp, which is left to say what differs
			t.Errorf("the record alone decodes differently (-want +got):\n%s", cmp.Diff(e, again, exported))
		}
	})
}
