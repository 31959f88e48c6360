package awsbus

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/notifytest"
)

// TestPublishFits holds that the bus gets a message about every incident, however long the texts in it are.
func TestPublishFits(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("<", 300), strings.Repeat("<&>\"'`*", 1500), strings.Repeat("\x00", 3_000), strings.Repeat("\U0010FFFF", 3_000), strings.Repeat("é", 3_000),
	} {
		in := notifytest.Poisoned(notifytest.KeyForOtherUser(), text)
		in.ID, in.Finding.Resource.ID = "inc-1", "short"
		in.Notes = append(in.Notes, make([]ledger.Note, 5000)...)
		bus, sent := fakeBus(t, http.StatusOK, `{"FailedEntryCount":0,"Entries":[{"EventId":"e-1"}]}`)
		if err := bus.Publish(t.Context(), notify.Message{DetailType: notify.IncidentOpened, Due: 7, Incident: in}); err != nil {
			t.Fatalf("%.10q: %v", text, err)
		}
		var got struct{ Entries []struct{ Detail string } }
		if err := json.Unmarshal([]byte(sent()), &got); err != nil || len(got.Entries) != 1 {
			t.Fatal(err)
		}
		if n := len(got.Entries[0].Detail); n > maxDetail {
			t.Errorf("%.10q: %d bytes", text, n)
		}
		var back notify.Message
		if err := json.Unmarshal([]byte(got.Entries[0].Detail), &back); err != nil {
			t.Fatalf("%.10q: what was sent is no message: %v", text, err)
		}
		if back.Due != 7 || back.Incident.ID != "inc-1" || back.Incident.State != in.State || back.Incident.Finding.Resource.ID != "short" ||
			!back.Incident.Times.Event.Equal(in.Times.Event) {
			t.Errorf("%.10q: incident %+v", text, back.Incident)
		}
	}
}

// TestFitLeavesAlone holds that nothing is taken from what fits.
func TestFitLeavesAlone(t *testing.T) {
	want, err := json.Marshal(notify.Message{Incident: notifytest.TrailStopped()})
	if err != nil {
		t.Fatal(err)
	}
	got, err := fit(want)
	if diff := cmp.Diff(string(want), string(got)); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
