// Package tell makes the ways of telling people that a configuration names.
package tell

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	hubsdk "github.com/aws/aws-sdk-go-v2/service/securityhub"
	snssdk "github.com/aws/aws-sdk-go-v2/service/sns"

	"riposte/pkg/config"
	"riposte/pkg/engine"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/pagerduty"
	"riposte/pkg/notify/route"
	"riposte/pkg/notify/securityhub"
	"riposte/pkg/notify/slack"
	"riposte/pkg/notify/sns"
	"riposte/pkg/notify/webhook"
	"riposte/pkg/slackapp"
)

// A Kit is what ways of telling are made of.
type Kit struct {
	AWS     aws.Config
	Account string // of the credentials; for Security Hub only
	HTTP    *http.Client
	Slack   slackapp.Endpoint
	Store   ledger.Store
	Now     func() time.Time
}

// People are the ways of telling everybody whom a configuration names.
type People struct {
	Default   []notify.Notifier
	Receivers map[string][]notify.Notifier // the others, by name
	Route     func(ledger.Incident) []string
}

// Nobody reports whether a configuration names nobody to tell.
func Nobody(cfg *config.Config) bool {
	return !slices.ContainsFunc(cfg.Notify.Names(), func(name string) bool {
		r, _ := cfg.Notify.Named(name)
		return !r.Empty()
	})
}

// NeedsAccount reports whether somebody is told by Security Hub, which has to know the account.
func NeedsAccount(cfg *config.Config) bool {
	return slices.ContainsFunc(cfg.Notify.Names(), func(name string) bool {
		r, _ := cfg.Notify.Named(name)
		return r.SecurityHub
	})
}

// People makes the ways of telling that a configuration names. It makes no call.
func (k Kit) People(cfg *config.Config) People {
	router := route.New(cfg)
	m := maker{kit: k, apps: map[string]*slackapp.Client{}}
	out := People{
		Default: m.ways(cfg.Notify.Receiver), Receivers: map[string][]notify.Notifier{},
		Route: func(in ledger.Incident) []string { return router.Route(in).Receivers },
	}
	for name, r := range cfg.Notify.Receivers {
		out.Receivers[name] = m.ways(r)
	}
	return out
}

// A maker makes ways of telling that share what they can: an app reads its secret once for all its channels.
type maker struct {
	kit  Kit
	apps map[string]*slackapp.Client // by secret
}

func (m maker) ways(r config.Receiver) []notify.Notifier {
	var out []notify.Notifier
	if r.SNS.Topic != "" {
		out = append(out, sns.New(snssdk.NewFromConfig(m.kit.AWS), r.SNS.Topic))
	}
	switch {
	case r.Slack.AppSecret != "":
		out = append(out, slack.NewApp(m.app(r.Slack.AppSecret), r.Slack.Channel, m.kit.Store, m.kit.Now))
	case r.Slack.WebhookSecret != "":
		out = append(out, slack.New(webhook.FromSecret(m.secrets(), r.Slack.WebhookSecret, m.kit.Now), m.kit.HTTP))
	}
	if r.SecurityHub {
		hub := securityhub.Hub{Partition: partition(m.kit.AWS.Region), Region: m.kit.AWS.Region, Account: m.kit.Account}
		out = append(out, securityhub.New(hubsdk.NewFromConfig(m.kit.AWS), hub))
	}
	if secret := r.PagerDuty.KeySecret; secret != "" {
		pager := pagerduty.New(pagerduty.KeyFromSecret(m.secrets(), secret, m.kit.Now), m.kit.HTTP)
		pager.Current = m.kit.Store.Get
		out = append(out, pager)
	}
	return out
}

func (m maker) secrets() *secretsmanager.Client { return secretsmanager.NewFromConfig(m.kit.AWS) }

func (m maker) app(secret string) *slackapp.Client {
	if m.apps[secret] == nil {
		m.apps[secret] = &slackapp.Client{
			Credentials: slackapp.FromSecret(m.secrets(), secret, m.kit.Now), HTTP: m.kit.HTTP, Sleep: engine.RealSleep, Slack: m.kit.Slack,
		}
	}
	return m.apps[secret]
}

// partition returns the partition of a region.
func partition(region string) string {
	for _, p := range [][2]string{{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"eusc-", "aws-eusc"}} {
		if strings.HasPrefix(region, p[0]) {
			return p[1]
		}
	}
	return "aws"
}
