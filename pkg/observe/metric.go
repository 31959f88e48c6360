// Package observe says what Riposte counts and measures, and makes metrics of log lines: a line whose attributes carry
// the value of a metric becomes, by CloudWatch's embedded metric format, log and metric at once. Whoever has an outcome
// to tell only logs it.
//
// It stands on the standard library alone, so that the functions, the infrastructure and the docs read one list.
package observe

// Namespace is CloudWatch's namespace of all of Riposte's metrics.
const Namespace = "Riposte"

// The dimensions of metrics. Every metric has a set of Stack alone; some have another one of all three.
const (
	Stack = "Stack" // the stack's name
	Class = "Class" // the class of a rule of the catalogue, or OtherClass
	Mode  = "Mode"  // what was decided: "alert", "ask", "contain" or "act"
)

// OtherClass stands for the classes of the operator's own rules, so that their number does not become that of metrics.
const OtherClass = "sigma"

// A Unit is CloudWatch's unit of a metric.
type Unit string

// The units.
const (
	Count        Unit = "Count"
	Milliseconds Unit = "Milliseconds"
	Seconds      Unit = "Seconds"
)

// Names of the metrics, which are also the keys of the attributes that carry their values.
const (
	IncidentsOpened   = "IncidentsOpened"
	EventToReceived   = "EventToReceived"
	ReceivedToDecided = "ReceivedToDecided"
	DecidedToActed    = "DecidedToActed"
	ActedToVerified   = "ActedToVerified"
	EventToVerified   = "EventToVerified"
	Remediated        = "Remediated"
	RemediationFailed = "RemediationFailed"
	Undone            = "Undone"
	Kept              = "Kept"
	BreakerOpened     = "BreakerOpened"
	FightsEnded       = "FightsEnded"
	ExceptionsHit     = "ExceptionsHit"
	ExceptionsExpired = "ExceptionsExpired"
	MessagesTold      = "MessagesTold"
	MessagesFailed    = "MessagesFailed"
	HeartbeatsMissing = "HeartbeatsMissing"
	OldestHeartbeat   = "OldestHeartbeat"
	SlowestHeartbeat  = "SlowestHeartbeat"
)

// A Metric is one that CloudWatch keeps.
type Metric struct {
	Name    string
	Unit    Unit
	ByClass bool   // counted by class and mode too
	Doc     string // what is counted or measured
}

// Metrics lists every metric.
func Metrics() []Metric {
	return []Metric{
		{IncidentsOpened, Count, true, "Incidents that were opened, each once. What an exception or the journal explains is not among them."},
		{EventToReceived, Milliseconds, false, "From the change to when the detector got its event."},
		{ReceivedToDecided, Milliseconds, false, "From the event's arrival to the decision."},
		{DecidedToActed, Milliseconds, false, "From the decision to Riposte's change, where nobody was asked in between."},
		{ActedToVerified, Milliseconds, false, "From Riposte's change to its proof."},
		{EventToVerified, Milliseconds, false, "From the change to the proof that it is reversed, where nobody was asked in between."},
		{Remediated, Count, false, "Incidents whose change was reversed and verified."},
		{RemediationFailed, Count, false, "Incidents whose change could not be reversed: a person has to look."},
		{Undone, Count, false, "Reversals that were undone, by a person or on silence."},
		{Kept, Count, false, "Reversals that were kept, by a person or on silence."},
		{BreakerOpened, Count, false, "Incidents that only alert because the breaker's bound was reached."},
		{FightsEnded, Count, false, "Incidents that only alert because somebody keeps making the same change again."},
		{ExceptionsHit, Count, false, "Incidents that an exception of the configuration covers."},
		{ExceptionsExpired, Count, false, "Incidents that an exception would cover that has expired."},
		{MessagesTold, Count, false, "Messages that were told, once for each way of telling."},
		{MessagesFailed, Count, false, "Messages that could not be told in one way, once for each try."},
		{HeartbeatsMissing, Count, false, "Accounts and regions of which nothing was heard for too long."},
		{OldestHeartbeat, Seconds, false, "How long ago the place that was heard of least lately beat."},
		{SlowestHeartbeat, Milliseconds, false, "How long the slowest of the last beats was under way."},
	}
}
