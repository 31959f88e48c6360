package remedy

import "riposte/pkg/detect"

// TargetOf returns the resource of a finding as a target in the region of the event, with those of its params that the
// lens needs.
func TargetOf(f detect.Finding, params ...string) Target {
	t := Target{
		Account: f.Event.Account, Region: f.Event.Region, Partition: f.Event.Partition,
		Type: string(f.Resource.Type), ID: f.Resource.ID, Parent: f.Resource.Parent,
	}
	for _, name := range params {
		if v, ok := f.Params[name]; ok {
			if t.Params == nil {
				t.Params = map[string]string{}
			}
			t.Params[name] = v
		}
	}
	return t
}
