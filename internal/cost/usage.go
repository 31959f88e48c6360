// Package cost computes what a deployment of Riposte costs, from what its functions were seen to call and from AWS's
// prices.
package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// A Usage is what the three functions call for one event, counted on the wire.
type Usage struct {
	Reads     int `json:"dynamodb_read_units"`  // of 4 KB
	Writes    int `json:"dynamodb_write_units"` // of 1 KB, the index included
	Queue     int `json:"sqs_requests"`         // by the functions; Lambda's own polling comes on top
	Events    int `json:"bus_events"`           // of 64 KB
	Publishes int `json:"sns_publishes"`
	Secrets   int `json:"secret_reads"` // once per instance of notify and five minutes at the most
	LogBytes  int `json:"log_bytes"`
}

// A Measurement is the usage of one event of each kind.
type Measurement struct {
	Nothing Usage `json:"routed_without_a_finding"`
	Alert   Usage `json:"alerted"`
	Act     Usage `json:"remediated"` // opened, changed, verified, told twice
}

//go:embed usage.json
var measured []byte

// Measured returns what TestUsage of internal/process counted.
func Measured() (Measurement, error) {
	var m Measurement
	if err := json.Unmarshal(measured, &m); err != nil {
		return m, fmt.Errorf("usage.json: %w", err)
	}
	return m, nil
}
