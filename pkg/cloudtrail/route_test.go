package cloudtrail

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// agree holds the scanner's promise: what it calls complete is what the decoder reads.
func agree(t *testing.T, b []byte) Route {
	t.Helper()
	r := Scan(b)
	if !r.Complete {
		return r
	}
	e, err := DecodeAny(b)
	if err != nil {
		t.Errorf("the scanner takes what the decoder refuses: %v\n%.500q", err, b)
		return r
	}
	if string(r.Source) != e.Source || string(r.Name) != e.Name || string(r.Identity) != e.Identity.Type || string(r.Error) != e.ErrorCode {
		t.Errorf("scanned %q %q %q %q, decoded %q %q %q %q\n%.500q",
			r.Source, r.Name, r.Identity, r.Error, e.Source, e.Name, e.Identity.Type, e.ErrorCode, b)
	}
	var agent string
	if json.Unmarshal([]byte(`"`+string(r.Agent)+`"`), &agent) != nil || agent != e.UserAgent {
		t.Errorf("scanned the user agent %q, decoded %q\n%.500q", r.Agent, e.UserAgent, b)
	}
	var caller string
	if json.Unmarshal([]byte(`"`+string(r.Caller)+`"`), &caller) != nil || caller != e.Identity.ARN {
		t.Errorf("scanned the caller %q, decoded %q\n%.500q", r.Caller, e.Identity.ARN, b)
	}
	return r
}

func compact(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestScanComplete(t *testing.T) {
	const minimal = `{"eventSource":"a","eventName":"b"}`
	for _, tt := range []struct{ name, text, want string }{
		{"compact", compact(t, record), "lambda.amazonaws.com AddPermission AssumedRole"},
		{"indented", record, "lambda.amazonaws.com AddPermission AssumedRole"},
		{"envelope", envelope(compact(t, record)), "lambda.amazonaws.com AddPermission AssumedRole"},
		{"envelope, indented", "\r\n" + envelope(record) + "\n", "lambda.amazonaws.com AddPermission AssumedRole"},
		{"minimal", minimal, "a b "},
		{"agent with escapes", `{"eventSource":"a","eventName":"b","userAgent":"a\"\u0062é"}`, "a b "},
		{"error and agent null", `{"eventSource":"a","eventName":"b","errorCode":null,"userAgent":null}`, "a b "},
		{"error", `{"errorCode":"AccessDenied","eventSource":"a","eventName":"b"}`, "a b "},
		{"identity null", `{"eventSource":"a","eventName":"b","userIdentity":null}`, "a b "},
		{"identity without type", `{"eventSource":"a","eventName":"b","userIdentity":{"invokedBy":"c"}}`, "a b "},
		{"type elsewhere", `{"type":"X","eventSource":"a","eventName":"b","userIdentity":{"sessionContext":{"type":"Y"}}}`, "a b "},
		{"names inside payloads", `{"requestParameters":{"eventSource":"x","eventName":"y"},"eventSource":"a","eventName":"b"}`, "a b "},
		{"payload with escapes", `{"eventSource":"a","eventName":"b","requestParameters":{"d\u0065tail":"{\"eventName\":\"x\"}"}}`, "a b "},
		{"a record's own detail", envelope(`{"eventSource":"a","eventName":"b","detail":{"eventName":"x"}}`), "a b "},
	} {
		r := agree(t, []byte(tt.text))
		if got := string(r.Source) + " " + string(r.Name) + " " + string(r.Identity); !r.Complete || got != tt.want {
			t.Errorf("%s: scanned %q, complete %t, want %q", tt.name, got, r.Complete, tt.want)
		}
	}
}

// TestScanIncomplete holds that the scanner leaves to the decoder what it cannot be sure of.
func TestScanIncomplete(t *testing.T) {
	for name, text := range map[string]string{
		"empty":                       ``,
		"no object":                   `[]`,
		"no name":                     `{"eventSource":"a"}`,
		"no source":                   `{"eventName":"b"}`,
		"empty name":                  `{"eventSource":"a","eventName":""}`,
		"name null":                   `{"eventSource":"a","eventName":null}`,
		"name a number":               `{"eventSource":"a","eventName":5}`,
		"escaped name":                `{"eventSource":"a","eventName":"\u0062"}`,
		"escaped source":              `{"eventSource":"\/a","eventName":"b"}`,
		"name not ASCII":              `{"eventSource":"a","eventName":"bé"}`,
		"escaped key":                 `{"eventSource":"a","eventName":"b","\u0065ventName":"c"}`,
		"key in another case":         `{"eventSource":"a","eventName":"b","EventName":"c"}`,
		"only key in another case":    `{"eventSource":"a","eventname":"b"}`,
		"name twice":                  `{"eventSource":"a","eventName":"b","eventName":"b"}`,
		"source twice":                `{"eventSource":"a","eventSource":"a","eventName":"b"}`,
		"identity twice":              `{"userIdentity":{},"eventSource":"a","eventName":"b","userIdentity":{"type":"Root"}}`,
		"type twice":                  `{"eventSource":"a","eventName":"b","userIdentity":{"type":"IAMUser","type":"Root"}}`,
		"type in another case":        `{"eventSource":"a","eventName":"b","userIdentity":{"Type":"Root"}}`,
		"type with an escaped key":    `{"eventSource":"a","eventName":"b","userIdentity":{"t\u0079pe":"Root"}}`,
		"type a list":                 `{"eventSource":"a","eventName":"b","userIdentity":{"type":["Root"]}}`,
		"identity as text":            `{"eventSource":"a","eventName":"b","userIdentity":"{\"type\":\"Root\"}"}`,
		"identity in another case":    `{"eventSource":"a","eventName":"b","useridentity":{"type":"Root"}}`,
		"error a number":              `{"eventSource":"a","eventName":"b","errorCode":5}`,
		"error escaped":               `{"eventSource":"a","eventName":"b","errorCode":"\u0062"}`,
		"error twice":                 `{"eventSource":"a","eventName":"b","errorCode":"x","errorCode":"x"}`,
		"error in another case":       `{"eventSource":"a","eventName":"b","errorcode":"x"}`,
		"agent a list":                `{"eventSource":"a","eventName":"b","userAgent":["x"]}`,
		"agent beside detail":         `{"userAgent":"x","detail":{"eventSource":"c","eventName":"d"}}`,
		"detail as text":              envelope(quote(record)),
		"detail twice":                `{"detail":{"eventSource":"a","eventName":"b"},"detail":{"eventSource":"c","eventName":"d"}}`,
		"detail in another case":      `{"Detail":{"eventSource":"a","eventName":"b"}}`,
		"record and envelope in one":  `{"eventSource":"a","eventName":"b","detail":{"eventSource":"c","eventName":"d"}}`,
		"identity beside detail":      `{"userIdentity":{"type":"Root"},"detail":{"eventSource":"c","eventName":"d"}}`,
		"detail null":                 `{"eventSource":"a","eventName":"b","detail":null}`,
		"cut off":                     `{"eventSource":"a","eventName":"b"`,
		"text after it":               `{"eventSource":"a","eventName":"b"}x`,
		"second record":               `{"eventSource":"a","eventName":"b"}{"eventSource":"a","eventName":"c"}`,
		"broken inside":               `{"eventSource":"a","eventName":"b","x":[tru]}`,
		"control character in a text": "{\"eventSource\":\"a\",\"eventName\":\"b\",\"x\":\"\n\"}",
		"byte order mark":             "\ufeff" + `{"eventSource":"a","eventName":"b"}`,
		"deep":                        `{"eventSource":"a","eventName":"b","x":` + strings.Repeat("[", 101) + strings.Repeat("]", 101) + `}`,
		"SNS notification":            `{"Type":"Notification","Message":` + quote(record) + `}`,
		"SQS batch":                   `{"Records":[{"body":` + quote(record) + `}]}`,
	} {
		if r := agree(t, []byte(text)); r.Complete || r.Source != nil || r.Name != nil || r.Identity != nil || r.Error != nil || r.Agent != nil {
			t.Errorf("%s: scanned %q %q %q, complete %t", name, r.Source, r.Name, r.Identity, r.Complete)
		}
	}
}

func TestScanAliasesTheRecord(t *testing.T) {
	b := []byte(`{"eventSource":"a","eventName":"bb20150331","userIdentity":{"type":"c"}}`)
	r := Scan(b)
	copy(b[bytes.Index(b, []byte(`"bb`))+1:], "xx")
	if string(r.Name) != "xx" {
		t.Errorf("name %q does not follow the record's bytes", r.Name)
	}
}

// TestScanAgreesOnDamage changes, drops and doubles bytes of sound records in many ways.
func TestScanAgreesOnDamage(t *testing.T) {
	unwanted, err := os.ReadFile("testdata/describe_instances.json")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{`"`, `\`, `{`, `}`, `[`, `]`, `,`, `:`, ` `, "\n", `null`, `"eventName":"x",`, `"type":"Root",`, `E`, "\xff", `\u0065`, `1`}
	complete := 0
	for _, text := range []string{string(unwanted), record, envelope(compact(t, record)), envelope(quote(record))} {
		for range 5000 {
			b := []byte(text)
			for range 1 + random.IntN(3) {
				at := random.IntN(len(b))
				piece := pieces[random.IntN(len(pieces))]
				switch random.IntN(3) {
				case 0:
					b = append(b[:at:at], append([]byte(piece), b[at:]...)...)
				case 1:
					b = append(b[:at:at], b[at+1:]...)
				case 2:
					b[at] = piece[0]
				}
			}
			if agree(t, b).Complete {
				complete++
			}
		}
	}
	if complete < 1000 {
		t.Errorf("only %d damaged records were complete: the test says little", complete)
	}
}

func FuzzScan(f *testing.F) {
	for _, text := range []string{
		record, envelope(record), envelope(quote(record)), `{"eventSource":"a","eventName":"b20150331v2"}`,
		`{"eventSource":"a","eventName":"b","userIdentity":{"type":"Root","x":[1,{"type":"y"}]},"z":"\u0041\\"}`,
		`{"detail":{"eventSource":"a","eventName":"b"},"source":"aws.a"}`,
		`{"eventSource":"a","eventName":"b","eventname":"c","EVENTNAME":"d","detail":{}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) { agree(t, b) })
}
