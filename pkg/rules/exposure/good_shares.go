package exposure

import (
	"encoding/json"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
)

// goodSnapshotShares returns with whom an event left a snapshot shared, and with whom not any more: each by itself.
func goodSnapshotShares(ev *cloudtrail.Event) []detect.State {
	req, err := cloudtrail.RequestOf[struct {
		SnapshotID             cloudtrail.Text
		CreateVolumePermission permissionChange
	}](ev)
	if err != nil || req.SnapshotID == "" {
		return nil
	}
	return req.CreateVolumePermission.states(detect.Resource{Type: detect.Snapshot, ID: string(req.SnapshotID)})
}

// goodImageShares is goodSnapshotShares of a machine image.
func goodImageShares(ev *cloudtrail.Event) []detect.State {
	req, err := cloudtrail.RequestOf[struct {
		ImageID          cloudtrail.Text
		LaunchPermission permissionChange
	}](ev)
	if err != nil || req.ImageID == "" {
		return nil
	}
	return req.LaunchPermission.states(detect.Resource{Type: detect.Image, ID: string(req.ImageID)})
}

func (c permissionChange) states(r detect.Resource) []detect.State {
	var out []detect.State
	for _, change := range []struct {
		grantees []grantee
		shared   string
	}{{c.Remove, "false"}, {c.Add, "true"}} {
		for _, g := range change.grantees {
			if name := g.name(); name != "" {
				out = append(out, detect.State{Aspect: "share", Resource: r, Name: name, State: json.RawMessage(change.shared)})
			}
		}
	}
	return out
}

// name returns a grantee as lists of grantees have it.
func (g grantee) name() string {
	if g.Group != "" {
		return everyone
	}
	return string(g.UserID + g.OrganizationARN + g.OrganizationalUnitARN) // of which there is one
}
