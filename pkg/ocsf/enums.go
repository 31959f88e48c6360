package ocsf

import (
	"riposte/pkg/decide"
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/notify"
)

// An enum is a number of the schema with its caption.
type enum struct {
	id   int
	name string
}

func severity(s detect.Severity) enum {
	switch s {
	case detect.Info:
		return enum{1, "Informational"}
	case detect.Low:
		return enum{2, "Low"}
	case detect.Medium:
		return enum{3, "Medium"}
	case detect.High:
		return enum{4, "High"}
	case detect.Critical:
		return enum{5, "Critical"}
	case detect.Inherit:
	}
	return enum{0, "Unknown"}
}

func activity(m notify.Message) enum {
	switch {
	case m.Settled():
		return enum{3, "Close"}
	case m.DetailType == notify.IncidentOpened:
		return enum{1, "Create"}
	}
	return enum{2, "Update"}
}

func status(m notify.Message) enum {
	resolved, progress, fresh := enum{4, "Resolved"}, enum{2, "In Progress"}, enum{1, "New"}
	switch m.Incident.State {
	case ledger.Dismissed, ledger.Suppressed:
		return enum{3, "Suppressed"}
	case ledger.Remediating, ledger.Approved, ledger.Undoing:
		return progress
	case ledger.Open:
		if decide.Mode(m.Incident.Mode).Acts() {
			return progress
		}
		return fresh
	case ledger.Remediated, ledger.Kept, ledger.Undone, ledger.Resolved:
		if m.Settled() {
			return resolved
		}
		return progress
	case ledger.Asked, ledger.Failed:
		return fresh
	}
	return enum{0, "Unknown"}
}

// outcome says what Riposte did about the call, and what came of it.
func outcome(in ledger.Incident) (action, disposition enum) {
	observed, modified := enum{3, "Observed"}, enum{4, "Modified"}
	switch in.State {
	case ledger.Remediated, ledger.Kept:
		return modified, enum{11, "Corrected"}
	case ledger.Undone:
		return modified, enum{9, "Restored"}
	case ledger.Failed, ledger.Undoing:
		if standing(in) {
			return modified, enum{12, "Partially Corrected"}
		}
		return observed, enum{13, "Uncorrected"}
	case ledger.Open, ledger.Asked, ledger.Approved, ledger.Remediating:
		if in.Finding.Attempt {
			return enum{2, "Denied"}, enum{2, "Blocked"} // by AWS, which refused the call
		}
		if in.State == ledger.Open && !decide.Mode(in.Mode).Acts() {
			return observed, enum{19, "Alert"}
		}
		return observed, enum{14, "Delayed"}
	case ledger.Dismissed, ledger.Resolved, ledger.Suppressed:
		if standing(in) {
			return modified, enum{12, "Partially Corrected"}
		}
		return observed, enum{16, "No Action"}
	}
	return enum{0, "Unknown"}, enum{0, "Unknown"}
}

// standing reports whether a change of Riposte's is in force.
func standing(in ledger.Incident) bool {
	for _, c := range in.Changes {
		switch c.State {
		case ledger.Applied, ledger.Verified, ledger.Reverting:
			return true
		case ledger.Planned, ledger.Reverted, ledger.Broken:
		}
	}
	return false
}

// tactic returns a tactic of MITRE ATT&CK, as detect names it.
func tactic(name string) (Tactic, bool) {
	t, ok := map[string]Tactic{
		"resource-development": {"TA0042", "Resource Development"},
		"initial-access":       {"TA0001", "Initial Access"},
		"execution":            {"TA0002", "Execution"},
		"persistence":          {"TA0003", "Persistence"},
		"privilege-escalation": {"TA0004", "Privilege Escalation"},
		"defense-evasion":      {"TA0005", "Defense Evasion"},
		"credential-access":    {"TA0006", "Credential Access"},
		"discovery":            {"TA0007", "Discovery"},
		"lateral-movement":     {"TA0008", "Lateral Movement"},
		"collection":           {"TA0009", "Collection"},
		"exfiltration":         {"TA0010", "Exfiltration"},
		"impact":               {"TA0040", "Impact"},
	}[name]
	return t, ok
}

// userType returns what kind of principal somebody is. A kind that the schema has no number for keeps its own name.
func userType(kind string) enum {
	switch kind {
	case "Root":
		return enum{2, "Admin"}
	case "IAMUser", "IdentityCenterUser":
		return enum{1, "User"}
	case "AWSService":
		return enum{3, "System"}
	case "":
		return enum{0, "Unknown"}
	}
	return enum{99, clip(kind, maxName)}
}
