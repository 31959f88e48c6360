package simaws_test

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	analyzertypes "github.com/aws/aws-sdk-go-v2/service/accessanalyzer/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	guarddutytypes "github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"

	"riposte/pkg/detect"
)

func loggingGenerators() []generator {
	return []generator{
		{action: "start-cloudtrail-logging", make: loggingStopped},
		{action: "restore-trail", make: trailWeakened},
		{action: "restore-trail-event-selectors", make: selectorsPut},
		{action: "recreate-trail", make: trailDeleted},
		{action: "start-config-recorder", alone: true, make: recorderStopped},
		{action: "enable-guardduty-detector", make: detectorDisabled},
		{action: "disarm-guardduty-filter", make: filterMade, simulated: "moto lists no filters"},
		{action: "deactivate-guardduty-trusted-list", make: listTrusted, simulated: "moto knows no lists of addresses"},
		{action: "enable-security-hub", alone: true, make: hubDisabled},
		{action: "recreate-access-analyzer", make: analyzerDeleted, simulated: "moto knows no analyzers"},
		{action: "recreate-flow-log", make: flowLogDeleted},
		{action: "enable-event-rule", make: eventRuleDisabled},
		{action: "enable-alarm-actions", make: alarmsSilenced, simulated: "moto answers DisableAlarmActions with an error of its own"},
	}
}

// trail makes a trail that logs, with another one beside it.
func (g *gen) trail() string {
	create := func() string {
		name := g.called("-x", ".y", "_z")
		for _, bucket := range []string{"-logs", "-other"} {
			g.world.bucket(bucketOf(name) + bucket)
		}
		must(g.world.trail.CreateTrail(g.t.Context(), &cloudtrail.CreateTrailInput{
			Name: &name, S3BucketName: aws.String(bucketOf(name) + "-logs"), IsMultiRegionTrail: aws.Bool(true), EnableLogFileValidation: aws.Bool(true),
			S3KeyPrefix: pick(g, nil, aws.String("a/é")),
		}))(g.world)
		must(g.world.trail.StartLogging(g.t.Context(), &cloudtrail.StartLoggingInput{Name: &name}))(g.world)
		return name
	}
	create()
	return create()
}

func bucketOf(trail string) string { return strings.ReplaceAll(trail, "_", "-") }

// named returns a trail as events name it: by its name or its ARN.
func (g *gen) named(trail string) detect.Resource {
	return detect.Resource{Type: detect.Trail, ID: pick(g, trail, "arn:aws:cloudtrail:"+region+":"+account+":trail/"+trail)}
}

func loggingStopped(g *gen) *episode {
	name := g.trail()
	return &episode{
		change: func() detect.Finding {
			must(g.world.trail.StopLogging(g.t.Context(), &cloudtrail.StopLoggingInput{Name: &name}))(g.world)
			return g.finding(g.named(name), "StopLogging", nil)
		},
		beside: func() { g.putSelectors(name, readsOnly) },
		meddle: func() { deleteTrail(g.world, detect.Finding{Resource: detect.Resource{ID: name}}) },
	}
}

func trailWeakened(g *gen) *episode {
	name := g.trail()
	update := func(in *cloudtrail.UpdateTrailInput) {
		in.Name = &name
		must(g.world.trail.UpdateTrail(g.t.Context(), in))(g.world)
	}
	in := &cloudtrail.UpdateTrailInput{EnableLogFileValidation: aws.Bool(false)}
	made, redirected := map[string]string{"EnableLogFileValidation": "false"}, g.coin()
	if g.coin() {
		in.IsMultiRegionTrail, made["IsMultiRegionTrail"] = aws.Bool(false), "false"
		if g.coin() {
			in.IncludeGlobalServiceEvents, made["IncludeGlobalServiceEvents"] = aws.Bool(false), "false"
		}
	}
	if redirected {
		in.S3BucketName = aws.String(bucketOf(name) + "-other")
		made["S3BucketName"] = *in.S3BucketName
		if g.coin() && g.cfg.BaseEndpoint == nil { // moto answers with an empty prefix where AWS answers with none
			in.S3KeyPrefix = aws.String("theirs")
			made["S3KeyPrefix"] = *in.S3KeyPrefix
		}
	}
	f := g.finding(g.named(name), "UpdateTrail", map[string]string{detect.ParamSettings: param(made)})
	e := &episode{change: func() detect.Finding { update(in); return f }}
	if redirected || g.coin() {
		e.expected = &f
	}
	e.beside = func() {
		must(g.world.trail.StopLogging(g.t.Context(), &cloudtrail.StopLoggingInput{Name: &name}))(g.world)
		g.putSelectors(name, readsOnly)
	}
	if redirected {
		e.meddle = func() {
			g.world.bucket(bucketOf(name) + "-third")
			update(&cloudtrail.UpdateTrailInput{S3BucketName: aws.String(bucketOf(name) + "-third")})
		}
	}
	return e
}

func selectorsPut(g *gen) *episode {
	name := g.trail()
	before := []trailtypes.EventSelector{{ReadWriteType: trailtypes.ReadWriteTypeAll, IncludeManagementEvents: aws.Bool(true)}}
	if g.coin() {
		before = append(before, dataOnly)
	}
	g.putSelectors(name, before...)
	put, hash := func() { g.putSelectors(name, readsOnly) }, detect.TrailSelectors{
		Basic: []detect.BasicSelector{{ReadWriteType: "ReadOnly", ManagementEvents: true}},
	}.Hash()
	ideal := func() { g.putSelectors(name, readsOnly, everything) }
	if g.coin() {
		selector := detect.AdvancedSelector{Name: "reads <&>", Fields: []detect.SelectedField{
			{Field: "eventCategory", Equals: []string{"Management"}}, {Field: "readOnly", Equals: []string{"true"}},
		}}
		hash = detect.TrailSelectors{Advanced: []detect.AdvancedSelector{selector}}.Hash()
		advanced := trailtypes.AdvancedEventSelector{Name: &selector.Name}
		for _, f := range selector.Fields {
			advanced.FieldSelectors = append(advanced.FieldSelectors, trailtypes.AdvancedFieldSelector{Field: &f.Field, Equals: f.Equals})
		}
		replace := func(all ...trailtypes.AdvancedEventSelector) {
			must(g.world.trail.PutEventSelectors(g.t.Context(), &cloudtrail.PutEventSelectorsInput{TrailName: &name, AdvancedEventSelectors: all}))(g.world)
		}
		put = func() { replace(advanced) }
		ideal = func() {
			replace(advanced, trailtypes.AdvancedEventSelector{
				Name:           aws.String("Management events"),
				FieldSelectors: []trailtypes.AdvancedFieldSelector{{Field: aws.String("eventCategory"), Equals: []string{"Management"}}},
			})
		}
	}
	f := g.finding(g.named(name), "PutEventSelectors", map[string]string{detect.ParamDocumentHash: hash})
	e := &episode{change: func() detect.Finding { put(); return f }}
	if g.coin() {
		e.expected = &f
	} else {
		e.differs, e.ideal = "nobody knows the selectors that the change replaced: one more records everything", ideal
		e.also = []string{"/trails/arn:aws:cloudtrail:" + region + ":" + account + ":trail/" + name}
	}
	e.beside = func() {
		must(g.world.trail.UpdateTrail(g.t.Context(), &cloudtrail.UpdateTrailInput{Name: &name, EnableLogFileValidation: aws.Bool(false)}))(g.world)
	}
	e.meddle = func() { g.putSelectors(name, dataOnly) }
	return e
}

func trailDeleted(g *gen) *episode {
	name := g.trail()
	g.putSelectors(name, slices.Concat([]trailtypes.EventSelector{everything}, some(g, dataOnly))...)
	f := g.finding(detect.Resource{Type: detect.Trail, ID: name}, "DeleteTrail", nil)
	return &episode{
		expected: &f,
		change:   func() detect.Finding { deleteTrail(g.world, f); return f },
		meddle: func() {
			_, _ = g.world.trail.DeleteTrail(g.t.Context(), &cloudtrail.DeleteTrailInput{Name: &name})
			must(g.world.trail.CreateTrail(g.t.Context(), &cloudtrail.CreateTrailInput{Name: &name, S3BucketName: aws.String(bucketOf(name) + "-other")}))(g.world)
			must(g.world.trail.StartLogging(g.t.Context(), &cloudtrail.StartLoggingInput{Name: &name}))(g.world)
		},
	}
}

func recorderStopped(g *gen) *episode {
	api, name, bucket := configservice.NewFromConfig(g.cfg), "default", g.called()
	g.world.bucket(bucket)
	must(api.PutConfigurationRecorder(g.t.Context(), &configservice.PutConfigurationRecorderInput{
		ConfigurationRecorder: &configtypes.ConfigurationRecorder{Name: &name, RoleARN: aws.String("arn:aws:iam::" + account + ":role/config")},
	}))(g.world)
	must(api.PutDeliveryChannel(g.t.Context(), &configservice.PutDeliveryChannelInput{
		DeliveryChannel: &configtypes.DeliveryChannel{Name: &name, S3BucketName: &bucket},
	}))(g.world)
	must(api.StartConfigurationRecorder(g.t.Context(), &configservice.StartConfigurationRecorderInput{ConfigurationRecorderName: &name}))(g.world)
	return &episode{
		change: func() detect.Finding {
			must(api.StopConfigurationRecorder(g.t.Context(), &configservice.StopConfigurationRecorderInput{ConfigurationRecorderName: &name}))(g.world)
			return g.finding(detect.Resource{Type: detect.ConfigurationRecorder, ID: name}, "StopConfigurationRecorder", nil)
		},
	}
}

func detectorDisabled(g *gen) *episode {
	api, id := g.createDetector(true)
	return &episode{
		change: func() detect.Finding {
			must(api.UpdateDetector(g.t.Context(), &guardduty.UpdateDetectorInput{DetectorId: &id, Enable: aws.Bool(false)}))(g.world)
			f := g.finding(detect.Resource{Type: detect.Detector, ID: id}, "UpdateDetector", nil)
			f.Class = "guardduty-disabled"
			return f
		},
		meddle: func() {
			must(api.DeleteDetector(g.t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &id}))(g.world)
		},
	}
}

func filterMade(g *gen) *episode {
	api, id := g.createDetector(true)
	create := func(name string, action guarddutytypes.FilterAction) {
		must(api.CreateFilter(g.t.Context(), &guardduty.CreateFilterInput{
			DetectorId: &id, Name: &name, Action: action,
			FindingCriteria: &guarddutytypes.FindingCriteria{Criterion: map[string]guarddutytypes.Condition{"type": {Equals: []string{"Recon:EC2/Portscan"}}}},
		}))(g.world)
	}
	for _, name := range some(g, "own-a", "own.b", "own_c") {
		create(name, guarddutytypes.FilterActionArchive)
	}
	name := g.called("-x", ".y", "_z")
	e := &episode{}
	event := pick(g, "CreateFilter", "UpdateFilter")
	if event == "UpdateFilter" {
		create(name, guarddutytypes.FilterActionNoop)
	} else {
		e.differs = "the filter that was made stays, and archives nothing"
		e.ideal = func() {
			must(api.UpdateFilter(g.t.Context(), &guardduty.UpdateFilterInput{DetectorId: &id, FilterName: &name, Action: guarddutytypes.FilterActionNoop}))(g.world)
		}
	}
	e.change = func() detect.Finding {
		if event == "UpdateFilter" {
			must(api.UpdateFilter(g.t.Context(), &guardduty.UpdateFilterInput{DetectorId: &id, FilterName: &name, Action: guarddutytypes.FilterActionArchive}))(g.world)
		} else {
			create(name, guarddutytypes.FilterActionArchive)
		}
		return g.finding(detect.Resource{Type: detect.Detector, ID: id}, event, map[string]string{detect.ParamFilterName: name})
	}
	e.beside = func() { create("later", guarddutytypes.FilterActionArchive) }
	return e
}

func listTrusted(g *gen) *episode {
	api, id := g.createDetector(true)
	create := func(active bool) string {
		name := g.called("-x", " y")
		return *must(api.CreateIPSet(g.t.Context(), &guardduty.CreateIPSetInput{
			DetectorId: &id, Name: &name, Activate: &active, Format: guarddutytypes.IpSetFormatTxt, Location: aws.String("s3://lists/list.txt"),
		}))(g.world).IpSetId
	}
	other, active := create(false), false
	turn := func(list string, on bool) {
		must(api.UpdateIPSet(g.t.Context(), &guardduty.UpdateIPSetInput{DetectorId: &id, IpSetId: &list, Activate: &on}))(g.world)
	}
	e := &episode{beside: func() { turn(other, !active) }}
	if g.coin() {
		e.differs = "the list that was made stays, inactive"
		e.change = func() detect.Finding {
			list := create(true)
			e.ideal = func() { turn(list, false) }
			return g.finding(detect.Resource{Type: detect.Detector, ID: id}, "CreateIPSet", map[string]string{detect.ParamIPSetID: list})
		}
		return e
	}
	list := create(false)
	e.change = func() detect.Finding {
		turn(list, true)
		return g.finding(detect.Resource{Type: detect.Detector, ID: id}, "UpdateIPSet", map[string]string{detect.ParamIPSetID: list})
	}
	return e
}

func hubDisabled(g *gen) *episode {
	api := securityhub.NewFromConfig(g.cfg)
	must(api.EnableSecurityHub(g.t.Context(), &securityhub.EnableSecurityHubInput{}))(g.world)
	return &episode{change: func() detect.Finding {
		must(api.DisableSecurityHub(g.t.Context(), &securityhub.DisableSecurityHubInput{}))(g.world)
		return g.finding(detect.Resource{Type: detect.Account, ID: account}, "DisableSecurityHub", nil)
	}}
}

func analyzerDeleted(g *gen) *episode {
	api := accessanalyzer.NewFromConfig(g.cfg)
	create := func(name string, rules ...analyzertypes.InlineArchiveRule) {
		must(api.CreateAnalyzer(g.t.Context(), &accessanalyzer.CreateAnalyzerInput{AnalyzerName: &name, Type: "ACCOUNT", ArchiveRules: rules}))(g.world)
	}
	create(g.called("-x"))
	name := g.called("-x", ".y", "_z")
	create(name, some(g,
		analyzertypes.InlineArchiveRule{RuleName: aws.String("partner"), Filter: map[string]analyzertypes.Criterion{"principal.AWS": {Eq: []string{partner}}}},
		analyzertypes.InlineArchiveRule{RuleName: aws.String("site_x"), Filter: map[string]analyzertypes.Criterion{
			"resource": {Contains: []string{"a&b <é>"}}, "error": {Exists: aws.Bool(false)},
		}})...)
	f := g.finding(detect.Resource{Type: detect.Analyzer, ID: name}, "DeleteAnalyzer", nil)
	remove := func() {
		must(api.DeleteAnalyzer(g.t.Context(), &accessanalyzer.DeleteAnalyzerInput{AnalyzerName: &name}))(g.world)
	}
	return &episode{
		expected: &f,
		change:   func() detect.Finding { remove(); return f },
		meddle: func() {
			_, _ = api.DeleteAnalyzer(g.t.Context(), &accessanalyzer.DeleteAnalyzerInput{AnalyzerName: &name})
			create(name, analyzertypes.InlineArchiveRule{RuleName: aws.String("third"), Filter: map[string]analyzertypes.Criterion{"error": {Exists: aws.Bool(true)}}})
		},
	}
}

func flowLogDeleted(g *gen) *episode {
	vpc, bucket := *newVPC(g.world), g.called()+"-flows"
	g.world.bucket(bucket)
	g.world.bucket(bucket + "-all")
	g.world.bucket(bucket + "-third")
	options := g.coin()
	interval, format := aws.Int32(pick[int32](g, 60, 600)), aws.String(pick(g, "${srcaddr} ${dstaddr} ${action}", "${version}"))
	create := func(bucket string, traffic ec2types.TrafficType, tag string) string {
		in := &ec2.CreateFlowLogsInput{
			ResourceType: ec2types.FlowLogsResourceTypeVpc, ResourceIds: []string{vpc}, TrafficType: traffic,
			LogDestinationType: ec2types.LogDestinationTypeS3, LogDestination: aws.String("arn:aws:s3:::" + bucket),
			MaxAggregationInterval: interval, LogFormat: format,
		}
		if options && g.cfg.BaseEndpoint == nil {
			in.DestinationOptions = &ec2types.DestinationOptionsRequest{
				FileFormat: ec2types.DestinationFileFormatParquet, HiveCompatiblePartitions: aws.Bool(true), PerHourPartition: aws.Bool(false),
			}
		}
		if tag != "" {
			in.TagSpecifications = []ec2types.TagSpecification{{
				ResourceType: ec2types.ResourceTypeVpcFlowLog, Tags: []ec2types.Tag{{Key: aws.String("RiposteRestores"), Value: &tag}},
			}}
		}
		return must(g.ec2.CreateFlowLogs(g.t.Context(), in))(g.world).FlowLogIds[0]
	}
	remove := func(id string) {
		must(g.ec2.DeleteFlowLogs(g.t.Context(), &ec2.DeleteFlowLogsInput{FlowLogIds: []string{id}}))(g.world)
	}
	other := create(bucket+"-all", ec2types.TrafficTypeAll, "")
	traffic := pick(g, ec2types.TrafficTypeAll, ec2types.TrafficTypeReject)
	id := create(bucket, traffic, "")
	f := g.finding(detect.Resource{Type: detect.FlowLog, ID: id}, "DeleteFlowLogs", nil)
	return &episode{
		expected: &f,
		differs:  "the flow log that is made anew has another id, and a tag that says which one it stands for",
		also:     []string{"/watchers/flowLogs/" + region + " fl-new"},
		ideal:    func() { create(bucket, traffic, id) },
		change:   func() detect.Finding { remove(id); return f },
		beside:   func() { remove(other) },
		meddle: func() {
			tag := ec2types.Filter{Name: aws.String("tag:RiposteRestores"), Values: []string{id}}
			out := must(g.ec2.DescribeFlowLogs(g.t.Context(), &ec2.DescribeFlowLogsInput{Filter: []ec2types.Filter{tag}}))(g.world)
			for _, l := range out.FlowLogs {
				remove(*l.FlowLogId)
			}
			create(bucket+"-third", ec2types.TrafficTypeAccept, id)
		},
	}
}

func eventRuleDisabled(g *gen) *episode {
	api := eventbridge.NewFromConfig(g.cfg)
	var bus *string
	params := map[string]string{}
	put := func(name string, state eventtypes.RuleState) {
		must(api.PutRule(g.t.Context(), &eventbridge.PutRuleInput{
			Name: &name, EventBusName: bus, State: state, EventPattern: aws.String(`{"source":["aws.guardduty"]}`),
		}))(g.world)
	}
	disable := func(name string) {
		must(api.DisableRule(g.t.Context(), &eventbridge.DisableRuleInput{Name: &name, EventBusName: bus}))(g.world)
	}
	create := func(state eventtypes.RuleState) string {
		name := g.called("-x", ".y", "_z")
		put(name, state)
		return name
	}
	disable(create(eventtypes.RuleStateEnabled))
	state := eventtypes.RuleStateEnabled
	if g.cfg.BaseEndpoint == nil { // moto has the default bus alone, and no rules that take reads
		bus = pick(g, nil, aws.String("default"), aws.String("own"))
		state = pick(g, state, eventtypes.RuleStateEnabledWithAllCloudtrailManagementEvents)
	}
	if bus != nil {
		params[detect.ParamEventBus] = *bus
	}
	other, name := create(eventtypes.RuleStateEnabled), create(state)
	f := g.finding(detect.Resource{Type: detect.EventRule, ID: name}, "DisableRule", params)
	e := &episode{
		expected: g.knows(f),
		change:   func() detect.Finding { disable(name); return f },
		beside:   func() { disable(other) },
		meddle: func() {
			must(api.DeleteRule(g.t.Context(), &eventbridge.DeleteRuleInput{Name: &name, EventBusName: bus}))(g.world)
		},
	}
	switch {
	case e.expected == nil && state != eventtypes.RuleStateEnabled:
		e.differs = "nobody knows that the rule took reads: it is enabled as most are"
		e.ideal = func() {
			must(api.EnableRule(g.t.Context(), &eventbridge.EnableRuleInput{Name: &name, EventBusName: bus}))(g.world)
		}
	case e.expected != nil && g.coin():
		f.Event.Name, e.expected = "PutRule", &f
		e.change = func() detect.Finding { put(name, eventtypes.RuleStateDisabled); return f }
	}
	return e
}

func alarmsSilenced(g *gen) *episode {
	api := cloudwatch.NewFromConfig(g.cfg)
	metric := func() string {
		name := g.called(" x", "/y", "_é", "<z>")
		must(api.PutMetricAlarm(g.t.Context(), &cloudwatch.PutMetricAlarmInput{
			AlarmName: &name, ComparisonOperator: "GreaterThanThreshold", EvaluationPeriods: aws.Int32(1),
		}))(g.world)
		return name
	}
	composite := func() string {
		name := g.called(" x", "/y")
		must(api.PutCompositeAlarm(g.t.Context(), &cloudwatch.PutCompositeAlarmInput{AlarmName: &name, AlarmRule: aws.String("TRUE")}))(g.world)
		return name
	}
	disable := func(names ...string) {
		must(api.DisableAlarmActions(g.t.Context(), &cloudwatch.DisableAlarmActionsInput{AlarmNames: names}))(g.world)
	}
	disable(metric())
	other := metric()
	silenced := append(some(g, metric(), composite(), metric()), metric())
	return &episode{
		change: func() detect.Finding {
			disable(silenced...)
			return g.finding(detect.Resource{Type: detect.Account, ID: account}, "DisableAlarmActions", map[string]string{detect.ParamAlarms: param(silenced)})
		},
		beside: func() { disable(other) },
		meddle: func() {
			must(api.DeleteAlarms(g.t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: silenced[:1]}))(g.world)
		},
	}
}
