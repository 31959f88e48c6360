package logging

import "riposte/pkg/detect"

// CloudTrailCreatedOrStarted fires when a trail or an event data store is created, or a trail starts.
func CloudTrailCreatedOrStarted() *detect.Rule {
	judged := calls{cloudtrailSource: {
		"CreateTrail":          named("name", detect.Trail, detect.Info, "trail %s was created"),
		"StartLogging":         named("name", detect.Trail, detect.Info, "trail %s began to record"),
		"CreateEventDataStore": named("name", detect.EventDataStore, detect.Info, "event data store %s was created"),
	}}
	return &detect.Rule{
		ID:       "LOG-005",
		Title:    "CloudTrail trail created or started",
		Class:    "cloudtrail-created-or-started",
		Severity: detect.Info,
		Doc: `**Why it matters.** What records an account should be known: a further trail costs money and carries every
call to a bucket that may belong to someone else. It also shows that a trail which had been stopped records again.

**False positives.** Every deployment that brings a trail; Riposte's own restart of a stopped one. The finding is there
to be read beside others.

**What to do.** Nothing, if you know the trail. Otherwise look at its bucket's owner.`,
		Refs: []detect.Ref{
			attack("T1537"), cis("4.5"),
			aws("Creating a trail", "awscloudtrail/latest/userguide/cloudtrail-create-and-update-a-trail.html"),
		},
		Pattern: judged.pattern(),

		GoodParts: goodTrail,
		Match:     judged.match,
	}
}
