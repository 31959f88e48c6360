// Package logging holds the rules about the record of what happens in an account, and about those who watch it.
package logging

import (
	"riposte/pkg/detect"
	"riposte/pkg/rules/caller"
)

// Rules returns the package's rules.
func Rules() []*detect.Rule {
	return caller.Named([]*detect.Rule{
		CloudTrailStopped(),
		CloudTrailDeleted(),
		CloudTrailWeakened(),
		CloudTrailEventSelectorsNarrowed(),
		CloudTrailCreatedOrStarted(),
		ConfigDisabled(),
		GuardDutyDisabled(),
		GuardDutySuppressed(),
		SecurityHubDisabled(),
		VPCFlowLogsDeleted(),
		DNSQueryLogsDeleted(),
		S3AccessLoggingDisabled(),
		LogBucketLifecycleShortened(),
		CloudWatchLogsDeleted(),
		WAFRemoved(),
		BedrockLoggingOrGuardrailDisabled(),
		EventBridgeRuleDisabled(),
		AlarmDeleted(),
		MacieInspectorDetectiveDisabled(),
		AccessAnalyzerDeleted(),
		EKSControlPlaneLoggingDisabled(),
		OwnResponderTampered(),
	})
}
