package cloudtrail

// Undated returns an event name without the API date that some services put at its end, as Event.Name has it.
func Undated(name string) string { return undated(name) }
