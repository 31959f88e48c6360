package securityhub

import (
	"fmt"
	"strings"
	"time"

	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
)

// Limits of ProductFields. A value may have 2,048 characters; fewer keep the whole finding far below 240 KB.
const (
	maxFieldName  = 128
	maxFieldValue = 1024
)

// fields are what the format has no place for: how the incident stands, who did it, and what was changed.
func fields(m notify.Message, r report.Report) map[string]string {
	in, f := m.Incident, m.Incident.Finding
	out := map[string]string{"ProviderName": "Riposte"}
	add := func(name, value string) {
		if value = short(value, maxFieldValue); strings.TrimSpace(value) != "" {
			out["riposte/"+name] = value
		}
	}
	for name, value := range map[string]string{
		"incident": in.ID, "state": string(in.State), "detail_type": m.DetailType, "mode": in.Mode, "reason": in.Reason, "rule": in.Rule,
		"class": in.Class, "account": in.Account, "region": in.Region, "error": in.Error, "tactic": f.Tactic,
		"actor": first(f.Actor.ARN, in.Actor), "actor_name": f.Actor.Name, "source_identity": f.Actor.Source,
		"source_ip": f.Actor.SourceIP, "user_agent": f.Actor.UserAgent, "access_key": f.Actor.AccessKey,
		"event_id": f.Event.ID, "event_name": f.Event.Name, "event_source": f.Event.Source, "chain_lead": in.PartOf,
	} {
		add(name, report.Clean(value))
	}
	add("version", fmt.Sprint(in.Version))
	add("mfa", fmt.Sprint(f.Actor.MFA))
	if sane(f.Event.Time) {
		add("event_time", f.Event.Time.UTC().Format(time.RFC3339))
	}
	add("chain", chain(r.Chain))
	add("changes", changes(r.Changes))
	return out
}

func chain(c report.Chain) string {
	var parts []string
	for _, s := range c.Steps {
		parts = append(parts, strings.TrimSpace(text(s.When)+" "+s.Summary))
	}
	if len(parts) == 0 {
		return ""
	}
	return c.Title + " | " + strings.Join(parts, " | ")
}

func changes(list []report.Change) string {
	var parts []string
	for _, c := range list {
		lines := []string{c.Label + ": " + c.Summary}
		for _, l := range c.Lines {
			lines = append(lines, text(l))
		}
		parts = append(parts, strings.Join(lines, "; "))
	}
	return strings.Join(parts, " | ")
}
