package logging

import (
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

// AccessAnalyzerDeleted fires when an analyzer is deleted or its findings are archived.
func AccessAnalyzerDeleted() *detect.Rule {
	judged := calls{"access-analyzer.amazonaws.com": {
		"DeleteAnalyzer": notByService(remedied("recreate-access-analyzer", named("analyzerName", detect.Analyzer, detect.Medium,
			"analyzer %s was deleted, with its findings and archive rules"))),
		"CreateArchiveRule": attempt.Seen(named("analyzerName", detect.Analyzer, detect.Medium, "analyzer %s archives new findings that fit a rule")),
		"UpdateArchiveRule": attempt.Seen(named("analyzerName", detect.Analyzer, detect.Medium, "analyzer %s archives other new findings than before")),
		"ApplyArchiveRule":  attempt.Seen(named("analyzerArn", detect.Analyzer, detect.Medium, "findings of analyzer %s that fit a rule were archived")),
		"DeleteArchiveRule": attempt.Seen(named("analyzerName", detect.Analyzer, detect.Info, "an archive rule of analyzer %s was deleted")),
		"UpdateFindings": attempt.Seen(whereField("status", "ARCHIVED",
			named("analyzerArn", detect.Analyzer, detect.Low, "findings of analyzer %s were archived by hand"))),
	}}
	return &detect.Rule{
		ID:       "LOG-020",
		Title:    "IAM Access Analyzer deleted or findings archived",
		Class:    "access-analyzer-deleted",
		Severity: detect.Medium,
		Doc: `**Why it matters.** IAM Access Analyzer reports what outsiders may reach: roles, buckets, keys, functions. Who deletes
it, or archives what it finds, can share something afterwards without a finding.

Deleting an analyzer, and archive rules that are made, changed or applied, are medium; findings archived by hand are low;
a deleted archive rule is info, because findings come back. Findings that are set to active stay quiet, and so does what an
AWS service deletes of its own.

**False positives.** Intended sharing that the security team archives; analyzers of unused access, which cost money.

**What to do.** Create the analyzer and its archive rules anew: it looks at everything again. Read the archive rule's
filter in the event.`,
		Refs: []detect.Ref{
			attack("T1562.001"), cis("1.20"),
			aws("Archive rules", "IAM/latest/UserGuide/access-analyzer-archive-rules.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"recreate-access-analyzer"},
		Denied:  true,
		Match:   judged.match,
	}
}
