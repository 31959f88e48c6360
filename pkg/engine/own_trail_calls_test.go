package engine

import (
	"encoding/json"
	"testing"

	"riposte/pkg/detect"
	"riposte/pkg/ledger"
	"riposte/pkg/remedy"
)

// TestExplainsWatchers holds that a call of Riposte's own is explained by what an incident changed, and by nothing more.
func TestExplainsWatchers(t *testing.T) {
	reads := detect.TrailSelectors{Basic: []detect.BasicSelector{{ReadWriteType: "ReadOnly", ManagementEvents: true}}}
	writes := detect.TrailSelectors{Basic: []detect.BasicSelector{{ReadWriteType: "WriteOnly", ManagementEvents: true}}}
	raw := func(v any) json.RawMessage {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	change := func(before, after any) ledger.Incident {
		return ledger.Incident{Changes: []ledger.Change{{Change: remedy.Change{Before: raw(before), After: raw(after)}}}}
	}
	moved := change(map[string]string{"S3BucketName": "elsewhere"}, map[string]string{"S3BucketName": "logs"})
	silenced := ledger.Incident{Finding: detect.Finding{Params: map[string]string{detect.ParamAlarms: `["a","b"]`}}}
	filter := ledger.Incident{Finding: detect.Finding{Params: map[string]string{detect.ParamFilterName: "quiet"}}}
	for name, tt := range map[string]struct {
		in           ledger.Incident
		param, value string
		want         bool
	}{
		"the event's selectors":     {change(reads, writes), detect.ParamDocumentHash, reads.Hash(), true},
		"the restored selectors":    {change(reads, writes), detect.ParamDocumentHash, writes.Hash(), true},
		"other selectors":           {change(reads, reads), detect.ParamDocumentHash, writes.Hash(), false},
		"no change":                 {ledger.Incident{}, detect.ParamDocumentHash, writes.Hash(), false},
		"the restored bucket":       {moved, detect.ParamSettings, `{"S3BucketName":"logs"}`, true},
		"the event's bucket":        {moved, detect.ParamSettings, `{"S3BucketName":"elsewhere"}`, true},
		"another bucket":            {moved, detect.ParamSettings, `{"S3BucketName":"evil"}`, false},
		"a bucket and a key":        {moved, detect.ParamSettings, `{"S3BucketName":"logs","KmsKeyId":""}`, false},
		"settings that are no JSON": {moved, detect.ParamSettings, `{`, false},
		"one of the alarms":         {silenced, detect.ParamAlarms, `["b"]`, true},
		"another alarm":             {silenced, detect.ParamAlarms, `["b","c"]`, false},
		"the filter":                {filter, detect.ParamFilterName, "quiet", true},
		"another filter":            {filter, detect.ParamFilterName, "loud", false},
	} {
		f := detect.Finding{Resource: detect.Resource{Type: detect.Trail, ID: "main"}, Params: map[string]string{tt.param: tt.value}}
		if got := explains(tt.in, f); got != tt.want {
			t.Errorf("%s: explained %v, want %v", name, got, tt.want)
		}
	}
}

// TestMakesAlarmCalls holds that CloudWatch's calls are known by the source under which CloudTrail records them.
func TestMakesAlarmCalls(t *testing.T) {
	d := &Detector{}
	for name, want := range map[string]bool{"EnableAlarmActions": true, "DisableAlarmActions": true, "DeleteAlarms": false, "DescribeAlarms": false} {
		if got := d.makes("enable-alarm-actions", detect.EventRef{Source: "monitoring.amazonaws.com", Name: name}); got != want {
			t.Errorf("%s: makes %v, want %v", name, got, want)
		}
	}
}
