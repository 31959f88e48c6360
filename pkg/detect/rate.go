package detect

import "time"

// A Rate makes a finding one of a series that is told only when there are many: failed sign-ins, secrets that were read.
// What is counted are different members, so that the same event delivered twice counts once.
type Rate struct {
	// Key names what is counted together besides the rule and the account, such as the actor and the source address.
	Key []string `json:"key"`
	// Members are what this event adds; nil for the event itself.
	Members   []string      `json:"members,omitempty"`
	Threshold int           `json:"threshold"` // so many different members within Window are told
	Window    time.Duration `json:"window"`
	Noun      string        `json:"noun"` // what is counted, for people: "different secrets read"
}

// MaxMembers is how many members one event adds to a series at the most.
const MaxMembers = 50

// bounded returns a rate with no more members than an event may add, and the event's own where it names none.
func (r *Rate) bounded() *Rate {
	out := *r
	if len(out.Members) > MaxMembers {
		out.Members = out.Members[:MaxMembers]
	}
	return &out
}
