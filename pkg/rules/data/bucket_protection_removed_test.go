package data

import (
	"encoding/json"
	"strings"
	"testing"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// TestMFADelete holds that the flag counts where it can have changed something: in a request of root's.
func TestMFADelete(t *testing.T) {
	for _, tt := range []struct {
		kind, configuration string
		want                detect.Severity
	}{
		{"Root", `{"Status":"Enabled","MfaDelete":"Disabled"}`, detect.High},
		{"Root", `{"Status":"Suspended","MfaDelete":"disabled"}`, detect.High},
		{"Root", `{"Status":"Enabled","MfaDelete":"Enabled"}`, detect.Inherit},
		{"Root", `{"Status":"Suspended"}`, detect.Medium},
		{"IAMUser", `{"Status":"Enabled","MfaDelete":"Disabled"}`, detect.Inherit},
		{"IAMUser", `{"Status":"Suspended","MfaDelete":"Disabled"}`, detect.Medium},
	} {
		found, err := matchBucketProtectionRemoved(&cloudtrail.Event{
			Name: putVersioning, Identity: cloudtrail.Identity{Type: tt.kind},
			Request: cloudtrail.NewPayload(json.RawMessage(
				`{"bucketName":"b","versioning":"","VersioningConfiguration":` + tt.configuration + `}`)),
		})
		got := detect.Inherit
		if len(found) > 0 {
			got = found[0].Severity
		}
		if tt.want == detect.High && strings.Contains(tt.configuration, "Suspended") &&
			!strings.Contains(found[0].Summary, "keeps no versions") {
			t.Errorf("%s: %s does not tell that versioning is suspended", tt.configuration, found[0].Summary)
		}
		if err != nil || got != tt.want {
			t.Errorf("%s by %s: %v, %v; want %v", tt.configuration, tt.kind, got, err, tt.want)
		}
	}
}
