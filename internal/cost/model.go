package cost

// A Line is one position of a bill, in US dollars.
type Line struct {
	What string
	USD  float64
}

// Sum adds up lines.
func Sum(lines []Line) float64 {
	total := 0.0
	for _, l := range lines {
		total += l.USD
	}
	return total
}

// million is how many events PerMillion counts.
const million = 1e6

// PerMillion returns what a million events of one kind cost on their way through the functions. invocations is how many
// functions run for one event, seconds how long they run together. hop is set where events come from another region or
// account.
func PerMillion(u Usage, invocations int, seconds float64, hop bool) []Line {
	lines := []Line{
		{"Lambda", million * (float64(invocations)*lambdaRequest + seconds*lambdaSecond)},
		{"DynamoDB", million * (float64(u.Reads)*dynamoRead + float64(u.Writes)*dynamoWrite)},
		// A job is sent, received and deleted; the poller's empty receives are in the month's costs.
		{"SQS", million * float64(3*u.Queue) * sqsRequest},
		{"EventBridge", million * float64(u.Events) * busEvent},
		{"SNS", million * float64(u.Publishes) * snsPublish},
		{"CloudWatch Logs", million * float64(u.LogBytes) / 1e9 * logGB},
	}
	if hop {
		lines = append(lines, Line{"the hop from another region or account", million * busEvent})
	}
	return lines
}

// NothingPerMillion returns what a million events cost that wake detect and yield nothing.
func (m Measurement) NothingPerMillion(hop bool) []Line {
	return PerMillion(m.Nothing, 1, secondsNothing, hop)
}

// AlertPerMillion returns what a million events cost that people are told of once: detect and notify run.
func (m Measurement) AlertPerMillion(hop bool) []Line {
	return PerMillion(m.Alert, 2, secondsAlert, hop)
}

// ActPerMillion returns what a million events cost that are reversed: detect, remediate and, twice, notify run.
func (m Measurement) ActPerMillion(hop bool) []Line {
	return PerMillion(m.Act, 4, secondsAct, hop)
}

// A Stack is what one stack holds that costs money by the month.
type Stack struct {
	Alarms     int `json:"alarms"`
	Dashboards int `json:"dashboards"`
	Keys       int `json:"keys"`
}

// Fixed returns what a stack costs in a month in which nothing happens.
func (s Stack) Fixed() []Line {
	return []Line{
		{"alarms", float64(s.Alarms) * alarmMonth},
		{"dashboard", float64(s.Dashboards) * dashboardMonth},
		{"customer managed key", float64(s.Keys) * keyMonth},
	}
}

// The rhythms of what runs by itself.
const (
	minutesPerMonth  = 30 * 24 * 60
	heartbeatMinutes = 15 // a beat of each account and region
	checkMinutes     = 5  // the look at them
	pollSeconds      = 20 // Lambda's pollers wait for jobs for so long
	pollers          = 5
)

// Beats returns what the heartbeats of one account and region cost in a month: the call, the hop, detect, and the ledger.
func Beats() []Line {
	n := float64(minutesPerMonth / heartbeatMinutes)
	return []Line{
		{"schedule", n * schedule},
		{"the hop to the hub", n * busEvent},
		{"Lambda", n * (lambdaRequest + secondsNothing*lambdaSecond)},
		{"DynamoDB", n * (dynamoWrite + dynamoRead)},
	}
}

// Checking returns what the look at the heartbeats and the wait for jobs cost in a month, once for each deployment. places
// is how many accounts and regions beat.
func Checking(places int) []Line {
	n := float64(minutesPerMonth / checkMinutes)
	reads := float64(1 + places/16) // about 256 bytes each
	return []Line{
		{"Lambda", n * (lambdaRequest + 0.1*lambdaSecond)},
		{"DynamoDB", n * reads * dynamoRead},
		{"SQS", minutesPerMonth * 60 / pollSeconds * pollers * sqsRequest},
	}
}

// Metrics returns what the custom metrics cost in a month: those of the deployment, and one for each pair of class and mode
// that occurs.
func Metrics(deployment, pairs int) float64 { return float64(deployment+pairs) * metricMonth }

// SecondTrail returns what a second trail's copy of a million management events costs. Riposte makes none.
func SecondTrail() float64 { return million * trailEvent }

// Unfiltered returns what a million events cost that reach detect from elsewhere although no rule wants them: the hop, and a
// run that does nothing.
func (m Measurement) Unfiltered() float64 { return Sum(m.NothingPerMillion(true)) }
