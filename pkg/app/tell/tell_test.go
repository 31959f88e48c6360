package tell

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"riposte/pkg/config"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/ledger/memory"
	"riposte/pkg/notify"
)

const topic, secret = "arn:aws:sns:us-east-1:111122223333:riposte", "riposte/slack"

func kit() Kit {
	return Kit{AWS: aws.Config{Region: "us-east-1"}, HTTP: http.DefaultClient, Store: memory.New(time.Now), Now: time.Now}
}

func names(list []notify.Notifier) []string {
	var out []string
	for _, n := range list {
		out = append(out, n.Name())
	}
	return out
}

func TestDefaultReceiver(t *testing.T) {
	for name, tt := range map[string]struct {
		receiver config.Receiver
		want     []string
	}{
		"both":    {config.Receiver{SNS: config.SNS{Topic: topic}, Slack: config.Slack{WebhookSecret: secret}}, []string{"sns", "slack"}},
		"sns":     {config.Receiver{SNS: config.SNS{Topic: topic}}, []string{"sns"}},
		"webhook": {config.Receiver{Slack: config.Slack{WebhookSecret: secret}}, []string{"slack"}},
		"app":     {config.Receiver{Slack: config.Slack{AppSecret: secret, Channel: "C0123456789"}}, []string{"slack-C0123456789"}},
		"records": {config.Receiver{SecurityHub: true, PagerDuty: config.PagerDuty{KeySecret: secret}}, []string{"securityhub", "pagerduty"}},
		"none":    {config.Receiver{}, nil},
	} {
		cfg := config.Default()
		cfg.Notify.Receiver = tt.receiver
		if Nobody(cfg) != (len(tt.want) == 0) || NeedsAccount(cfg) != tt.receiver.SecurityHub {
			t.Errorf("%s: nobody %t, needs an account %t", name, Nobody(cfg), NeedsAccount(cfg))
		}
		if diff := cmp.Diff(tt.want, names(kit().People(cfg).Default)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestPeople holds that receivers have their own ways, that routes lead to them, and that only people get digests.
func TestPeople(t *testing.T) {
	cfg := config.Default()
	cfg.Notify.SNS.Topic = topic
	cfg.Notify.Receivers = map[string]config.Receiver{
		"pci":    {Slack: config.Slack{AppSecret: secret, Channel: "C0000000001"}},
		"oncall": {PagerDuty: config.PagerDuty{KeySecret: "riposte/pd"}, Slack: config.Slack{AppSecret: secret, Channel: "C0000000002"}},
	}
	cfg.Notify.Routes = []config.Route{{Match: config.Match{Severity: detect.Critical}, To: []string{"oncall", "pci"}}}
	people := kit().People(cfg)
	got := map[string][]string{"default": names(people.Default), "pci": names(people.Receivers["pci"]), "oncall": names(people.Receivers["oncall"])}
	want := map[string][]string{"default": {"sns"}, "pci": {"slack-C0000000001"}, "oncall": {"slack-C0000000002", "pagerduty"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ways (-want +got):\n%s", diff)
	}
	for severity, want := range map[detect.Severity][]string{detect.Critical: {"oncall", "pci"}, detect.High: {"default"}} {
		if diff := cmp.Diff(want, people.Route(ledger.Incident{Severity: severity})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", severity, diff)
		}
	}
	for _, list := range append([][]notify.Notifier{people.Default}, people.Receivers["pci"], people.Receivers["oncall"]) {
		for _, n := range list {
			if _, digests := n.(notify.Digests); digests == (n.Name() == "pagerduty") {
				t.Errorf("%s takes digests: %t", n.Name(), digests)
			}
		}
	}
}

func TestPartition(t *testing.T) {
	for region, want := range map[string]string{"us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "eusc-de-east-1": "aws-eusc"} {
		if got := partition(region); got != want {
			t.Errorf("%s is in %s, want %s", region, got, want)
		}
	}
}
