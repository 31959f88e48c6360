package detect

import (
	"fmt"
	"strings"
)

// Severity says how soon a person should look. The zero value means "as the rule says".
type Severity uint8

// The severities, from the least to the most urgent.
const (
	Inherit Severity = iota
	Info
	Low
	Medium
	High
	Critical
)

// Severities lists the severities that a finding can have, the least urgent first.
func Severities() []Severity { return []Severity{Info, Low, Medium, High, Critical} }

// String returns the severity in capitals, as AWS Security Hub labels it, except that Info stands for INFORMATIONAL.
func (s Severity) String() string {
	switch s {
	case Info:
		return "INFO"
	case Low:
		return "LOW"
	case Medium:
		return "MEDIUM"
	case High:
		return "HIGH"
	case Critical:
		return "CRITICAL"
	case Inherit:
		return "INHERIT"
	}
	return fmt.Sprintf("Severity(%d)", uint8(s))
}

// ParseSeverity reads a severity's name in any letter case.
func ParseSeverity(name string) (Severity, error) {
	for _, s := range Severities() {
		if strings.EqualFold(name, s.String()) {
			return s, nil
		}
	}
	return Inherit, fmt.Errorf("no severity %q: want info, low, medium, high or critical", name)
}

// MarshalText writes the severity's name in capitals.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(text []byte) error {
	if string(text) == Inherit.String() {
		*s = Inherit
		return nil
	}
	v, err := ParseSeverity(string(text))
	if err != nil {
		return err
	}
	*s = v
	return nil
}
