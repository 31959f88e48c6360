package tell

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"riposte/pkg/config"
)

func TestNotifiers(t *testing.T) {
	const topic, secret = "arn:aws:sns:us-east-1:111122223333:riposte", "riposte/slack"
	for name, tt := range map[string]struct {
		topic, secret string
		want          []string
	}{
		"both":  {topic, secret, []string{"sns", "slack"}},
		"sns":   {topic, "", []string{"sns"}},
		"slack": {"", secret, []string{"slack"}},
		"none":  {"", "", nil},
	} {
		cfg := config.Default()
		cfg.Notify.SNS.Topic, cfg.Notify.Slack.WebhookSecret = tt.topic, tt.secret
		routes := RoutesOf(cfg)
		if routes.Empty() != (len(tt.want) == 0) {
			t.Errorf("%s: empty %v", name, routes.Empty())
		}
		var got []string
		for _, n := range Notifiers(aws.Config{Region: "us-east-1"}, routes, http.DefaultClient, time.Now) {
			got = append(got, n.Name())
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
