// Package iampolicy judges policy documents offline: what a document grants that nobody should have without thought.
//
// A verdict is about one document. Permission boundaries, service control policies and other policies of the same
// principal are out of its sight, so that it speaks of what the document allows and not of what the principal can do.
// A document that cannot be read with certainty is not judged, and the verdict says where and why; it is never called
// safe.
package iampolicy

import "slices"

// Severity says how much a risk grants.
type Severity string

// The severities of risks, the least first.
const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// AtLeast reports whether s is as grave as another severity.
func (s Severity) AtLeast(other Severity) bool { return s.rank() >= other.rank() }

// lower returns the next severity below s.
func (s Severity) lower() Severity {
	switch s {
	case Critical:
		return High
	case High:
		return Medium
	default:
		return Low
	}
}

// rank orders severities, so that the greater one is the worse one.
func (s Severity) rank() int {
	switch s {
	case Critical:
		return 4
	case High:
		return 3
	case Medium:
		return 2
	case Low:
		return 1
	}
	return 0
}

// Grade says how freely a grant can be used.
type Grade string

// The grades of grants.
const (
	Unconditional Grade = "unconditional" // on any resource, always
	Conditional   Grade = "conditional"   // on any resource, where a condition that restricts holds
	Scoped        Grade = "scoped"        // on some resources only
)

// The codes of risks of identity policies.
const (
	FullAdmin           = "full-admin"           // every action on any resource
	ConditionalAdmin    = "conditional-admin"    // the same under a condition that restricts
	ServiceWildcard     = "service-wildcard"     // every action of a service on any of its resources
	WildcardResource    = "wildcard-resource"    // an action that takes a resource, on any of them
	NotAction           = "not-action"           // every action but some
	NotResource         = "not-resource"         // every resource but some
	PassRoleAny         = "pass-role-any"        // any role may be given to a service
	AssumeRoleAny       = "assume-role-any"      // any role may be assumed
	PrivilegeEscalation = "privilege-escalation" // actions with which the holder can get other rights
	DataExfiltration    = "data-exfiltration"    // any stored data or secret may be read
	CredentialsExposure = "credentials-exposure" // actions that hand out credentials
	ResourceExposure    = "resource-exposure"    // actions that open any resource to others
	DefenseEvasion      = "defense-evasion"      // actions that end the record of what happens, or what guards it
	MFAAntipattern      = "mfa-antipattern"      // a condition on MFA that does not demand it
)

// A Risk is one thing that a document grants too broadly.
type Risk struct {
	Code      string   `json:"code"`
	Severity  Severity `json:"severity"`
	Statement int      `json:"statement"` // counted from one; the first of those that together make the risk
	Sid       string   `json:"sid,omitempty"`
	Fragment  string   `json:"fragment"` // what decided, as the document has it or as it amounts to
	Sentence  string   `json:"detail"`   // for people, without a full stop; holds text from the document
	Grade     Grade    `json:"grade,omitempty"`
	// Actions are the actions, or the sets of actions joined by "+", that make the risk, in order.
	Actions []string `json:"actions,omitempty"`
	// Span is where the fragment, or else the statement, stands in the document's text.
	Span Span `json:"-"`
}

// A Verdict is what the judge says of a document. Without risks it is good news only where Judged is true.
type Verdict struct {
	Judged bool   `json:"judged"`
	Reason string `json:"reason,omitempty"` // why the document was not judged
	Risks  []Risk `json:"risks"`
}

// Worst returns the gravest risk, the first of equals. It reports false where there is none.
func (v Verdict) Worst() (Risk, bool) {
	var worst Risk
	for _, r := range v.Risks {
		if r.Severity.rank() > worst.Severity.rank() {
			worst = r
		}
	}
	return worst, worst.Code != ""
}

// AtLeast returns the risks that are as grave as a severity.
func (v Verdict) AtLeast(s Severity) []Risk {
	var out []Risk
	for _, r := range v.Risks {
		if r.Severity.AtLeast(s) {
			out = append(out, r)
		}
	}
	return out
}

// Codes returns the codes of the risks, each once, in the order of the risks.
func (v Verdict) Codes() []string {
	var out []string
	for _, r := range v.Risks {
		if !slices.Contains(out, r.Code) {
			out = append(out, r.Code)
		}
	}
	return out
}
