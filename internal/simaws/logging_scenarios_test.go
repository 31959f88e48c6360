package simaws_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	guarddutytypes "github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"

	"riposte/pkg/detect"
)

func loggingScenarios() []scenario {
	return []scenario{
		weakenedTrailScenario(), redirectedTrailScenario(), basicSelectorsScenario(), advancedSelectorsScenario(),
		restoredSelectorsScenario(), deletedTrailScenario(), recorderScenario(), detectorScenario(), filterScenario(),
		trustedListScenario(), hubScenario(), analyzerScenario(), bucketLoggingScenario(), flowLogScenario(), eventRuleScenario(), readingRuleScenario(),
		alarmScenario(),
	}
}

func (w *world) createTrail(name string) {
	for _, bucket := range []string{name + "-logs", name + "-other"} {
		w.bucket(bucket)
	}
	must(w.trail.CreateTrail(w.t.Context(), &cloudtrail.CreateTrailInput{
		Name: &name, S3BucketName: aws.String(name + "-logs"), IsMultiRegionTrail: aws.Bool(true), EnableLogFileValidation: aws.Bool(true),
	}))(w)
}

func deleteTrail(w *world, f detect.Finding) {
	must(w.trail.DeleteTrail(w.t.Context(), &cloudtrail.DeleteTrailInput{Name: &f.Resource.ID}))(w)
}

func weakenedTrailScenario() scenario {
	return scenario{
		name: "trail weakened", action: "restore-trail",
		seed: func(w *world, name string) detect.Finding {
			w.createTrail(name)
			must(w.trail.UpdateTrail(w.t.Context(), &cloudtrail.UpdateTrailInput{
				Name: &name, IsMultiRegionTrail: aws.Bool(false), EnableLogFileValidation: aws.Bool(false),
			}))(w)
			return w.finding(detect.Resource{Type: detect.Trail, ID: name}, "UpdateTrail", map[string]string{
				detect.ParamSettings: `{"IsMultiRegionTrail":"false","EnableLogFileValidation":"false"}`,
			})
		},
		meddle: func(w *world, f detect.Finding) {
			out := must(w.trail.GetTrail(w.t.Context(), &cloudtrail.GetTrailInput{Name: &f.Resource.ID}))(w)
			must(w.trail.UpdateTrail(w.t.Context(), &cloudtrail.UpdateTrailInput{
				Name: &f.Resource.ID, EnableLogFileValidation: aws.Bool(!*out.Trail.LogFileValidationEnabled),
			}))(w)
		},
		remove: deleteTrail,
	}
}

func redirectedTrailScenario() scenario {
	return scenario{
		name: "trail redirected", action: "restore-trail",
		seed: func(w *world, name string) detect.Finding {
			w.createTrail(name)
			must(w.trail.UpdateTrail(w.t.Context(), &cloudtrail.UpdateTrailInput{Name: &name, S3BucketName: aws.String(name + "-other")}))(w)
			return w.finding(detect.Resource{Type: detect.Trail, ID: name}, "UpdateTrail", map[string]string{
				detect.ParamSettings: fmt.Sprintf(`{"S3BucketName":%q}`, name+"-other"),
			})
		},
		meddle: func(w *world, f detect.Finding) {
			w.bucket(f.Resource.ID + "-third")
			must(w.trail.UpdateTrail(w.t.Context(), &cloudtrail.UpdateTrailInput{
				Name: &f.Resource.ID, S3BucketName: aws.String(f.Resource.ID + "-third"),
			}))(w)
		},
		remove: deleteTrail,
		good: func(_ *world, f detect.Finding) any {
			return map[string]string{"S3BucketName": f.Resource.ID + "-logs", "IsMultiRegionTrail": "false"}
		},
	}
}

func (w *world) putSelectors(name string, basic ...trailtypes.EventSelector) {
	must(w.trail.PutEventSelectors(w.t.Context(), &cloudtrail.PutEventSelectorsInput{TrailName: &name, EventSelectors: basic}))(w)
}

var (
	dataOnly = trailtypes.EventSelector{
		ReadWriteType: trailtypes.ReadWriteTypeAll, IncludeManagementEvents: aws.Bool(false),
		DataResources: []trailtypes.DataResource{{Type: aws.String("AWS::S3::Object"), Values: []string{"arn:aws:s3:::reports/"}}},
	}
	everything = trailtypes.EventSelector{ReadWriteType: trailtypes.ReadWriteTypeAll, IncludeManagementEvents: aws.Bool(true)}
	readsOnly  = trailtypes.EventSelector{ReadWriteType: trailtypes.ReadWriteTypeReadOnly, IncludeManagementEvents: aws.Bool(true)}
)

func basicSelectorsScenario() scenario {
	return scenario{
		name: "basic event selectors", action: "restore-trail-event-selectors",
		seed: func(w *world, name string) detect.Finding {
			w.createTrail(name)
			w.putSelectors(name, dataOnly)
			return w.finding(detect.Resource{Type: detect.Trail, ID: name}, "PutEventSelectors", map[string]string{
				detect.ParamDocumentHash: detect.TrailSelectors{Basic: []detect.BasicSelector{{
					ReadWriteType: "All", Data: []detect.SelectedData{{Type: "AWS::S3::Object", Values: []string{"arn:aws:s3:::reports/"}}},
				}}}.Hash(),
			})
		},
		meddle: func(w *world, f detect.Finding) { w.putSelectors(f.Resource.ID, readsOnly) },
		remove: deleteTrail,
	}
}

func advancedSelectorsScenario() scenario {
	return scenario{
		name: "advanced event selectors", action: "restore-trail-event-selectors",
		seed: func(w *world, name string) detect.Finding {
			w.createTrail(name)
			must(w.trail.PutEventSelectors(w.t.Context(), &cloudtrail.PutEventSelectorsInput{
				TrailName: &name, AdvancedEventSelectors: []trailtypes.AdvancedEventSelector{{
					Name:           aws.String("reads"),
					FieldSelectors: []trailtypes.AdvancedFieldSelector{{Field: aws.String("eventCategory"), Equals: []string{"Management"}}, {Field: aws.String("readOnly"), Equals: []string{"true"}}},
				}},
			}))(w)
			return w.finding(detect.Resource{Type: detect.Trail, ID: name}, "PutEventSelectors", map[string]string{
				detect.ParamDocumentHash: detect.TrailSelectors{Advanced: []detect.AdvancedSelector{{
					Name: "reads", Fields: []detect.SelectedField{{Field: "eventCategory", Equals: []string{"Management"}}, {Field: "readOnly", Equals: []string{"true"}}},
				}}}.Hash(),
			})
		},
		remove: deleteTrail,
	}
}

func restoredSelectorsScenario() scenario {
	return scenario{
		name: "event selectors that were known", action: "restore-trail-event-selectors",
		seed: func(w *world, name string) detect.Finding {
			w.createTrail(name)
			w.putSelectors(name, readsOnly)
			return w.finding(detect.Resource{Type: detect.Trail, ID: name}, "PutEventSelectors", map[string]string{
				detect.ParamDocumentHash: detect.TrailSelectors{Basic: []detect.BasicSelector{{ReadWriteType: "ReadOnly", ManagementEvents: true}}}.Hash(),
			})
		},
		meddle: func(w *world, f detect.Finding) { w.putSelectors(f.Resource.ID, dataOnly, everything) },
		remove: deleteTrail,
		good: func(*world, detect.Finding) any {
			return detect.TrailSelectors{Basic: []detect.BasicSelector{{ReadWriteType: "All", ManagementEvents: true, Excluded: []string{"kms.amazonaws.com"}}}}
		},
	}
}

func deletedTrailScenario() scenario {
	return scenario{
		name: "trail deleted", action: "recreate-trail", writes: 3,
		seed: func(w *world, name string) detect.Finding {
			w.createTrail(name)
			f := w.finding(detect.Resource{Type: detect.Trail, ID: name}, "DeleteTrail", nil)
			deleteTrail(w, f)
			return f
		},
		// Somebody makes a trail of the name for another bucket.
		meddle: func(w *world, f detect.Finding) {
			name := f.Resource.ID
			_, _ = w.trail.DeleteTrail(w.t.Context(), &cloudtrail.DeleteTrailInput{Name: &name})
			must(w.trail.CreateTrail(w.t.Context(), &cloudtrail.CreateTrailInput{Name: &name, S3BucketName: aws.String(name + "-other")}))(w)
			must(w.trail.StartLogging(w.t.Context(), &cloudtrail.StartLoggingInput{Name: &name}))(w)
		},
		good: func(_ *world, f detect.Finding) any {
			return map[string]any{
				"settings": map[string]string{
					"IsMultiRegionTrail": "true", "IncludeGlobalServiceEvents": "true", "EnableLogFileValidation": "true",
					"S3BucketName": f.Resource.ID + "-logs", "S3KeyPrefix": "", "SnsTopicName": "", "KmsKeyId": "",
				},
				"selectors": detect.TrailSelectors{Basic: []detect.BasicSelector{{ReadWriteType: "All", ManagementEvents: true}}},
			}
		},
	}
}

func recorderScenario() scenario {
	const name = "default" // a region has one recorder, and accounts may be played in more than once
	return scenario{
		name: "configuration recorder", action: "start-config-recorder",
		seed: func(w *world, bucket string) detect.Finding {
			api := configservice.NewFromConfig(w.cfg)
			w.bucket(bucket)
			must(api.PutConfigurationRecorder(w.t.Context(), &configservice.PutConfigurationRecorderInput{
				ConfigurationRecorder: &configtypes.ConfigurationRecorder{Name: aws.String(name), RoleARN: aws.String("arn:aws:iam::" + account + ":role/config")},
			}))(w)
			must(api.PutDeliveryChannel(w.t.Context(), &configservice.PutDeliveryChannelInput{
				DeliveryChannel: &configtypes.DeliveryChannel{Name: aws.String(name), S3BucketName: &bucket},
			}))(w)
			must(api.StopConfigurationRecorder(w.t.Context(), &configservice.StopConfigurationRecorderInput{ConfigurationRecorderName: aws.String(name)}))(w)
			return w.finding(detect.Resource{Type: detect.ConfigurationRecorder, ID: name}, "StopConfigurationRecorder", nil)
		},
		remove: func(w *world, _ detect.Finding) {
			must(configservice.NewFromConfig(w.cfg).DeleteConfigurationRecorder(w.t.Context(), &configservice.DeleteConfigurationRecorderInput{
				ConfigurationRecorderName: aws.String(name),
			}))(w)
		},
	}
}

func (w *world) createDetector(enabled bool) (api *guardduty.Client, id string) {
	api = guardduty.NewFromConfig(w.cfg)
	return api, *must(api.CreateDetector(w.t.Context(), &guardduty.CreateDetectorInput{Enable: &enabled}))(w).DetectorId
}

func detectorScenario() scenario {
	return scenario{
		name: "detector", action: "enable-guardduty-detector",
		seed: func(w *world, _ string) detect.Finding {
			api, id := w.createDetector(true)
			must(api.UpdateDetector(w.t.Context(), &guardduty.UpdateDetectorInput{DetectorId: &id, Enable: aws.Bool(false)}))(w)
			f := w.finding(detect.Resource{Type: detect.Detector, ID: id}, "UpdateDetector", nil)
			f.Class = "guardduty-disabled"
			return f
		},
		remove: func(w *world, f detect.Finding) {
			must(guardduty.NewFromConfig(w.cfg).DeleteDetector(w.t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &f.Resource.ID}))(w)
		},
	}
}

func filterScenario() scenario {
	return scenario{
		name: "filter", action: "disarm-guardduty-filter",
		seed: func(w *world, name string) detect.Finding {
			api, id := w.createDetector(true)
			must(api.CreateFilter(w.t.Context(), &guardduty.CreateFilterInput{
				DetectorId: &id, Name: &name, Action: guarddutytypes.FilterActionArchive,
				FindingCriteria: &guarddutytypes.FindingCriteria{Criterion: map[string]guarddutytypes.Condition{"type": {Equals: []string{"Recon:EC2/Portscan"}}}},
			}))(w)
			return w.finding(detect.Resource{Type: detect.Detector, ID: id}, "CreateFilter", map[string]string{detect.ParamFilterName: name})
		},
		remove: func(w *world, f detect.Finding) {
			must(guardduty.NewFromConfig(w.cfg).DeleteFilter(w.t.Context(), &guardduty.DeleteFilterInput{
				DetectorId: &f.Resource.ID, FilterName: aws.String(f.Params[detect.ParamFilterName]),
			}))(w)
		},
	}
}

func trustedListScenario() scenario {
	return scenario{
		name: "trusted list", action: "deactivate-guardduty-trusted-list", simulated: "moto knows no lists of addresses",
		seed: func(w *world, name string) detect.Finding {
			api, id := w.createDetector(true)
			list := must(api.CreateIPSet(w.t.Context(), &guardduty.CreateIPSetInput{
				DetectorId: &id, Name: &name, Activate: aws.Bool(true), Format: guarddutytypes.IpSetFormatTxt,
				Location: aws.String("s3://" + name + "/list.txt"),
			}))(w)
			return w.finding(detect.Resource{Type: detect.Detector, ID: id}, "CreateIPSet", map[string]string{detect.ParamIPSetID: *list.IpSetId})
		},
		remove: func(w *world, f detect.Finding) {
			must(guardduty.NewFromConfig(w.cfg).DeleteIPSet(w.t.Context(), &guardduty.DeleteIPSetInput{
				DetectorId: &f.Resource.ID, IpSetId: aws.String(f.Params[detect.ParamIPSetID]),
			}))(w)
		},
	}
}

func hubScenario() scenario {
	return scenario{
		name: "Security Hub", action: "enable-security-hub",
		seed: func(w *world, _ string) detect.Finding {
			api := securityhub.NewFromConfig(w.cfg)
			must(api.EnableSecurityHub(w.t.Context(), &securityhub.EnableSecurityHubInput{}))(w)
			must(api.DisableSecurityHub(w.t.Context(), &securityhub.DisableSecurityHubInput{}))(w)
			return w.finding(detect.Resource{Type: detect.Account, ID: account}, "DisableSecurityHub", nil)
		},
	}
}

func analyzerScenario() scenario {
	return scenario{
		name: "access analyzer", action: "recreate-access-analyzer", simulated: "moto knows no analyzers",
		seed: func(w *world, name string) detect.Finding {
			api := accessanalyzer.NewFromConfig(w.cfg)
			must(api.CreateAnalyzer(w.t.Context(), &accessanalyzer.CreateAnalyzerInput{AnalyzerName: &name, Type: "ACCOUNT"}))(w)
			must(api.DeleteAnalyzer(w.t.Context(), &accessanalyzer.DeleteAnalyzerInput{AnalyzerName: &name}))(w)
			return w.finding(detect.Resource{Type: detect.Analyzer, ID: name}, "DeleteAnalyzer", nil)
		},
		// Somebody makes one of the name that archives nothing.
		meddle: func(w *world, f detect.Finding) {
			api := accessanalyzer.NewFromConfig(w.cfg)
			_, _ = api.DeleteAnalyzer(w.t.Context(), &accessanalyzer.DeleteAnalyzerInput{AnalyzerName: &f.Resource.ID})
			must(api.CreateAnalyzer(w.t.Context(), &accessanalyzer.CreateAnalyzerInput{AnalyzerName: &f.Resource.ID, Type: "ACCOUNT"}))(w)
		},
		good: func(*world, detect.Finding) any {
			return json.RawMessage(`{"type":"ACCOUNT","rules":{"partner":{"principal.AWS":{"eq":["444455556666"]}},"site":{"resource":{"contains":["site"]},"error":{"exists":false}}}}`)
		},
	}
}

func putLogging(w *world, bucket, target string) {
	status := &s3types.BucketLoggingStatus{}
	if target != "" {
		status.LoggingEnabled = &s3types.LoggingEnabled{TargetBucket: &target, TargetPrefix: aws.String("site/")}
	}
	must(w.s3().PutBucketLogging(w.t.Context(), &s3.PutBucketLoggingInput{Bucket: &bucket, BucketLoggingStatus: status}))(w)
}

func bucketLoggingScenario() scenario {
	return scenario{
		name: "bucket's access log", action: "restore-bucket-logging",
		seed: func(w *world, name string) detect.Finding {
			logs := makeBucket(w, name+"-access-logs").ID
			must(w.s3().PutBucketPolicy(w.t.Context(), &s3.PutBucketPolicyInput{Bucket: &logs, Policy: aws.String(`{"Version":"2012-10-17","Statement":[{
				"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::` + logs + `/*"}]}`)}))(w)
			bucket := makeBucket(w, name)
			putLogging(w, name, logs)
			putLogging(w, name, "")
			return w.finding(bucket, "PutBucketLogging", nil)
		},
		meddle: func(w *world, f detect.Finding) {
			other := makeBucket(w, f.Resource.ID+"-other").ID
			must(w.s3().PutBucketPolicy(w.t.Context(), &s3.PutBucketPolicyInput{Bucket: &other, Policy: aws.String(`{"Version":"2012-10-17","Statement":[{
				"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::` + other + `/*"}]}`)}))(w)
			putLogging(w, f.Resource.ID, other)
		},
		remove: dropBucket,
		good: func(_ *world, f detect.Finding) any {
			return map[string]string{"bucket": f.Resource.ID + "-access-logs", "prefix": "site/"}
		},
	}
}

func flowLogScenario() scenario {
	const format = "${srcaddr} ${dstaddr} ${action}"
	create := func(w *world, vpc, bucket string, tags ...ec2types.TagSpecification) string {
		out := must(w.ec2.CreateFlowLogs(w.t.Context(), &ec2.CreateFlowLogsInput{
			ResourceType: ec2types.FlowLogsResourceTypeVpc, ResourceIds: []string{vpc}, TrafficType: ec2types.TrafficTypeAll,
			LogDestinationType: ec2types.LogDestinationTypeS3, LogDestination: aws.String("arn:aws:s3:::" + bucket), LogFormat: aws.String(format),
			MaxAggregationInterval: aws.Int32(60), TagSpecifications: tags,
		}))(w)
		return out.FlowLogIds[0]
	}
	remove := func(w *world, id string) {
		must(w.ec2.DeleteFlowLogs(w.t.Context(), &ec2.DeleteFlowLogsInput{FlowLogIds: []string{id}}))(w)
	}
	return scenario{
		name: "flow log", action: "recreate-flow-log",
		seed: func(w *world, name string) detect.Finding {
			w.bucket(name + "-flows")
			vpc := *newVPC(w)
			id := create(w, vpc, name+"-flows")
			remove(w, id)
			f := w.finding(detect.Resource{Type: detect.FlowLog, ID: id}, "DeleteFlowLogs", nil)
			f.Summary = name + "-flows " + vpc // what good and meddle go by
			return f
		},
		// Somebody deletes what was made anew, or makes a flow log in its place that records less.
		meddle: func(w *world, f detect.Finding) {
			bucket, vpc, _ := strings.Cut(f.Summary, " ")
			tag := ec2types.Filter{Name: aws.String("tag:RiposteRestores"), Values: []string{f.Resource.ID}}
			out := must(w.ec2.DescribeFlowLogs(w.t.Context(), &ec2.DescribeFlowLogsInput{Filter: []ec2types.Filter{tag}}))(w)
			for _, l := range out.FlowLogs {
				remove(w, *l.FlowLogId)
			}
			w.bucket(bucket + "-other")
			create(w, vpc, bucket+"-other", ec2types.TagSpecification{
				ResourceType: ec2types.ResourceTypeVpcFlowLog, Tags: []ec2types.Tag{{Key: aws.String("RiposteRestores"), Value: &f.Resource.ID}},
			})
		},
		good: func(_ *world, f detect.Finding) any {
			bucket, vpc, _ := strings.Cut(f.Summary, " ")
			return map[string]any{
				"resource": vpc, "traffic": "ALL", "to": "s3", "destination": "arn:aws:s3:::" + bucket, "format": format, "interval": 60,
			}
		},
	}
}

func eventRuleScenario() scenario {
	return scenario{
		name: "EventBridge rule", action: "enable-event-rule",
		seed: func(w *world, name string) detect.Finding {
			api := eventbridge.NewFromConfig(w.cfg)
			must(api.PutRule(w.t.Context(), &eventbridge.PutRuleInput{Name: &name, EventPattern: aws.String(`{"source":["aws.guardduty"]}`)}))(w)
			must(api.DisableRule(w.t.Context(), &eventbridge.DisableRuleInput{Name: &name}))(w)
			return w.finding(detect.Resource{Type: detect.EventRule, ID: name}, "DisableRule", nil)
		},
		remove: func(w *world, f detect.Finding) {
			must(eventbridge.NewFromConfig(w.cfg).DeleteRule(w.t.Context(), &eventbridge.DeleteRuleInput{Name: &f.Resource.ID}))(w)
		},
	}
}

// readingRuleScenario disables a rule that took read-only management events, which EnableRule alone does not bring back.
func readingRuleScenario() scenario {
	s := eventRuleScenario()
	s.name = "EventBridge rule with reads"
	s.good = func(*world, detect.Finding) any {
		return map[string]string{"state": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}
	}
	return s
}

func alarmsOf(w *world, f detect.Finding) (names []string) {
	w.t.Helper()
	if err := json.Unmarshal([]byte(f.Params[detect.ParamAlarms]), &names); err != nil {
		w.t.Fatal(err)
	}
	return names
}

func alarmScenario() scenario {
	return scenario{
		name: "alarms", action: "enable-alarm-actions", simulated: "moto answers DisableAlarmActions with an error of its own",
		seed: func(w *world, name string) detect.Finding {
			api := cloudwatch.NewFromConfig(w.cfg)
			names := []string{name + "-calls", name + "-all", name + "-other"}
			for _, metric := range []string{names[0], names[2]} {
				must(api.PutMetricAlarm(w.t.Context(), &cloudwatch.PutMetricAlarmInput{
					AlarmName: &metric, ComparisonOperator: "GreaterThanThreshold", EvaluationPeriods: aws.Int32(1),
				}))(w)
			}
			must(api.PutCompositeAlarm(w.t.Context(), &cloudwatch.PutCompositeAlarmInput{AlarmName: &names[1], AlarmRule: aws.String("TRUE")}))(w)
			must(api.DisableAlarmActions(w.t.Context(), &cloudwatch.DisableAlarmActionsInput{AlarmNames: names[:2]}))(w)
			return w.finding(detect.Resource{Type: detect.Account, ID: account}, "DisableAlarmActions", map[string]string{
				detect.ParamAlarms: fmt.Sprintf("[%q,%q]", names[0], names[1]),
			})
		},
		meddle: func(w *world, f detect.Finding) {
			must(cloudwatch.NewFromConfig(w.cfg).DeleteAlarms(w.t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: alarmsOf(w, f)[:1]}))(w)
		},
		remove: func(w *world, f detect.Finding) {
			must(cloudwatch.NewFromConfig(w.cfg).DeleteAlarms(w.t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: alarmsOf(w, f)}))(w)
		},
	}
}
