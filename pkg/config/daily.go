package config

import (
	"time"

	"go.yaml.in/yaml/v3"

	"riposte/pkg/detect"
)

// below are the severities that something can be less grave than. Info is the least there is.
func below() []detect.Severity { return detect.Severities()[1:] }

func (r *reader) quiet(n *yaml.Node, path string) *Quiet {
	q := &Quiet{Below: detect.High, Pos: r.pos(n)}
	before := len(r.errs)
	r.fields(
		n, path,
		field{key: "from", must: `write when it begins, such as "22:00"`, read: func(n *yaml.Node, path string) { q.From = r.clock(n, path) }},
		field{key: "to", must: `write when it ends, such as "06:00"`, read: func(n *yaml.Node, path string) { q.To = r.clock(n, path) }},
		field{key: "zone", must: mustZone, read: func(n *yaml.Node, path string) { q.Zone = r.zone(n, path) }},
		field{key: "below", read: func(n *yaml.Node, path string) { q.Below = r.severity(n, path, below()) }},
	)
	if len(r.errs) == before && q.From == q.To {
		r.fail(n, path, "from and to are the same: it would never end; a digest gathers what can always wait")
	}
	return q
}

func (r *reader) digest(n *yaml.Node, path string) *Digest {
	d := &Digest{Below: detect.Medium, Pos: r.pos(n)}
	r.fields(
		n, path,
		field{key: "at", must: `write when it is told, such as "09:00"`, read: func(n *yaml.Node, path string) { d.At = r.clock(n, path) }},
		field{key: "zone", must: mustZone, read: func(n *yaml.Node, path string) { d.Zone = r.zone(n, path) }},
		field{key: "below", read: func(n *yaml.Node, path string) { d.Below = r.severity(n, path, below()) }},
	)
	return d
}

var timeOfDay = lazily(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// clock reads a time of day as what has passed since midnight on the clock.
func (r *reader) clock(n *yaml.Node, path string) time.Duration {
	text, ok := r.scalar(n, path, `a time of day such as "22:00"`, tagText)
	if !ok {
		return 0
	}
	at, err := time.Parse("15:04", text)
	if err != nil || !timeOfDay().MatchString(text) {
		r.fail(n, path, `%s is no time of day: want hours and minutes from "00:00" to "23:59"`, shown(text))
		return 0
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
}
