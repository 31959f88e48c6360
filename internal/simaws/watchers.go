package simaws

import (
	"maps"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// watchers are the services of an account that record or report what happens. Each is kept by its region and name.
type watchers struct {
	recorders map[named]recorder
	channels  map[named]bool
	detectors map[named]bool // whether they are enabled
	filters   map[partOf]string
	lists     map[partOf]bool // whether they are active
	hubs      map[string]bool // by region
	rules     map[partOf]eventRule
	alarms    map[named]alarm
	analyzers map[named]analyzer
	flowLogs  map[named]ec2types.FlowLog
}

// named is what a region knows by its name or id.
type named struct{ region, name string }

// partOf is what a detector or an event bus knows by its name.
type partOf struct {
	whole named
	name  string
}

type recorder struct {
	recording bool
	service   string // that alone may change it
}

type eventRule struct {
	enabled bool
	reads   bool // enabled with read-only management events too
	pattern string
	manager string
}

type alarm struct{ enabled, composite bool }

func newWatchers() watchers {
	return watchers{
		recorders: map[named]recorder{}, channels: map[named]bool{}, detectors: map[named]bool{}, filters: map[partOf]string{},
		lists: map[partOf]bool{}, hubs: map[string]bool{}, rules: map[partOf]eventRule{}, alarms: map[named]alarm{},
		analyzers: map[named]analyzer{}, flowLogs: map[named]ec2types.FlowLog{},
	}
}

func (w watchers) clone() watchers {
	return watchers{
		recorders: maps.Clone(w.recorders), channels: maps.Clone(w.channels), detectors: maps.Clone(w.detectors),
		filters: maps.Clone(w.filters), lists: maps.Clone(w.lists), hubs: maps.Clone(w.hubs), rules: maps.Clone(w.rules),
		alarms: maps.Clone(w.alarms), analyzers: maps.Clone(w.analyzers), flowLogs: maps.Clone(w.flowLogs),
	}
}
