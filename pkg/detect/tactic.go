package detect

import "strings"

// Tactic returns the aim that an attacker would have with what the rule recognises: the tactic of its first ATT&CK
// technique, such as "persistence", or "" where it names none. A technique that serves several aims counts for the one
// that a change of an AWS account serves most. https://attack.mitre.org/matrices/enterprise/cloud/iaas/
func (r *Rule) Tactic() string {
	for _, ref := range r.Refs {
		if ref.Kind == "ATT&CK" {
			return TacticOf(ref.Name)
		}
	}
	return ""
}

// TacticOf returns the tactic that a technique, such as "T1098.003", is counted for, or "" for one that is not known here.
func TacticOf(technique string) string {
	if technique == "T1098.003" { // roles: what others of T1098 keep, this one gains
		return "privilege-escalation"
	}
	base, _, _ := strings.Cut(technique, ".")
	switch base {
	case "T1078", "T1199":
		return "initial-access"
	case "T1059", "T1648", "T1651":
		return "execution"
	case "T1098", "T1136", "T1525", "T1546":
		return "persistence"
	case "T1484", "T1548":
		return "privilege-escalation"
	case "T1535", "T1562", "T1578", "T1666", "T1070", "T1211":
		return "defense-evasion"
	case "T1040", "T1110", "T1528", "T1552", "T1555", "T1556", "T1557", "T1606", "T1621":
		return "credential-access"
	case "T1069", "T1087", "T1526", "T1538", "T1580", "T1619":
		return "discovery"
	case "T1021", "T1550":
		return "lateral-movement"
	case "T1213", "T1530", "T1114":
		return "collection"
	case "T1537", "T1567":
		return "exfiltration"
	case "T1485", "T1486", "T1489", "T1490", "T1491", "T1496", "T1498", "T1531", "T1561":
		return "impact"
	case "T1584", "T1583", "T1586", "T1650":
		return "resource-development"
	}
	return ""
}
