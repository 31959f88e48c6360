package engine

import (
	"encoding/json"
	"testing"
)

// TestLeftBy holds what a reversal is known to have put back: a remembered state, however the lens that wrote it words it, and
// not what is left where only the risky part was taken out.
func TestLeftBy(t *testing.T) {
	const document, spaced, other = `"{\"Statement\":[{\"Effect\":\"Allow\"}]}"`, `"{ \"Statement\": [ {\"Effect\": \"Allow\"} ] }"`, `"{\"Statement\":[]}"`
	for name, tt := range map[string]struct {
		after, good, part string
		want              bool
	}{
		"the same text":                             {`"half"`, `"half"`, "", true},
		"another text":                              {`"half"`, `"full"`, "", false},
		"a document, written otherwise":             {spaced, document, "", true},
		"another document":                          {other, document, "", false},
		"a document and no document":                {`"half"`, document, "", false},
		"a whole policy":                            {`{"has":[{"index":1}],"lacks":[],"document":` + spaced + `}`, `{"has":[],"document":` + document + `}`, "", true},
		"another policy":                            {`{"has":[],"document":` + other + `}`, `{"has":[],"document":` + document + `}`, "", false},
		"a policy without a statement":              {`{"has":[],"lacks":["x"]}`, `{"has":[],"document":` + document + `}`, "", false},
		"a setting":                                 {`{"S3BucketName":"logs","KmsKeyId":""}`, `"logs"`, "S3BucketName", true},
		"another value of it":                       {`{"S3BucketName":"other"}`, `"logs"`, "S3BucketName", false},
		"other settings":                            {`{"KmsKeyId":"x"}`, `"logs"`, "S3BucketName", true},
		"a part that is a whole":                    {`{"id":"sgr-1","from_port":22}`, `{"id":"sgr-1","from_port":22}`, "sgr-1", true},
		"another part that is a whole":              {`{"id":"sgr-1","from_port":23}`, `{"id":"sgr-1","from_port":22}`, "sgr-1", false},
		"shared with nobody":                        {`[]`, `false`, "999988887777", true},
		"shared with nobody, who was good":          {`[]`, `true`, "999988887777", false},
		"shared as before":                          {`["999988887777"]`, `true`, "999988887777", true},
		"shared with a stranger":                    {`["999988887777"]`, `false`, "999988887777", false},
		"no rule of the event's":                    {`{"rules":[],"role":"r"}`, `{"rules":[{"ID":"a"}]}`, "", true},
		"a rule as it was":                          {`{"rules":[{"ID":"a"}],"at":[0]}`, `{"rules":[{"ID":"b"},{"ID":"a"}]}`, "", true},
		"a rule that was not there":                 {`{"rules":[{"ID":"c"}]}`, `{"rules":[{"ID":"a"}]}`, "", false},
		"grants that were there":                    {`["READ AllUsers"]`, `["READ AllUsers","WRITE AllUsers"]`, "", true},
		"grants that were not":                      {`["READ AllUsers"]`, `[]`, "", false},
		"equal objects":                             {`{"b":1,"a":[2]}`, `{"a":[2],"b":1}`, "", true},
		"other objects":                             {`{"a":[2]}`, `{"a":[2],"b":1}`, "", false},
		"what is no JSON":                           {`{`, `{}`, "", false},
		"a state that nobody has put anything upon": {"", `{`, "", true},
	} {
		var after []json.RawMessage
		if tt.after != "" {
			after = []json.RawMessage{json.RawMessage(tt.after)}
		}
		if got := leftBy(after, json.RawMessage(tt.good), tt.part); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
