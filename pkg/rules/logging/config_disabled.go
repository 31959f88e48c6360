package logging

import (
	"fmt"

	"riposte/pkg/cloudtrail"
	"riposte/pkg/detect"
	"riposte/pkg/rules/attempt"
)

// ConfigDisabled fires when AWS Config comes to record or to check less.
func ConfigDisabled() *detect.Rule {
	judged := calls{"config.amazonaws.com": {
		"StopConfigurationRecorder": remedied("start-config-recorder", named("configurationRecorderName", detect.ConfigurationRecorder, detect.High,
			"configuration recorder %s stopped")),
		"DeleteConfigurationRecorder": named("configurationRecorderName", detect.ConfigurationRecorder, detect.High,
			"configuration recorder %s was deleted"),
		"DeleteDeliveryChannel": named("deliveryChannelName", detect.DeliveryChannel, detect.High,
			"delivery channel %s was deleted, so that configuration records go nowhere"),
		"DeleteConfigRule": notByService(named("configRuleName", detect.ConfigRule, detect.Medium,
			"Config rule %s was deleted")),
		"DeleteOrganizationConfigRule": named("organizationConfigRuleName", detect.ConfigRule, detect.High,
			"Config rule %s was deleted in every account of the organization"),
		"DeleteConformancePack": notByService(named("conformancePackName", detect.ConformancePack, detect.Medium,
			"conformance pack %s was deleted")),
		"DeleteOrganizationConformancePack": named("organizationConformancePackName", detect.ConformancePack, detect.High,
			"conformance pack %s was deleted in every account of the organization"),
		"DeleteConfigurationAggregator": named("configurationAggregatorName", detect.ConfigurationAggregator, detect.Medium,
			"configuration aggregator %s was deleted"),
		"PutConfigurationRecorder": attempt.Seen(recorderPut),
		"PutDeliveryChannel":       attempt.Seen(deliveryChannelPut),
	}}
	return &detect.Rule{
		ID:       "LOG-006",
		Title:    "AWS Config disabled or narrowed",
		Class:    "config-disabled",
		Severity: detect.High,
		Doc: `**Why it matters.** AWS Config keeps what each resource looked like over time and checks it against rules. Who
stops it can change resources without a trace of the state before, and no rule complains.

A stopped or deleted recorder, a deleted delivery channel and what is deleted for a whole organization are high. A rule,
a conformance pack or an aggregator that is deleted is medium, except where a service looks after its own: Security Hub
deletes its rules when a standard is switched off, which is a finding of its own. A recorder that is put is medium where
it leaves out kinds of resource; a delivery channel is low: look whether the bucket is yours.

**False positives.** The retirement of a rule; the move to a recorder that Control Tower manages; recording narrowed to save
money.

**What to do.** Start the recorder, or put it back with its channel, in this order: recorder, channel, start. What changed
meanwhile is in the event history only.`,
		Refs: []detect.Ref{
			attack("T1562.001"), cis("3.3, 4.9"),
			aws("Managing the configuration recorder", "config/latest/developerguide/stop-start-recorder.html"),
		},
		Pattern: judged.pattern(),
		Actions: []string{"start-config-recorder"},
		Denied:  true,
		Match:   judged.match,
	}
}

func recorderPut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		ConfigurationRecorder *struct {
			Name           cloudtrail.Text
			RecordingGroup *struct {
				AllSupported             *cloudtrail.Flag
				ResourceTypes            cloudtrail.List[cloudtrail.Text]
				ExclusionByResourceTypes struct {
					ResourceTypes cloudtrail.List[cloudtrail.Text]
				}
			}
		}
	}](ev)
	if err != nil {
		return nil, err
	}
	recorder := req.ConfigurationRecorder
	if recorder == nil {
		return nil, missing("configurationRecorder")
	}
	group := recorder.RecordingGroup
	if group == nil || group.AllSupported != nil && bool(*group.AllSupported) {
		return nil, nil // Config records everything where nothing else is said
	}
	said := "only the kinds of resource that its strategy names"
	switch excluded := group.ExclusionByResourceTypes.ResourceTypes; {
	case len(excluded) > 0:
		said = "everything except " + few(excluded)
	case len(group.ResourceTypes) > 0:
		said = "only " + few(group.ResourceTypes)
	case group.AllSupported == nil:
		return nil, nil
	}
	name := string(recorder.Name)
	if name == "" {
		name = "default" // the name that Config gives
	}
	return []detect.Finding{{
		Severity: detect.Medium,
		Resource: detect.Resource{Type: detect.ConfigurationRecorder, ID: name},
		Summary:  fmt.Sprintf("configuration recorder %s was set to record %s", detect.Text(name), said),
	}}, nil
}

func deliveryChannelPut(ev *cloudtrail.Event) ([]detect.Finding, error) {
	req, err := cloudtrail.RequestOf[struct {
		DeliveryChannel struct{ Name, S3BucketName cloudtrail.Text }
	}](ev)
	if err != nil {
		return nil, err
	}
	channel := req.DeliveryChannel
	if channel.S3BucketName == "" {
		return nil, missing("deliveryChannel.s3BucketName")
	}
	name := string(channel.Name)
	if name == "" {
		name = "default" // the name that Config gives
	}
	return []detect.Finding{{
		Severity: detect.Low,
		Resource: detect.Resource{Type: detect.DeliveryChannel, ID: name},
		Summary: fmt.Sprintf("delivery channel %s was set to write configuration records to bucket %s",
			detect.Text(name), detect.Text(string(channel.S3BucketName))),
	}}, nil
}
