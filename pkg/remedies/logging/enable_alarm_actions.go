package logging

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"riposte/pkg/actions"
	"riposte/pkg/detect"
	"riposte/pkg/remedies/access"
	"riposte/pkg/remedy"
)

// An armed says of alarms by name whether their actions are enabled; an alarm that does not exist is not in it.
type armed map[string]bool

// maxAlarms is how many alarms CloudWatch takes in one call.
const maxAlarms = 100

// EnableAlarmActions enables the actions of alarms that were silenced. Their thresholds and their actions stay as they are.
func EnableAlarmActions(accounts access.Accounts) remedy.Remedy {
	return remedy.Bind(remedy.Spec[*cloudwatch.Client, armed]{
		Action: actions.EnableAlarmActions(),
		Lens: remedy.Lens[*cloudwatch.Client, armed]{
			Client: client(accounts, cloudwatch.NewFromConfig),
			Read:   readAlarms,
			Write:  writeAlarms,
			Equal:  func(a, b armed) bool { return maps.Equal(a, b) },
		},
		Find: findAlarms,
		Want: func(_ context.Context, _ *cloudwatch.Client, _ detect.Finding, _ remedy.Target, before armed) (armed, error) {
			after := armed{}
			for name := range before {
				after[name] = true
			}
			return after, nil
		},
		Summary: func(_ remedy.Target, before, after armed) string {
			return "actions of alarms " + strings.Join(before.other(after, true), ", ") + ": disabled → enabled"
		},
		Nothing: func(_ remedy.Target, live armed) string {
			return "the actions of alarms " + strings.Join(slices.Sorted(maps.Keys(live)), ", ") + " are enabled"
		},
	})
}

func findAlarms(f detect.Finding) (remedy.Target, error) {
	t := remedy.TargetOf(f, detect.ParamAlarms)
	if f.Event.Name != "DisableAlarmActions" {
		return t, remedy.Refuse("%s on %s is no call that silences alarms", f.Event.Name, f.Resource)
	}
	_, err := alarmsOf(t)
	return t, err
}

// alarmsOf returns the names of the alarms that were silenced.
func alarmsOf(t remedy.Target) ([]string, error) {
	var names []string
	if err := json.Unmarshal([]byte(t.Params[detect.ParamAlarms]), &names); err != nil || len(names) == 0 || slices.Contains(names, "") {
		return nil, &remedy.Refusal{Reason: fmt.Sprintf("the finding on %s does not say which alarms were silenced", t), Err: err}
	}
	if len(names) > maxAlarms {
		return nil, remedy.Refuse("%d alarms are more than CloudWatch takes in one call, %d", len(names), maxAlarms)
	}
	return names, nil
}

func readAlarms(ctx context.Context, api *cloudwatch.Client, t remedy.Target) (armed, error) {
	names, err := alarmsOf(t)
	if err != nil {
		return nil, err
	}
	live := armed{}
	pages := cloudwatch.NewDescribeAlarmsPaginator(api, &cloudwatch.DescribeAlarmsInput{
		AlarmNames: names, AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range page.MetricAlarms {
			live[aws.ToString(a.AlarmName)] = aws.ToBool(a.ActionsEnabled)
		}
		for _, a := range page.CompositeAlarms {
			live[aws.ToString(a.AlarmName)] = aws.ToBool(a.ActionsEnabled)
		}
	}
	maps.DeleteFunc(live, func(name string, _ bool) bool { return !slices.Contains(names, name) })
	if len(live) == 0 {
		return nil, remedy.ErrGone
	}
	return live, nil
}

// writeAlarms makes one call: the alarms of a change all go the same way.
func writeAlarms(ctx context.Context, api *cloudwatch.Client, _ remedy.Target, from, to armed) error {
	if names := from.other(to, true); len(names) > 0 {
		if _, err := api.EnableAlarmActions(ctx, &cloudwatch.EnableAlarmActionsInput{AlarmNames: names}); err != nil {
			return err
		}
	}
	if names := from.other(to, false); len(names) > 0 {
		_, err := api.DisableAlarmActions(ctx, &cloudwatch.DisableAlarmActionsInput{AlarmNames: names})
		return err
	}
	return nil
}

// other returns the names of the alarms that come to be enabled, or disabled.
func (a armed) other(to armed, enabled bool) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(to)) {
		if was, ok := a[name]; ok && was != to[name] && to[name] == enabled {
			names = append(names, name)
		}
	}
	return names
}
