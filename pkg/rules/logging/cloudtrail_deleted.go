package logging

import "riposte/pkg/detect"

const cloudtrailSource = "cloudtrail.amazonaws.com"

// CloudTrailDeleted fires when a trail or a CloudTrail Lake event data store is deleted.
func CloudTrailDeleted() *detect.Rule {
	judged := calls{cloudtrailSource: {
		"DeleteTrail": remedied("recreate-trail", named("name", detect.Trail, detect.Critical, "trail %s was deleted")),
		"DeleteEventDataStore": named("eventDataStore", detect.EventDataStore, detect.High,
			"event data store %s was deleted; it can be restored for seven days"),
	}}
	return &detect.Rule{
		ID:       "LOG-002",
		Title:    "CloudTrail trail deleted",
		Class:    "cloudtrail-deleted",
		Severity: detect.Critical,
		Doc: `**Why it matters.** A deleted trail records nothing more, and with the last trail of an account Riposte
receives no more events. Unlike a stopped trail it cannot be started again: its settings are gone with it.

The files that it wrote stay in their bucket. An event data store is high: it holds what it recorded for seven days,
during which RestoreEventDataStore brings it back.

**False positives.** The replacement of a trail by another one, above all by an organization trail; the retirement of an
account.

**What to do.** Create the trail anew, with its bucket, key, regions and event selectors, and start it. Protect the files
that are there: the next step of an intruder is the bucket. Look at the event history for what happened meanwhile.`,
		Refs: []detect.Ref{
			attack("T1562.008"), cis("3.1, 4.5"),
			aws("Deleting a trail", "awscloudtrail/latest/userguide/cloudtrail-delete-trails-console.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"recreate-trail"},
		Denied:  true,
		Match:   judged.match,
	}
}
