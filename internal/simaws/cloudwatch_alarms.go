package simaws

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func alarmHandlers() handlers {
	h := handlers{}
	reads(h, describeAlarms)
	writes(h, putMetricAlarm)
	writes(h, putCompositeAlarm)
	writes(h, deleteAlarms)
	writes(h, enableAlarmActions)
	writes(h, disableAlarmActions)
	return h
}

// describeAlarms describes metric alarms alone where the call does not ask for others, as CloudWatch does.
func describeAlarms(r *request, in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
	asked := in.AlarmTypes
	if len(asked) == 0 {
		asked = []types.AlarmType{types.AlarmTypeMetricAlarm}
	}
	names, next := page(r, in.AlarmNames, in.NextToken)
	out := &cloudwatch.DescribeAlarmsOutput{NextToken: next}
	for _, name := range names {
		a, ok := r.watchers.alarms[named{r.region, name}]
		switch {
		case !ok:
		case a.composite && slices.Contains(asked, types.AlarmTypeCompositeAlarm):
			out.CompositeAlarms = append(out.CompositeAlarms, types.CompositeAlarm{AlarmName: aws.String(name), ActionsEnabled: aws.Bool(a.enabled)})
		case !a.composite && slices.Contains(asked, types.AlarmTypeMetricAlarm):
			out.MetricAlarms = append(out.MetricAlarms, types.MetricAlarm{AlarmName: aws.String(name), ActionsEnabled: aws.Bool(a.enabled)})
		}
	}
	return out, nil
}

func putMetricAlarm(r *request, in *cloudwatch.PutMetricAlarmInput) (*cloudwatch.PutMetricAlarmOutput, error) {
	r.watchers.alarms[named{r.region, *in.AlarmName}] = alarm{enabled: in.ActionsEnabled == nil || *in.ActionsEnabled}
	return &cloudwatch.PutMetricAlarmOutput{}, nil
}

func putCompositeAlarm(r *request, in *cloudwatch.PutCompositeAlarmInput) (*cloudwatch.PutCompositeAlarmOutput, error) {
	r.watchers.alarms[named{r.region, *in.AlarmName}] = alarm{enabled: in.ActionsEnabled == nil || *in.ActionsEnabled, composite: true}
	return &cloudwatch.PutCompositeAlarmOutput{}, nil
}

func deleteAlarms(r *request, in *cloudwatch.DeleteAlarmsInput) (*cloudwatch.DeleteAlarmsOutput, error) {
	for _, name := range in.AlarmNames {
		delete(r.watchers.alarms, named{r.region, name})
	}
	return &cloudwatch.DeleteAlarmsOutput{}, nil
}

func enableAlarmActions(r *request, in *cloudwatch.EnableAlarmActionsInput) (*cloudwatch.EnableAlarmActionsOutput, error) {
	r.setAlarms(in.AlarmNames, true)
	return &cloudwatch.EnableAlarmActionsOutput{}, nil
}

func disableAlarmActions(r *request, in *cloudwatch.DisableAlarmActionsInput) (*cloudwatch.DisableAlarmActionsOutput, error) {
	r.setAlarms(in.AlarmNames, false)
	return &cloudwatch.DisableAlarmActionsOutput{}, nil
}

// setAlarms leaves out alarms that do not exist, as CloudWatch does.
func (r *request) setAlarms(names []string, enabled bool) {
	for _, name := range names {
		key := named{r.region, name}
		if a, ok := r.watchers.alarms[key]; ok {
			a.enabled = enabled
			r.watchers.alarms[key] = a
		}
	}
}
