package logging

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"riposte/pkg/detect"
)

// selectorsOf returns selectors as data, with what the API leaves out where it is the default.
func selectorsOf(basic []types.EventSelector, advanced []types.AdvancedEventSelector) detect.TrailSelectors {
	var s detect.TrailSelectors
	for _, b := range basic {
		one := detect.BasicSelector{
			ReadWriteType:    string(b.ReadWriteType),
			ManagementEvents: b.IncludeManagementEvents == nil || *b.IncludeManagementEvents,
			Excluded:         b.ExcludeManagementEventSources,
		}
		if one.ReadWriteType == "" {
			one.ReadWriteType = string(types.ReadWriteTypeAll)
		}
		if b.DataResources != nil {
			one.Data = []detect.SelectedData{}
		}
		for _, d := range b.DataResources {
			one.Data = append(one.Data, detect.SelectedData{Type: aws.ToString(d.Type), Values: d.Values})
		}
		s.Basic = append(s.Basic, one)
	}
	for _, a := range advanced {
		one := detect.AdvancedSelector{Name: aws.ToString(a.Name)}
		for _, f := range a.FieldSelectors {
			one.Fields = append(one.Fields, detect.SelectedField{
				Field: aws.ToString(f.Field), Equals: f.Equals, NotEquals: f.NotEquals, StartsWith: f.StartsWith,
				NotStartsWith: f.NotStartsWith, EndsWith: f.EndsWith, NotEndsWith: f.NotEndsWith,
			})
		}
		s.Advanced = append(s.Advanced, one)
	}
	return s
}

// forAPI returns selectors as the API takes them.
func forAPI(s detect.TrailSelectors) (basic []types.EventSelector, advanced []types.AdvancedEventSelector) {
	for _, b := range s.Basic {
		one := types.EventSelector{
			ReadWriteType: types.ReadWriteType(b.ReadWriteType), IncludeManagementEvents: aws.Bool(b.ManagementEvents),
			ExcludeManagementEventSources: b.Excluded,
		}
		if b.Data != nil {
			one.DataResources = []types.DataResource{}
		}
		for _, d := range b.Data {
			one.DataResources = append(one.DataResources, types.DataResource{Type: aws.String(d.Type), Values: d.Values})
		}
		basic = append(basic, one)
	}
	for _, a := range s.Advanced {
		one := types.AdvancedEventSelector{}
		if a.Name != "" {
			one.Name = aws.String(a.Name)
		}
		for _, f := range a.Fields {
			one.FieldSelectors = append(one.FieldSelectors, types.AdvancedFieldSelector{
				Field: aws.String(f.Field), Equals: f.Equals, NotEquals: f.NotEquals, StartsWith: f.StartsWith,
				NotStartsWith: f.NotStartsWith, EndsWith: f.EndsWith, NotEndsWith: f.NotEndsWith,
			})
		}
		advanced = append(advanced, one)
	}
	return basic, advanced
}
