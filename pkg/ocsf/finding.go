package ocsf

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"riposte/pkg/ledger"
	"riposte/pkg/notify"
	"riposte/pkg/notify/report"
)

// How long texts are, in characters.
const (
	maxName = 256
	maxText = 500
	maxURL  = 1024
	// maxRelated is how many other incidents of a chain an event names.
	maxRelated = 10
)

// Of returns the event of a message.
func Of(m notify.Message) Finding {
	in, r := m.Incident, report.Of(m)
	does, stands := activity(m), status(m)
	acted, disposed := outcome(in)
	weight := severity(r.Severity)
	const class, className = 2004, "Detection Finding"
	return Finding{
		ActivityID: does.id, ActivityName: does.name, CategoryUID: 2, CategoryName: "Findings", ClassUID: class, ClassName: className,
		TypeUID: class*100 + does.id, TypeName: className + ": " + does.name,
		Time: millis(modified(in)), Message: clip(strings.TrimRight(r.Summary, ".")+". "+r.Lead, maxText), SeverityID: weight.id, Severity: weight.name,
		StatusID: stands.id, Status: stands.name, StatusCode: clip(string(in.State), maxName), StatusDetail: clip(r.Lead+" "+r.Standing, maxText),
		IsAlert: !m.Settled(), ActionID: acted.id, Action: acted.name, DispositionID: disposed.id, Disposition: disposed.name,
		Metadata: Metadata{
			Version: Version, Product: Product{"Riposte", "Riposte"}, Profiles: []string{"cloud", "security_control"},
			UID: clip(m.Key(), maxName), CorrelationUID: lead(in), EventCode: clip(in.Rule, maxName),
		},
		FindingInfo: info(in, r),
		Cloud:       cloud(in),
		Resources:   []Resource{resource(in)},
		Evidences:   evidences(in),
		Remediation: remediation(r),
		Unmapped:    unmapped(m),
	}
}

func info(in ledger.Incident, r report.Report) FindingInfo {
	out := FindingInfo{
		UID: clip(in.ID, maxName), Title: clip(r.Title, maxName), Desc: clip(strings.TrimSpace(strings.TrimRight(r.Summary, ".")+". "+r.Why.Text), 2*maxText),
		CreatedTime: millis(first(in.Times.Received, in.Times.Decided)), ModifiedTime: millis(modified(in)),
		FirstSeenTime: millis(in.Times.Event), LastSeenTime: millis(in.Times.Event), DataSources: []string{"AWS CloudTrail"},
		Analytic: &Analytic{UID: clip(in.Rule, maxName), Name: named(in.Finding.Title, in.Rule), Category: clip(in.Class, maxName), Type: "Rule", TypeID: 1},
	}
	if out.UID == "" {
		out.UID = "unknown"
	}
	if class := clip(in.Class, maxName); class != "" {
		out.Types = []string{class}
	}
	if t, ok := tactic(in.Finding.Tactic); ok {
		out.Attacks = []Attack{{t}}
	}
	if len(r.Links) > 0 && len(r.Links[0].URL) <= maxURL {
		out.SrcURL = r.Links[0].URL
	}
	if in.Chain == nil {
		return out
	}
	for _, s := range in.Chain.Recent(maxRelated + 1).Timeline {
		if id := clip(s.Incident, maxName); id != "" && s.Incident != in.ID && len(out.RelatedEvents) < maxRelated {
			weight := severity(s.Severity)
			out.RelatedEvents = append(out.RelatedEvents, RelatedEvent{
				UID: id, Title: clip(s.Title, maxName), SeverityID: weight.id, Severity: weight.name, FirstSeenTime: millis(s.Time),
			})
		}
	}
	return out
}

// lead names what all events of a chain have in common.
func lead(in ledger.Incident) string {
	if in.PartOf != "" {
		return clip(in.PartOf, maxName)
	}
	return clip(in.ID, maxName)
}

func cloud(in ledger.Incident) Cloud {
	out := Cloud{Provider: "AWS", Region: clip(in.Region, maxName), CloudPartition: clip(in.Finding.Event.Partition, maxName)}
	out.Account = account(in.Account)
	return out
}

func account(id string) *Account {
	if id = clip(id, maxName); id == "" {
		return nil
	}
	return &Account{UID: id, Type: "AWS Account", TypeID: 10}
}

func resource(in ledger.Incident) Resource {
	f := in.Finding
	return Resource{
		UID: named(f.Resource.ID, in.Resource), Name: clip(in.Resource, maxName), Type: clip(string(f.Resource.Type), maxName),
		Region: clip(f.Event.Region, maxName), CloudPartition: clip(f.Event.Partition, maxName),
	}
}

func evidences(in ledger.Incident) []Evidence {
	f := in.Finding
	e := Evidence{UID: clip(f.Event.ID, maxName), Actor: actor(in), SrcEndpoint: endpoint(f.Actor.SourceIP)}
	if name := clip(f.Event.Name, maxName); name != "" {
		e.API = &API{Operation: name}
		if source := clip(f.Event.Source, maxName); source != "" {
			e.API.Service = &Service{source}
		}
	}
	if agent := clip(f.Actor.UserAgent, maxText); agent != "" {
		e.HTTPRequest = &HTTPRequest{agent}
	}
	return []Evidence{e}
}

func actor(in ledger.Incident) *Actor {
	a := in.Finding.Actor
	kind := userType(a.Kind)
	out := &Actor{User: User{
		UID: clip(a.ARN, maxName), Name: named(a.Name, in.Actor), Type: kind.name, TypeID: kind.id,
		CredentialUID: clip(a.AccessKey, maxName), HasMFA: a.MFA, Account: account(a.AccountID),
	}}
	if issuer := clip(a.Role, maxName); issuer != "" {
		out.Session = &Session{UID: clip(a.ARN, maxName), Issuer: issuer, IsMFA: a.MFA}
	}
	return out
}

var service = regexp.MustCompile(`^[a-z0-9.-]{1,200}\.amazonaws\.com(\.cn)?$`)

// endpoint returns where a call came from. What is neither an address nor a service is left out: the schema has no place
// for it.
func endpoint(source string) *Endpoint {
	if ip, err := netip.ParseAddr(source); err == nil && ip.Zone() == "" {
		return &Endpoint{IP: ip.String()}
	}
	if service.MatchString(source) {
		return &Endpoint{SvcName: source}
	}
	return nil
}

func remediation(r report.Report) *Remediation {
	var parts []string
	for _, l := range r.NotDone {
		var b strings.Builder
		for _, s := range l {
			b.WriteString(s.Text)
		}
		parts = append(parts, b.String())
	}
	for _, s := range r.Next {
		parts = append(parts, s.Command)
	}
	if len(parts) == 0 {
		return nil
	}
	return &Remediation{clip(strings.Join(parts, " | "), 2*maxText)}
}

// unmapped is how Riposte decided, for who wants to match on it.
func unmapped(m notify.Message) map[string]string {
	out := map[string]string{}
	for name, value := range map[string]string{
		"detail_type": m.DetailType, "mode": m.Incident.Mode, "reason": m.Incident.Reason, "remedy": m.Incident.Action,
		"error": m.Incident.Error, "source_identity": m.Incident.Finding.Actor.Source,
	} {
		if value = clip(value, maxText); value != "" {
			out[name] = value
		}
	}
	return out
}

// named returns the first text that says something.
func named(texts ...string) string {
	for _, t := range texts {
		if t = clip(t, maxName); t != "" {
			return t
		}
	}
	return "unknown"
}

// clip makes one clean line of a text, of at most so many characters.
func clip(s string, most int) string {
	s = report.Clean(s)
	n := 0
	for at := range s {
		if n++; n > most {
			return s[:at] + "…"
		}
	}
	return s
}

// modified returns the last moment that an incident's history has.
func modified(in ledger.Incident) time.Time {
	times := []time.Time{in.Times.Received, in.Times.Decided, in.Times.Acted, in.Times.Verified, in.Times.Closed}
	for _, n := range in.Notes {
		times = append(times, n.Time)
	}
	last := slices.MaxFunc(times, time.Time.Compare)
	return first(last, in.Times.Event)
}

func first(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// millis writes a time as the schema does; 0 for none, which only a finding without any time has.
func millis(t time.Time) int64 {
	if t.IsZero() || t.Year() >= 10000 || t.Year() < 1970 {
		return 0
	}
	return t.UnixMilli()
}
