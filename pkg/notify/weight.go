package notify

import "riposte/pkg/detect"

// Weight returns how grave a message is: as grave as the chain that the incident belongs to. A call that failed is no graver
// for what else was done, unless that is what the message is about.
func (m Message) Weight() detect.Severity {
	in := m.Incident
	if m.DetailType != IncidentRaised && in.Finding.Attempt && in.Finding.Severity != detect.Inherit {
		return in.Finding.Severity
	}
	out := in.Severity
	if in.Chain != nil {
		out = max(out, in.Chain.Severity)
	}
	if m.Lead != nil {
		out = max(out, m.Lead.Severity)
	}
	return out
}

// Leader returns the incident whose chain the message belongs to: its own where it stands alone.
func (m Message) Leader() string {
	if m.Incident.PartOf != "" {
		return m.Incident.PartOf
	}
	return m.Incident.ID
}

// Chained reports whether the incident belongs to a chain.
func (m Message) Chained() bool {
	return m.Incident.PartOf != "" || m.Incident.Chain != nil && len(m.Incident.Chain.Timeline) > 1
}
