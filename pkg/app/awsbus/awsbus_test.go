package awsbus

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"riposte/internal/testkit/loopback"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// fakeBus answers every PutEvents with a status and a body and keeps what it was sent.
func fakeBus(t *testing.T, status int, answer string) (bus *Bus, sent func() string) {
	t.Helper()
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	return New(aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), HTTPClient: loopback.Client(),
		Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "test", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}, "riposte"), func() string { return string(body) }
}

func message() notify.Message {
	return notify.Message{
		DetailType: notify.IncidentOpened, Due: 7, Incident: ledger.Incident{ID: "inc-1", State: ledger.Open, Changes: []ledger.Change{}},
	}
}

func TestPublish(t *testing.T) {
	bus, sent := fakeBus(t, http.StatusOK, `{"FailedEntryCount":0,"Entries":[{"EventId":"e-1"}]}`)
	if err := bus.Publish(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Entries []struct{ EventBusName, Source, DetailType, Detail string }
	}
	if err := json.Unmarshal([]byte(sent()), &got); err != nil || len(got.Entries) != 1 {
		t.Fatalf("sent %s: %v", sent(), err)
	}
	entry := got.Entries[0]
	if entry.EventBusName != "riposte" || entry.Source != notify.Source || entry.DetailType != notify.IncidentOpened {
		t.Errorf("sent %+v", entry)
	}
	back := notify.Message{DetailType: entry.DetailType}
	if err := json.Unmarshal([]byte(entry.Detail), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(message(), back); diff != "" {
		t.Errorf("what the notifier reads is not what was published (-want +got):\n%s", diff)
	}
}

// TestPublishRefused holds that an answer 200 which took nothing is an error: the message stays in the outbox then.
func TestPublishRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		status       int
		answer, says string
	}{
		"one entry failed": {
			http.StatusOK, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"try again"}]}`,
			"InternalFailure: try again",
		},
		"failed without saying why": {http.StatusOK, `{"FailedEntryCount":1,"Entries":[]}`, "unknown"},
		"denied": {
			http.StatusBadRequest, `{"__type":"AccessDeniedException","message":"no"}`, "AccessDeniedException",
		},
	} {
		t.Run(name, func(t *testing.T) {
			bus, _ := fakeBus(t, tt.status, tt.answer)
			err := bus.Publish(t.Context(), message())
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "riposte") {
				t.Errorf("error %v, want one that names the bus and says %q", err, tt.says)
			}
		})
	}
}

// TestMissing holds that only a bus which AWS says is not there counts as missing.
func TestMissing(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		answer string
		want   bool
	}{
		"there":     {http.StatusOK, `{"Name":"riposte","Arn":"arn:aws:events:us-east-1:111122223333:event-bus/riposte"}`, false},
		"not there": {http.StatusBadRequest, `{"__type":"ResourceNotFoundException","message":"Event bus riposte does not exist."}`, true},
		"denied":    {http.StatusBadRequest, `{"__type":"AccessDeniedException","message":"no"}`, false},
	} {
		bus, _ := fakeBus(t, tt.status, tt.answer)
		if got := bus.Missing(t.Context()); got != tt.want {
			t.Errorf("%s: missing %v, want %v", name, got, tt.want)
		}
	}
}
