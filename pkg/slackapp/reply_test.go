package slackapp

import (
	"fmt"
	"strings"
	"testing"

	"riposte/internal/testkit/loopback"
	"riposte/pkg/answer"
)

// TestReplyStaysWithSlack holds that what we say goes to Slack's host and no other, and that the URL is never shown.
func TestReplyStaysWithSlack(t *testing.T) {
	standIn, err := EndpointOf("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		slack Endpoint
		to    string
		want  string
	}{
		{Endpoint{}, "https://hooks.slack.com/actions/T0/1/secret", "only loopback"}, // let through, as far as a test may go
		{Endpoint{}, "http://hooks.slack.com/actions/T0/1/secret", "not at hooks.slack.com"},
		{Endpoint{}, "https://hooks.slack.com.example.com/secret", "not at hooks.slack.com"},
		{Endpoint{}, "https://hooks.slack.com:8443/secret", "not at hooks.slack.com"},
		{Endpoint{}, "https://user@hooks.slack.com/secret", "none"},
		{Endpoint{}, "https://169.254.169.254/secret", "not at hooks.slack.com"},
		{Endpoint{}, "http://127.0.0.1:1/secret", "not at hooks.slack.com"},
		{Endpoint{}, "%zz-secret", "none"},
		{standIn, "http://127.0.0.1:2/secret", "not at hooks.slack.com"},
		{standIn, "https://hooks.slack.com/secret", "not at hooks.slack.com"},
		{Endpoint{}, "", "nobody"},
	} {
		err := Replier{HTTP: loopback.Client(), Slack: tc.slack}.Reply(t.Context(), answer.ReplyURL(tc.to), "text")
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %v, want one with %q", tc.to, err, tc.want)
		}
	}
	if text := fmt.Sprintf("%v %s %q %+v", answer.ReplyURL("https://x/secret"), answer.ReplyURL("https://x/secret"), answer.ReplyURL("https://x/secret"),
		answer.Answer{ReplyTo: "https://x/secret"}); strings.Contains(text, "secret") {
		t.Errorf("a response URL is printed: %s", text)
	}
}

func TestEndpointOf(t *testing.T) {
	for _, base := range []string{"https://slack.example.com", "http://slack.com", "http://10.0.0.1", "http://localhost:1", "http://127.0.0.1:1/x", "::"} {
		if _, err := EndpointOf(base); err == nil {
			t.Errorf("%s is taken", base)
		}
	}
}
