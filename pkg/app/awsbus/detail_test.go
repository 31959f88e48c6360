package awsbus

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
	"riposte/pkg/ocsf"
)

// TestDetail holds what stands on the bus for every state: the message that the notifier reads, the version, and the
// incident as OCSF has it.
func TestDetail(t *testing.T) {
	for _, c := range append(notifytest.Cases(), notifytest.Hostile()...) {
		raw, err := detail(c.Message)
		if err != nil {
			t.Fatal(err)
		}
		var got Detail
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		want := ocsf.Of(c.Message)
		fits := c.Name != "hostile-flood" // which has more text than the bus takes with it
		if got.Version != Version || got.Due != c.Message.Due || (got.OCSF != nil) != fits {
			t.Errorf("%s: version %q, due %d, OCSF %v", c.Name, got.Version, got.Due, got.OCSF != nil)
		}
		if !fits {
			continue
		}
		if diff := cmp.Diff(&want, got.OCSF); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.Name, diff)
		}
		if got.Incident.State != c.Message.Incident.State || got.Incident.Version != c.Message.Incident.Version {
			t.Errorf("%s: incident %+v", c.Name, got.Incident)
		}
	}
}

// TestDetailGivesUpOCSFFirst holds that the incident stays whole where there is room for it but not for both.
func TestDetailGivesUpOCSFFirst(t *testing.T) {
	in := notifytest.KeyForOtherUser()
	long := strings.Repeat("x", 1000)
	for size := 0; size < maxDetail-3000; size += 1010 {
		in.EventIDs = append(in.EventIDs, long)
	}
	in.Notes = append(in.Notes, ledger.Note{Text: "last"})
	raw, err := detail(notify.Message{DetailType: notify.IncidentOpened, Incident: in})
	if err != nil {
		t.Fatal(err)
	}
	var got Detail
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if got.OCSF != nil || len(got.Incident.EventIDs) != len(in.EventIDs) || got.Incident.EventIDs[1] != long || got.Version != Version {
		t.Errorf("OCSF %v, %d of %d event ids in %d bytes", got.OCSF != nil, len(got.Incident.EventIDs), len(in.EventIDs), len(raw))
	}
}
