package stack

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"

	beats "riposte/pkg/heartbeat"
)

// addHeartbeat makes a region beat.
func (s *site) addHeartbeat(to target) error {
	_, err := s.beat(s.addScheduleGroup(), to)
	return err
}

// beat makes a region beat: a schedule tags the rule that carries the beats. The call changes nothing that matters, and
// CloudTrail, EventBridge and the detector have to work for it to be seen.
func (s *site) beat(group awsscheduler.CfnScheduleGroup, to target) (awsevents.CfnRule, error) {
	name := strings.TrimPrefix(beats.RuleName(s.settings.StackName), s.name(""))
	rule := "arn:${Partition}:events:${Region}:${Account}:rule/" + s.name(name)
	pattern, err := json.Marshal(map[string]any{
		"source": []string{"aws.events"},
		"detail": map[string]any{
			"eventSource": []string{"events.amazonaws.com"}, "eventName": []string{"TagResource"},
			"errorCode":         []any{map[string]any{"exists": false}},
			"requestParameters": map[string]any{"resourceARN": fill([]string{rule})},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("heartbeat: %w", err)
	}
	carrier, err := s.addRule(route{
		id: "Beats", name: name, description: "Carries the beats by which Riposte knows that it sees this region",
		pattern: string(pattern), to: to,
	})
	if err != nil {
		return nil, err
	}
	role, err := s.addServiceRole("Beat", beats.RoleName(s.settings.StackName, "${Region}"), "scheduler.amazonaws.com",
		"Tags the rule that carries Riposte's heartbeats, and nothing else", s.fromSchedules(),
		statement{
			sid: "Beat", actions: []string{"events:TagResource"}, resources: []string{rule},
			conditions: conditions{"ForAllValues:StringEquals": {"aws:TagKeys": {beats.Tag}}},
		})
	if err != nil {
		return nil, err
	}
	return carrier, s.addSchedule(group, schedule{
		id: "BeatSchedule", name: name, description: "Makes a harmless call that has to be seen",
		every: "rate(15 minutes)", arn: "arn:${Partition}:scheduler:::aws-sdk:eventbridge:tagResource", role: role,
		input: map[string]any{
			"ResourceARN": fill([]string{rule})[0],
			"Tags":        []any{map[string]string{"Key": beats.Tag, "Value": scheduledTime}},
		},
	})
}

// places are the regions that have to beat in the home account. Members are known by having beaten.
func (s Settings) places() string { return strings.Join(s.Regions, ",") }
