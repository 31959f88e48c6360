package config

import (
	"time"

	"go.yaml.in/yaml/v3"
)

// expiry reads a date, which means the end of that day in UTC, or a moment.
func (r *reader) expiry(n *yaml.Node, path string) time.Time {
	text, ok := r.scalar(n, path, "a date such as 2027-01-31", tagDate, tagText)
	if !ok {
		return time.Time{}
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil && day.Year() > 1 {
		return day.AddDate(0, 0, 1)
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil && at.Year() > 1 {
		return at.UTC()
	}
	r.fail(n, path, "%s is no date: write one such as 2027-01-31 (it holds to the end of that day in UTC) or a moment "+
		"such as 2027-01-31T18:00:00Z", shown(text))
	return time.Time{}
}
