package logging

import (
	"cmp"
	"slices"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// selectorsRequest holds the selectors of a request or of an answer.
type selectorsRequest struct {
	EventSelectors         cloudtrail.List[basicSelector]
	AdvancedEventSelectors cloudtrail.List[advancedSelector]
}

// selectors returns the selectors as data, with what a request leaves out where it is the default.
func (r selectorsRequest) selectors() detect.TrailSelectors {
	var s detect.TrailSelectors
	for _, b := range r.EventSelectors {
		one := detect.BasicSelector{
			ReadWriteType:    cmp.Or(string(b.ReadWriteType), "All"),
			ManagementEvents: b.IncludeManagementEvents == nil || bool(*b.IncludeManagementEvents),
			Excluded:         texts(b.ExcludeManagementEventSources),
		}
		if b.DataResources != nil {
			one.Data = []detect.SelectedData{}
		}
		for _, d := range b.DataResources {
			one.Data = append(one.Data, detect.SelectedData{Type: string(d.Type), Values: texts(d.Values)})
		}
		s.Basic = append(s.Basic, one)
	}
	for _, a := range r.AdvancedEventSelectors {
		one := detect.AdvancedSelector{Name: string(a.Name)}
		for _, f := range a.FieldSelectors {
			one.Fields = append(one.Fields, detect.SelectedField{
				Field: string(f.Field), Equals: texts(f.Equals), NotEquals: texts(f.NotEquals), StartsWith: texts(f.StartsWith),
				NotStartsWith: texts(f.NotStartsWith), EndsWith: texts(f.EndsWith), NotEndsWith: texts(f.NotEndsWith),
			})
		}
		s.Advanced = append(s.Advanced, one)
	}
	return s
}

func texts(list cloudtrail.List[cloudtrail.Text]) []string {
	if list == nil {
		return nil
	}
	out := make([]string, 0, len(list))
	for _, t := range list {
		out = append(out, string(t))
	}
	return out
}

// managementEvents says which management events one selector records.
type managementEvents struct {
	reads, writes bool
	without       []cloudtrail.Text // event sources that it leaves out
	narrowed      []cloudtrail.Text // fields by which it takes some events only
}

type basicSelector struct {
	ReadWriteType                 cloudtrail.Text
	IncludeManagementEvents       *cloudtrail.Flag
	ExcludeManagementEventSources cloudtrail.List[cloudtrail.Text]
	DataResources                 cloudtrail.List[struct {
		Type   cloudtrail.Text
		Values cloudtrail.List[cloudtrail.Text]
	}]
}

// management returns what a basic selector records; CloudTrail records all management events where nothing is said.
func (s basicSelector) management() []managementEvents {
	if s.IncludeManagementEvents != nil && !bool(*s.IncludeManagementEvents) {
		return nil
	}
	return []managementEvents{{
		reads: s.ReadWriteType != "WriteOnly", writes: s.ReadWriteType != "ReadOnly", without: s.ExcludeManagementEventSources,
	}}
}

type advancedSelector struct {
	Name           cloudtrail.Text
	FieldSelectors cloudtrail.List[fieldSelector]
}

type fieldSelector struct {
	Field                                                               cloudtrail.Text
	Equals, NotEquals, StartsWith, NotStartsWith, EndsWith, NotEndsWith cloudtrail.List[cloudtrail.Text]
}

// management returns what an advanced selector records: all of its fields must fit an event.
func (s advancedSelector) management() []managementEvents {
	m := managementEvents{reads: true, writes: true}
	ofManagement := false
	for _, f := range s.FieldSelectors {
		switch f.Field {
		case "eventCategory":
			ofManagement = slices.Contains(f.Equals, "Management")
		case "readOnly":
			m.reads = m.reads && (slices.Contains(f.Equals, "true") || slices.Contains(f.NotEquals, "false"))
			m.writes = m.writes && (slices.Contains(f.Equals, "false") || slices.Contains(f.NotEquals, "true"))
		case "eventSource":
			if !f.excludesOnly() {
				m.narrowed = append(m.narrowed, f.Field)
			}
			m.without = append(m.without, f.NotEquals...)
		default:
			m.narrowed = append(m.narrowed, f.Field)
		}
	}
	if !ofManagement {
		return nil
	}
	return []managementEvents{m}
}

func (f fieldSelector) excludesOnly() bool {
	return len(f.NotEquals) > 0 &&
		len(f.Equals)+len(f.StartsWith)+len(f.NotStartsWith)+len(f.EndsWith)+len(f.NotEndsWith) == 0
}

// notRecorded returns what none of several selectors records.
func notRecorded(all []managementEvents) []fact {
	if len(all) == 0 {
		return []fact{{detect.Critical, "no management events"}}
	}
	writing := selecting(all, func(m managementEvents) bool { return m.writes })
	if len(writing) == 0 {
		return []fact{{detect.Critical, "read-only management events and no changes"}}
	}
	facts := narrowed(writing, "changes")
	reading := selecting(all, func(m managementEvents) bool { return m.reads })
	if len(reading) == 0 {
		return append(facts, fact{detect.Medium, "no read-only management events"})
	}
	if len(facts) == 0 {
		for _, f := range narrowed(reading, "read-only management events") {
			facts = append(facts, fact{min(f.severity, detect.Medium), f.said})
		}
	}
	return facts
}

func selecting(all []managementEvents, by func(managementEvents) bool) []managementEvents {
	var some []managementEvents
	for _, m := range all {
		if by(m) {
			some = append(some, m)
		}
	}
	return some
}

// narrowed says what selectors of one kind of event leave out. A source is left out where every selector that has no
// other condition leaves it out; what several conditions record together is not reckoned.
func narrowed(some []managementEvents, kind string) []fact {
	plain := selecting(some, func(m managementEvents) bool { return len(m.narrowed) == 0 })
	if len(plain) == 0 {
		return []fact{{detect.High, "only " + kind + " that fit conditions on " + few(some[0].narrowed)}}
	}
	var without []cloudtrail.Text
	severity := detect.Low
	for _, source := range plain[0].without {
		if slices.ContainsFunc(plain, func(m managementEvents) bool { return !slices.Contains(m.without, source) }) {
			continue
		}
		without = append(without, source)
		if source != "kms.amazonaws.com" && source != "rdsdata.amazonaws.com" {
			severity = detect.High
		}
	}
	if len(without) == 0 {
		return nil
	}
	return []fact{{severity, "no " + kind + " of " + few(without)}}
}
