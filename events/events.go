// Package events holds sample EventBridge events, one file an event, written for this project in the shapes that AWS
// sends: <service>/<EventName>.<variant>.json.
package events

import (
	"embed"
	"io/fs"
)

//go:embed */*.json
var files embed.FS

// Files returns the sample events. An embed.FS cannot be changed.
func Files() fs.FS { return files }
