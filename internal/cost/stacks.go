package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// Stacks are the stacks of the deployment. A test of the infrastructure holds the numbers against the templates.
type Stacks struct {
	Home   Stack `json:"home"`   // what everybody has once
	Region Stack `json:"region"` // what each further region, and each region of a member, has
}

//go:embed stacks.json
var stacks []byte

// Counted returns what the stacks hold.
func Counted() (Stacks, error) {
	var s Stacks
	if err := json.Unmarshal(stacks, &s); err != nil {
		return s, fmt.Errorf("stacks.json: %w", err)
	}
	return s, nil
}
