package stack

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"riposte/pkg/observe"
)

// A widget is one graph of the dashboard. Two stand beside each other.
type widget struct {
	title     string
	statistic string
	metrics   []any
}

const (
	widgetWidth  = 12 // of 24
	widgetHeight = 6
)

// addDashboard adds the dashboard: what was found, how soon it was answered and with what outcome, and whether all that
// carries it works.
func (d *deployment) addDashboard() error {
	var widgets []any
	for i, w := range d.widgets() {
		widgets = append(widgets, map[string]any{
			"type": "metric", "x": i % 2 * widgetWidth, "y": i / 2 * widgetHeight, "width": widgetWidth, "height": widgetHeight,
			"properties": map[string]any{
				"title": w.title, "region": d.settings.HomeRegion, "view": "timeSeries", "stat": w.statistic, "period": 300, "metrics": w.metrics,
			},
		})
	}
	body, err := jsonText(map[string]any{"widgets": widgets})
	if err != nil {
		return fmt.Errorf("dashboard: %w", err)
	}
	awscloudwatch.NewCfnDashboard(d.stack, jsii.String("Dashboard"), &awscloudwatch.CfnDashboardProps{
		DashboardName: jsii.String(d.settings.StackName), DashboardBody: jsii.String(body),
	})
	return nil
}

func (d *deployment) widgets() []widget {
	out := []widget{
		{"Incidents by class", "Sum", []any{d.search("Class")}},
		{"Incidents by mode", "Sum", []any{d.search("Mode")}},
		{"From the change to its proven reversal (slowest)", "Maximum", d.counted(
			observe.EventToReceived, observe.ReceivedToDecided, observe.DecidedToActed, observe.ActedToVerified, observe.EventToVerified)},
		{"Outcomes", "Sum", d.counted(
			observe.Remediated, observe.RemediationFailed, observe.Undone, observe.Kept, observe.BreakerOpened, observe.FightsEnded)},
		{"Exceptions", "Sum", d.counted(observe.ExceptionsHit, observe.ExceptionsExpired)},
		{"Messages", "Sum", d.counted(observe.MessagesTold, observe.MessagesFailed)},
		{"What could not be delivered", "Maximum", d.queueMetrics("ApproximateNumberOfMessagesVisible")},
		{"Oldest job in seconds", "Maximum", []any{[]any{"AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", *d.jobs.QueueName()}}},
		{"Functions: errors and throttles", "Sum", d.functionMetrics("Errors", "Throttles")},
		{"Functions: slowest run in milliseconds", "Maximum", d.functionMetrics("Duration")},
	}
	if d.settings.Heartbeat {
		out = append(out,
			widget{"Places that are not heard of", "Maximum", d.counted(observe.HeartbeatsMissing)},
			widget{"Oldest heartbeat in seconds", "Maximum", d.counted(observe.OldestHeartbeat)},
			widget{"Slowest heartbeat in milliseconds", "Maximum", d.counted(observe.SlowestHeartbeat)})
	}
	return out
}

// search finds the incidents by one of the dimensions that they are counted by: its values are not known beforehand.
func (d *deployment) search(by string) []any {
	return []any{map[string]any{
		"expression": fmt.Sprintf(`SEARCH('{%s,%s,%s,%s} MetricName="%s" %s="%s"', 'Sum', 300)`, observe.Namespace,
			observe.Stack, observe.Class, observe.Mode, observe.IncidentsOpened, observe.Stack, d.settings.StackName),
		"label": fmt.Sprintf("${PROP('Dim.%s')}", by),
	}}
}

func (d *deployment) counted(metrics ...string) []any {
	out := make([]any, len(metrics))
	for i, m := range metrics {
		out[i] = []any{observe.Namespace, m, observe.Stack, d.settings.StackName}
	}
	return out
}

func (d *deployment) queueMetrics(metric string) []any {
	var out []any
	for _, q := range []struct {
		name string
		of   *string
	}{
		{"LostEvents", d.lostEvents.QueueName()},
		{"FailedEvents", d.failedEvents.QueueName()},
		{"LostJobs", d.lostJobs.QueueName()},
		{"LostMessages", d.lostMessages.QueueName()},
		{"FailedMessages", d.failedMessages.QueueName()},
	} {
		out = append(out, []any{"AWS/SQS", metric, "QueueName", *q.of, map[string]any{"label": q.name}})
	}
	return out
}

func (d *deployment) functionMetrics(metrics ...string) []any {
	var out []any
	for _, m := range metrics {
		for _, f := range d.settings.functionNames() {
			out = append(out, []any{"AWS/Lambda", m, "FunctionName", d.name(string(f))})
		}
	}
	return out
}
