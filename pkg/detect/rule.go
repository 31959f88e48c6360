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
	Attempts bool // Match also wants calls that failed; what it finds there is never acted on
	Denied   bool // a call that was denied is worth a finding two steps less severe
	// OptIn keeps the rule out of use until the configuration gives it a mode: it wants so many events, or depends so
	// much on what the operator says, that it must be asked for.
	OptIn   bool
	Actions []string // remedies in order of preference; none where only a person can help

	// Good returns the state that a harmless event left behind, where the event carries it whole; nil where none does. The
	// ledger keeps it, so that a later change can be put back to it. It is pure like Match, and asked only where Match found
	// nothing.
	Good func(*cloudtrail.Event) (State, bool)
	// GoodParts is Good for events that leave several states behind, such as one for each setting that a request names. What a
	// request does not name may have been made worse before, so that nobody can call it good.
	GoodParts func(*cloudtrail.Event) []State

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

// Events selects events by what all of its fields say. At least one of Source, Names, Identity, Errors, Agents, Own and
// Every is set.
type Events struct {
	Source   string   // "iam.amazonaws.com"; empty for every source
	Names    []string // event names without an API date; empty for every name
	Dated    bool     // recorded names carry an API date, so that EventBridge has to match them by prefix
	Identity string   // userIdentity.type, such as "Root"; empty for every caller
	Errors   []string // errorCodes, one of which the call failed with; empty where that does not matter
	Agents   []string // texts, one of which the userAgent contains in any letter case; empty for every agent
	Writes   bool     // only calls that are not read-only
	// Reads asks for read-only calls. EventBridge delivers those only to rules in a state of their own, and there are many
	// of them, so that they are routed apart and only where the operator wants it.
	Reads bool
	Own   bool // only calls by the roles under which Riposte itself calls AWS
	Every bool // every event: for rules of the operator's own that cannot be narrowed
}
