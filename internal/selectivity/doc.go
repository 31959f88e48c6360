// Command selectivity measures how often the rendered EventBridge rules wake the detector for nothing, over recorded
// CloudTrail events. The events are not part of the project; where they are not there it says so and succeeds:
//
//	go run ./internal/selectivity -cloudtrail FOLDER
//
// It prints events in, events routed and findings, by file, by EventBridge rule and by event name.
package main
