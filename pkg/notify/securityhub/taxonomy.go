package securityhub

import (
	"riposte/pkg/detect"
	"riposte/pkg/ledger"
)

// findingTypes returns the finding types of an incident, in the taxonomy of the AWS Security Finding Format.
func findingTypes(in ledger.Incident) []string {
	class := clip(in.Class, 60)
	if class == "" {
		class = "riposte"
	}
	return []string{category(in.Finding.Tactic) + "/" + class}
}

// category returns the namespace and category for the aim that an attacker would have.
// https://docs.aws.amazon.com/securityhub/latest/userguide/asff-type-taxonomy.html
func category(tactic string) string {
	switch tactic {
	case "initial-access":
		return "TTPs/Initial Access"
	case "execution", "resource-development":
		return "TTPs/Execution"
	case "persistence":
		return "TTPs/Persistence"
	case "privilege-escalation":
		return "TTPs/Privilege Escalation"
	case "defense-evasion":
		return "TTPs/Defense Evasion"
	case "credential-access":
		return "TTPs/Credential Access"
	case "discovery":
		return "TTPs/Discovery"
	case "lateral-movement":
		return "TTPs/Lateral Movement"
	case "collection":
		return "TTPs/Collection"
	case "exfiltration":
		return "Effects/Data Exfiltration"
	case "impact":
		return "Effects/Data Destruction"
	}
	return "Unusual Behaviors/User"
}

// label returns the label of a severity. One that nobody rated is shown as high: it is not to be overlooked.
func label(s detect.Severity) (name, original string) {
	switch s {
	case detect.Info:
		return "INFORMATIONAL", s.String()
	case detect.Low, detect.Medium, detect.High, detect.Critical:
		return s.String(), s.String()
	case detect.Inherit:
	}
	return "HIGH", "UNRATED"
}
