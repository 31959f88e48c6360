package exposure

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodSnapshotBlock returns how far the sharing of snapshots is blocked since an event.
func goodSnapshotBlock(ev *cloudtrail.Event) (detect.State, bool) {
	req, err := cloudtrail.RequestOf[struct{ State cloudtrail.Text }](ev)
	if err != nil || ev.Name != enableSnapshotBlock || req.State == "" {
		return detect.State{}, false
	}
	raw, err := json.Marshal(string(req.State))
	return detect.State{
		Aspect: "snapshot-block-public-access", Resource: detect.Resource{Type: detect.Account, ID: ev.Account}, State: raw,
	}, err == nil
}
