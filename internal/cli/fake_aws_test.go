package cli

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// fakeAWS puts an account into the environment, which is where the SDK looks, that knows whose credentials it is asked
// with, has one bus and a stack's dead letters, and denies all else.
func fakeAWS(t *testing.T) *deadLetters {
	t.Helper()
	letters := newDeadLetters()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if letters.answers(w, r) {
			return
		}
		if r.Header.Get("X-Amz-Target") != "" {
			answerEventBridge(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		if r.PostFormValue("Action") == "GetCallerIdentity" {
			_, _ = w.Write([]byte(`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::111122223333:user/ann</Arn><UserId>AIDAEXAMPLE</UserId><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`))
			return
		}
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not in this test</Message></Error>
<RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>`))
	}))
	t.Cleanup(server.Close)
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	return letters
}

// answerEventBridge has the bus "riposte", which may be written to and not be looked at.
func answerEventBridge(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	body, _ := io.ReadAll(r.Body)
	switch {
	case !bytes.Contains(body, []byte(`"riposte"`)):
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"ResourceNotFoundException","message":"Event bus does not exist."}`))
	case strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutEvents"):
		_, _ = w.Write([]byte(`{"FailedEntryCount":0,"Entries":[{"EventId":"00000000-0000-4000-8000-000000000000"}]}`))
	default:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"AccessDeniedException","message":"not in this test"}`))
	}
}
