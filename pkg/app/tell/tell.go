// Package tell makes the ways of telling people that a configuration names.
package tell

import (
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	snssdk "github.com/aws/aws-sdk-go-v2/service/sns"

	"riposte/pkg/config"
	"riposte/pkg/notify"
	"riposte/pkg/notify/slack"
	"riposte/pkg/notify/sns"
	"riposte/pkg/notify/webhook"
)

// Routes say where messages go. Empty fields are ways that are not used.
type Routes struct {
	Topic       string // ARN of an SNS topic
	SlackSecret string // name or ARN of the Secrets Manager secret that holds the webhook's URL
}

// RoutesOf returns the routes of a configuration.
func RoutesOf(cfg *config.Config) Routes {
	return Routes{Topic: cfg.Notify.SNS.Topic, SlackSecret: cfg.Notify.Slack.WebhookSecret}
}

// Empty reports whether nobody is told.
func (r Routes) Empty() bool { return r == Routes{} }

// Notifiers returns the ways of telling that routes name.
func Notifiers(cfg aws.Config, r Routes, client *http.Client, now func() time.Time) []notify.Notifier {
	var out []notify.Notifier
	if r.Topic != "" {
		out = append(out, sns.New(snssdk.NewFromConfig(cfg), r.Topic))
	}
	if r.SlackSecret != "" {
		hook := webhook.FromSecret(secretsmanager.NewFromConfig(cfg), r.SlackSecret, now)
		out = append(out, slack.New(hook, client))
	}
	return out
}
