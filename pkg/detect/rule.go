// Package detect says what a detection rule is and runs rules over events.
//
// A rule is data and one pure function: it sees the event and nothing else, so that the same rule gives the same
// answer in a Lambda, in a backtest and in a test.
package detect

import "riposte/pkg/cloudtrail"

// A Rule recognises one kind of risky change.
type Rule struct {
	ID       string // "IAM-002": never reused, never renamed
	Title    string // a fact in the past tense: "Long-lived access key created"
	Class    string // slug of the risk class, such as "access-key-created"
	Severity Severity
	Doc      string // Markdown: why it matters, false positives, what a person should do
	Refs     []Ref  // where the knowledge behind the rule stands
	Pattern  Pattern
	Attempts bool     // Match also wants calls that failed; what it finds there is never acted on
	Actions  []string // remedies in order of preference; none where only a person can help

	// Match returns what the event shows. It is pure and safe for concurrent use. An error says that the event could
	// not be judged; it becomes a finding of its own and is never dropped.
	Match func(*cloudtrail.Event) ([]Finding, error)
}

// A Ref names a source of knowledge behind a rule.
type Ref struct {
	Kind string // "ATT&CK", "CIS" or "AWS"
	Name string // "T1098.001", "CIS AWS Foundations 4.5", or a page's title
	URL  string
}

// A Pattern lists the events that a rule wants. An event matches when one entry does. It is coarse on purpose: it is
// the only place where sources and event names stand, and the EventBridge rules are rendered from it.
type Pattern []Events

// Events selects events by source and name, by the kind of caller, or both.
type Events struct {
	Source   string   // "iam.amazonaws.com"; empty for every source
	Names    []string // event names without an API date; empty for every name
	Dated    bool     // recorded names carry an API date, so that EventBridge has to match them by prefix
	Identity string   // userIdentity.type, such as "Root"; empty for every caller
	Writes   bool     // only calls that are not read-only
}
