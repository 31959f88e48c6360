// Package decide turns a finding into a decision under the operator's policy: what Riposte does, and why, in words.
// Every guard in it fails toward alerting: what it cannot read, know or allow becomes an alert and no action.
package decide

import (
	"time"

	"riposte/pkg/config"
	"riposte/pkg/detect"
)

// Mode is what Riposte does about a finding.
type Mode string

// The modes, from the weakest to the strongest.
const (
	Off     Mode = "off"     // nothing, not even an incident
	Alert   Mode = "alert"   // tell a person
	Ask     Mode = "ask"     // tell a person and act when one approves
	Contain Mode = "contain" // act now, then ask whether to keep or undo
	Act     Mode = "act"     // act now
)

// Acts reports whether the mode changes an account without asking first.
func (m Mode) Acts() bool { return m == Contain || m == Act }

// A Decision is the one mode that a finding gets, with the reason in words.
type Decision struct {
	Mode       Mode
	Reason     string    // a sentence for a person: which rule of the policy or which guard decided
	Action     string    // the remedy to apply or to ask about; empty in mode alert and off
	Escalation string    // what contains the actor, for the engine to fill in; empty where the policy would not let Riposte
	Exception  string    // the key of the exception that covers it; empty where none does
	Until      time.Time // when that exception ends
	Suppressed bool      // an exception or Riposte's own journal explains it: recorded, not told
	Beyond     []string  // actions of the finding that cannot be had in its account
	Held       Hold      // the guard that keeps it from being acted on, where that is one that people count
}

// A Hold is a guard about which people want to know how often it speaks.
type Hold string

// The holds.
const (
	HeldByBreaker   Hold = "breaker"
	HeldAsFight     Hold = "fight"
	HeldByException Hold = "expired exception"
)

// Facts are what a decision needs besides the finding. They are given, so that a decision is a pure function.
type Facts struct {
	Now time.Time
	// ConfigError says why the policy could not be read; every finding then alerts.
	ConfigError error
	// Stopped says that the kill switch is on, and why; StopUnknown that it could not be read.
	Stopped     string
	StopUnknown error
	// Untrusted says what does not fit between the envelope and the record, or that it is a replay; empty when all fits.
	Untrusted string
	// OwnIncident is the incident whose journal explains a call by one of Riposte's own roles; empty when none does.
	OwnIncident string
	// Chain is the incident that the finding would join, and ChainSeverity what that would amount to; empty where it stands
	// alone.
	Chain         string
	ChainSeverity detect.Severity
	// CameBack says that the decision is about containing whoever makes again what was reversed.
	CameBack bool
	// Fight says that the same principal has done the same again and again after it was reversed; empty where it has not.
	Fight string
	// Exceptions are those that people made at run time, of one rule, one account and one principal each; ExceptionsUnknown
	// says why they could not be read.
	Exceptions        []config.Exception
	ExceptionsUnknown error
	// Spent says which budget of the breaker is used up; empty when none is.
	Spent string
}
