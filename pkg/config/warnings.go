package config

import (
	"fmt"
	"time"
)

// Warnings returns what is no mistake in a configuration and what a person should look at all the same.
func (c *Config) Warnings(now time.Time) []Error {
	var out []Error
	for i, e := range c.Exceptions {
		switch {
		case !e.Holds(now):
			out = append(out, Error{e.Pos, fmt.Sprintf("exceptions[%d] expired on %s and no longer holds: remove it, or have %s renew it",
				i, e.Expires.Format(time.RFC3339), e.Owner)})
		case e.Holds(now.AddDate(1, 0, 1)):
			out = append(out, Error{e.Pos, fmt.Sprintf("exceptions[%d] holds until %s, for more than a year: an earlier date makes %s look again",
				i, e.Expires.Format(time.RFC3339), e.Owner)})
		}
	}
	return out
}
