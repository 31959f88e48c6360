// Package config reads riposte.yaml, the operator's policy. It is strict: what it does not know, cannot read or finds
// dangerous is an error with file, line and column, and all errors are reported at once.
//
// It links no SDK and knows neither rules nor actions by name: catalog.CheckConfig checks the names.
package config

import "time"

// A Config is what riposte.yaml says. It is plain data and is not changed after it was read.
type Config struct {
	File       string // the name under which it was read; empty for the defaults
	Stance     Stance
	Rules      map[string]Rule    // by rule ID or class
	Accounts   map[string]Account // by account ID
	Exceptions []Exception
	BreakGlass []Principal // who is never acted against
	// Irreversible lists the actions that may act although they cannot be undone.
	Irreversible []Name
	Limits       Limits
	Silence      Silence
	Notify       Notify
	Answers      Answers

	// What the operator says about the accounts around an event. Accounts are the operator's own.
	Organization    string   // "o-a1b2c3d4e5"; empty where nobody said
	TrustedAccounts []string // accounts of others that may be given access
	Regions         []string // where work is meant to happen; empty where every region will do

	Sigma Sigma
}

// A Rule says what is done about the findings of one rule or class.
type Rule struct {
	Mode Mode
	Pos  Position // of the rule's name
}

// An Account is one of the operator's own, with what differs in it.
type Account struct {
	Name       string            // for people
	Production bool              // what happens in it weighs more
	OU         string            // where it stands in the organization, as a path of names: "Workloads/Prod"; empty where nobody said
	Tags       map[string]string // the account's own, as far as routes need them
	Stance     Stance            // empty: as everywhere
	Rules      map[string]Rule
	Pos        Position
}

// Sigma says where the operator's own rules are.
type Sigma struct {
	Folder string // beside the configuration, with slashes; empty for none
	Pos    Position
}

// A Name is a name of the catalogue and where the configuration mentions it.
type Name struct {
	Text string
	Pos  Position
}

// Limits bound what Riposte does by itself.
type Limits struct {
	MaxEventAge    time.Duration // findings of older events only alert
	MaxEventAgeSet bool          // the configuration sets it, and it is not the default

	// Incidents acted on in one clock hour; 0 stops all acting.
	PerRule    int64 // of one rule in one account
	PerAccount int64
	Total      int64
}

// Silence says what becomes of a containment about which nobody decides.
type Silence struct {
	After time.Duration // 0 where it waits for ever
	Undo  bool          // undo it rather than keep it
}

// Default returns what holds without a configuration: everything alerts.
func Default() *Config {
	return &Config{
		Stance: Observe,
		Limits: Limits{MaxEventAge: time.Hour, PerRule: 10, PerAccount: 20, Total: 50},
	}
}

// OverrideStance makes a stance hold in every account. Modes that are set for single rules stay.
func (c *Config) OverrideStance(s Stance) {
	c.Stance = s
	accounts := make(map[string]Account, len(c.Accounts))
	for id, a := range c.Accounts {
		a.Stance = ""
		accounts[id] = a
	}
	c.Accounts = accounts
}
