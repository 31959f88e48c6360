package logging

import (
	"strings"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/iampolicy"
)

// trailName returns a trail as it is known within the account and region of an event: by its name, also where the event has
// its ARN. What two events spell differently is one trail then. A trail of elsewhere keeps its ARN.
func trailName(ev *cloudtrail.Event, text string) string {
	a, ok := iampolicy.ParseARN(text)
	name, isTrail := strings.CutPrefix(a.Resource, "trail/")
	if !ok || !isTrail || name == "" || a.Service != "cloudtrail" || a.Account != ev.Account || a.Region != ev.Region || a.Partition != ev.Partition() {
		return text
	}
	return name
}
