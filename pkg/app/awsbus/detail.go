package awsbus

import (
	"encoding/json"

	"riposte/pkg/notify"
	"riposte/pkg/ocsf"
)

// Version is that of the details on the bus. It changes when a member is taken away or comes to mean something else, and not
// when one is added: who reads details ignores what it does not know.
const Version = "1"

// A Detail is the detail of an event on Riposte's bus.
type Detail struct {
	Version string `json:"version"`
	notify.Message
	// OCSF is the incident as the Open Cybersecurity Schema Framework has it. It is left out where the event would be too
	// large for the bus.
	OCSF *ocsf.Finding `json:"ocsf,omitempty"`
}

// detail returns the detail of a message, with as much as the bus takes: the OCSF form is given up first, then the texts
// and lists of the incident are shortened.
func detail(m notify.Message) ([]byte, error) {
	finding := ocsf.Of(m)
	whole, err := json.Marshal(Detail{Version, m, &finding})
	if err != nil || len(whole) <= maxDetail {
		return whole, err
	}
	bare, err := json.Marshal(Detail{Version: Version, Message: m})
	if err != nil {
		return nil, err
	}
	return fit(bare)
}
